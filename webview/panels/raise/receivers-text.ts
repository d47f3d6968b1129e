/** Who would receive an event, in one line. Pure. */
import { counted } from "../../parts/number-text.ts";

const maxNames = 6;

export interface Receivers {
  readonly receivers: readonly string[];
  readonly known: boolean;
}

export function receiversText({ receivers, known }: Receivers): string {
  if (!known) return "who would receive it is not known yet";
  if (receivers.length === 0) return "nobody subscribes";
  const names = receivers.slice(0, maxNames).join(", ");
  const more = receivers.length > maxNames ? ` and ${receivers.length - maxNames} more` : "";
  return `would reach ${counted(receivers.length, "node")}: ${names}${more}`;
}

/** What became of an event that was raised. */
export function sentText(peers: number): string {
  return peers === 0
    ? "Sent to no peer: none of the direct peers asked for this topic"
    : `Sent to ${counted(peers, "direct peer")}`;
}
