/** What a person types as a location: checked as far as that is possible without asking anybody. */
import { l10n } from "vscode";

const schemes = ["tcp", "tls", "ipc", "inproc", "ws", "wss"];

/** What is wrong with it, in one sentence; `undefined` when nothing is. The library has the last word. */
export function locationProblem(typed: string): string | undefined {
  const location = typed.trim();
  if (location === "") return l10n.t("Type a location such as tcp://127.0.0.1:9999");
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(location) ?? [];
  if (scheme === undefined || rest === undefined)
    return l10n.t("Not a location: write scheme://…, for example tcp://127.0.0.1:9999");
  if (!schemes.includes(scheme.toLowerCase())) return l10n.t("Unknown scheme {0}: use {1}", scheme, schemes.join(", "));
  if (rest === "") return l10n.t("Nothing follows {0}://", scheme);
  return /^(?:tcp|tls)$/i.test(scheme) ? portProblem(scheme.toLowerCase(), rest) : undefined;
}

function portProblem(scheme: string, rest: string): string | undefined {
  const [, port] = /^(?:\[[^\]]+\]|[^:/\s]+):(\d+)$/.exec(rest) ?? [];
  if (port === undefined) return l10n.t("{0} needs a host and a port: {0}://host:9999", scheme);
  if (Number(port) < 1 || Number(port) > 65_535) return l10n.t("A port is a number from 1 to 65535");
  return undefined;
}
