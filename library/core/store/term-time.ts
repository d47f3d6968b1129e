/**
 * What a term does as time goes by: the authority looks after its heir, the heir waits for its turn, and who must ask asks.
 *
 * Invariant: how late it is asked does not matter, only that the time is that of the question. Knows nothing of messages.
 */
import { limits } from "../limits.ts";
import { grant, repeatGrant, settle } from "./term-changes.ts";
import type { TermEffect } from "./term-messages.ts";
import type { Phase } from "./term-phases.ts";
import type { Seat } from "./term-seat.ts";
import { askWitness, recover, start } from "./term-start.ts";
import type { WitnessRecord } from "./witness.ts";

/** When `check` has something to say. Early is harmless. */
export function deadlineOf(seat: Seat): number | undefined {
  const phase = seat.phase;
  const times = [seat.acts.deadlineMs];
  if (phase.kind === "authority") times.push(phase.term.pingMs, seat.announceMs);
  if (!seat.acts.isBusy) times.push(decidesMs(seat, phase));
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** When a phase wants to do something that cannot be done while an act is under way. */
function decidesMs(seat: Seat, phase: Phase): number | undefined {
  switch (phase.kind) {
    case "starting":
      return Number.NEGATIVE_INFINITY;
    case "heir":
      return phase.term.deadlineMs;
    case "recovering":
      return phase.recovery.askMs;
    case "granting":
      return phase.askMs;
    case "follower":
      return seat.options.hasArbiter ? seat.heardMs + limits.lookAroundMs : undefined;
    case "authority":
    case "closed":
      return undefined;
  }
}

/** What is due now. */
export function check(seat: Seat, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  switch (phase.kind) {
    case "starting":
      return seat.acts.isBusy ? [] : start(seat, nowMs);
    case "authority":
      return [...lookAfterHeir(seat, nowMs), ...seat.speak(nowMs)];
    case "heir":
      return !seat.acts.isBusy && phase.term.isDue(nowMs) ? takeOver(seat) : [];
    case "recovering":
      return recover(seat, phase.recovery, nowMs);
    case "granting":
      return repeatGrant(seat, nowMs);
    case "follower":
      return askWitness(seat, nowMs);
    case "closed":
      return [];
  }
}

/** The heir takes over, by its own count of time or because it was handed the term. */
export function takeOver(seat: Seat, from?: string): TermEffect[] {
  const phase = seat.phase;
  const former = from ?? (phase.kind === "heir" ? phase.term.authority.node : undefined);
  const isTheirs = (record: WitnessRecord | undefined) =>
    record?.authority === former &&
    record?.epoch === seat.epoch &&
    (from !== undefined || record?.heir === seat.self.node);
  return settle(seat, { ahead: 1, heir: undefined, from: isTheirs });
}

/** As authority: is the heir there, and if not, what now? */
function lookAfterHeir(seat: Seat, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  if (phase.kind !== "authority" || seat.acts.isBusy || phase.isConflicted) return [];
  const { term } = phase;
  if (seat.gone !== undefined && seat.gone === term.heir?.life) return goAlone(seat, 1);
  if (phase.handsOverUntilMs !== undefined) {
    if (term.holds(nowMs) && term.held >= seat.holdings.version.revision) return grant(seat, term.heir!, nowMs);
    if (nowMs >= phase.handsOverUntilMs) phase.handsOverUntilMs = undefined;
  }
  if (term.holds(nowMs)) phase.lostMs = undefined;
  else phase.lostMs ??= nowMs; // seen now: if we were paused, its answers or its successor are still unread
  if (phase.lostMs === undefined || nowMs < phase.lostMs + 2 * limits.termPingMs) return [];
  if (seat.options.hasArbiter) return goAlone(seat, 1);
  // Two ahead: the heir may begin the next one at the same time, and then it is ours that counts.
  return seat.options.onHeirLost === "continue" ? goAlone(seat, 2) : [];
}

/** Goes on without the heir. */
function goAlone(seat: Seat, ahead: number): TermEffect[] {
  const isOurs = (record: WitnessRecord | undefined) =>
    record?.authority === seat.self.node && record.epoch === seat.epoch;
  return settle(seat, { ahead, heir: undefined, from: isOurs });
}

/** The authority hands over to its heir, if it has one; it stops until that is done, or `handOverMs` are over. */
export function handOver(seat: Seat, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  if (phase.kind === "authority" && phase.term.isProtected && !phase.isConflicted && !seat.acts.isBusy) {
    phase.handsOverUntilMs ??= nowMs + limits.handOverMs;
  }
  return [...seat.acts.check(nowMs), ...check(seat, nowMs)];
}
