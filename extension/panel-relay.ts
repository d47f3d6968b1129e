/**
 * What a panel may ask of the server, and what it may hear: an allow-list of the contract's methods.
 *
 * Invariant: a panel reaches nothing but its own cluster and its own monitor, whatever it sends.
 * Knows nothing of webviews: it judges messages.
 */
import { type ClusterId, clusterChanged, listClusters } from "../server/protocol/clusters.ts";
import { askSurvey, checkArguments, findReceivers, raiseEvent } from "../server/protocol/events.ts";
import { clearMonitor, type MonitorId, monitorChanged, readMonitor, readRow } from "../server/protocol/monitor.ts";
import { getTopology } from "../server/protocol/topology.ts";
import { isRecord } from "./failure.ts";

export type PanelKind = "monitor" | "raise";

/** What a panel was opened on. */
export interface Scope {
  readonly cluster: ClusterId;
  readonly monitor?: MonitorId;
}

/** The parameters that must be those of the panel's scope. */
type Bound = readonly (keyof Scope)[];

const requests: Readonly<Record<PanelKind, ReadonlyMap<string, Bound>>> = {
  monitor: new Map<string, Bound>([
    [readMonitor.method, ["monitor"]],
    [listClusters.method, []],
    [readRow.method, ["monitor"]],
    [clearMonitor.method, ["monitor"]],
  ]),
  raise: new Map<string, Bound>([
    [listClusters.method, []],
    [checkArguments.method, []],
    [findReceivers.method, ["cluster"]],
    [raiseEvent.method, ["cluster"]],
    [askSurvey.method, ["cluster"]],
    [getTopology.method, ["cluster"]],
  ]),
};

const notifications: Readonly<Record<PanelKind, ReadonlyMap<string, Bound>>> = {
  monitor: new Map<string, Bound>([
    [monitorChanged.method, ["monitor"]],
    [clusterChanged.method, ["cluster"]],
  ]),
  raise: new Map<string, Bound>([[clusterChanged.method, ["cluster"]]]),
};

/** Handled by the extension itself, with the text parameters that each takes. */
export const panelCommands = {
  /** Opens the raise panel with an event filled in. */
  raiseAgain: "switchyard/panel/raiseAgain",
  /** Puts a text into the clipboard. */
  copy: "switchyard/panel/copy",
} as const;

const commandTexts: ReadonlyMap<string, readonly string[]> = new Map([
  [panelCommands.raiseAgain, ["topic", "name", "args"]],
  [panelCommands.copy, ["text"]],
]);

export type Judgement =
  | { readonly kind: "request"; readonly id: number; readonly method: string; readonly params: unknown }
  | {
      readonly kind: "command";
      readonly id: number;
      readonly method: string;
      readonly texts: Readonly<Record<string, string>>;
    }
  | { readonly kind: "refused"; readonly id: number; readonly why: string }
  /** Not even an id to answer to. */
  | { readonly kind: "garbage" };

/** Judges one message from a panel. */
export function judge(kind: PanelKind, scope: Scope, message: unknown): Judgement {
  if (!isRecord(message) || !Number.isSafeInteger(message["id"])) return { kind: "garbage" };
  const id = message["id"] as number;
  const { method, params } = message;
  if (typeof method !== "string") return { kind: "refused", id, why: "a request without a method" };
  if (!isRecord(params)) return { kind: "refused", id, why: `${method} takes an object` };

  const texts = commandTexts.get(method);
  if (texts !== undefined) return readCommand(id, method, texts, params);

  const bound = requests[kind].get(method);
  if (bound === undefined) return { kind: "refused", id, why: `a ${kind} panel may not ask for ${method}` };
  if (!isWithin(scope, bound, params)) return { kind: "refused", id, why: `${method} of something else` };
  return { kind: "request", id, method, params };
}

/** What of the server's answer is for this panel: of a list of clusters, its own. */
export function narrow(scope: Scope, method: string, result: unknown): unknown {
  if (method !== listClusters.method || !Array.isArray(result)) return result;
  return result.filter((status: unknown) => isRecord(status) && status["cluster"] === scope.cluster);
}

/** Every notification that some panel of this kind hears. */
export function heardBy(kind: PanelKind): Iterable<string> {
  return notifications[kind].keys();
}

/** True for a notification that is about what the panel shows. */
export function concerns(kind: PanelKind, scope: Scope, method: string, params: unknown): boolean {
  const bound = notifications[kind].get(method);
  return bound !== undefined && isRecord(params) && isWithin(scope, bound, params);
}

function readCommand(
  id: number,
  method: string,
  names: readonly string[],
  params: Readonly<Record<string, unknown>>,
): Judgement {
  const texts: Record<string, string> = {};
  for (const name of names) {
    const text = params[name];
    if (typeof text !== "string") return { kind: "refused", id, why: `${method} takes a text ${name}` };
    texts[name] = text;
  }
  return { kind: "command", id, method, texts };
}

function isWithin(scope: Scope, bound: Bound, params: Readonly<Record<string, unknown>>): boolean {
  return bound.every((name) => scope[name] !== undefined && params[name] === scope[name]);
}
