/** How an authority and its heir ask the witness of their store. */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { Act, ActResult } from "../core/store/term-messages.ts";
import type { Traffic } from "./traffic.ts";
import { readWitnessText, witnessText } from "./witness-text.ts";

/** How long the witness is waited for; then it is asked again. */
const askMs = 1_000;

export type Arbiter = (act: Extract<Act, { kind: "read" | "swap" }>) => Promise<ActResult>;

/**
 * Never fails: what nobody answered is `failed`. A swap goes to the life of the witness whose record was read last, so that
 * it happens at one of two. That there are two is told, once until one of them answers again: they may say so, or one
 * answers that had been followed by another one, so that both live and do not know of each other.
 */
export function arbiterOf(traffic: Traffic, topic: string): Arbiter {
  const { clock } = traffic.node;
  let witness = "";
  let former = "";
  let disputedUntilMs = 0;
  let isTold = false;
  const tell = (): void => {
    if (!isTold) traffic.node.fail(new SwitchyardError("WITNESS_CONFLICT", `store ${topic}`));
    isTold = true;
  };
  return async (act) => {
    const args = act.kind === "swap" ? [witnessText(act.expected), witnessText(act.wanted), witness] : [];
    const answer = await traffic.ask("witness", topic, act.kind, args, askMs).catch(() => undefined);
    const read = answer?.name === "record" ? readWitnessText(answer.args[0]) : undefined;
    if (answer?.name === "refused" && answer.args[0] === "WITNESS_CONFLICT") tell();
    if (answer === undefined || read === undefined) return { kind: "failed" };
    if (answer.node.id !== witness) {
      if (answer.node.id === former) disputedUntilMs = clock.nowMs() + limits.witnessRivalMs;
      former = witness;
      witness = answer.node.id;
    }
    if (clock.nowMs() < disputedUntilMs) {
      tell();
      return { kind: "failed" };
    }
    isTold = false;
    return { kind: "record", record: read.found };
  };
}
