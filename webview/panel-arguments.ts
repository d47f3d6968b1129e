/**
 * Which panel a page is, and its arguments, out of the attributes that the page carries.
 *
 * Invariant: a panel is only ever handed arguments of the right shape. Pure.
 */
import type { MonitorInfo } from "../server/protocol/monitor.ts";

export interface MonitorArguments {
  readonly monitor: MonitorInfo;
  readonly clusterName: string;
}

export interface RaiseArguments {
  readonly cluster: string;
  readonly clusterName: string;
  readonly topic?: string;
  readonly name?: string;
  readonly args?: string;
}

export type PanelChoice =
  | { readonly kind: "monitor"; readonly arguments: MonitorArguments }
  | { readonly kind: "raise"; readonly arguments: RaiseArguments }
  | { readonly kind: "unknown"; readonly problem: string };

export function readPanel(name: string | undefined, json: string | undefined): PanelChoice {
  const given = parse(json);
  if (name === "monitor" && isMonitorArguments(given)) return { kind: "monitor", arguments: given };
  if (name === "raise" && isRaiseArguments(given)) return { kind: "raise", arguments: given };
  return { kind: "unknown", problem: `Nothing to show: “${name ?? ""}” is no panel, or its arguments are damaged.` };
}

function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch {
    return null;
  }
}

function isMonitorArguments(given: unknown): given is MonitorArguments {
  if (!isRecord(given) || typeof given["clusterName"] !== "string") return false;
  const { monitor } = given;
  return (
    isRecord(monitor) &&
    typeof monitor["monitor"] === "string" &&
    typeof monitor["cluster"] === "string" &&
    typeof monitor["maxRows"] === "number" &&
    Array.isArray(monitor["patterns"]) &&
    monitor["patterns"].every((pattern) => typeof pattern === "string")
  );
}

function isRaiseArguments(given: unknown): given is RaiseArguments {
  if (!isRecord(given) || typeof given["cluster"] !== "string" || typeof given["clusterName"] !== "string")
    return false;
  return ["topic", "name", "args"].every((key) => given[key] === undefined || typeof given[key] === "string");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
