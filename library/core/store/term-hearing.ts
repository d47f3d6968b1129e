/**
 * What a term does with a message of its own epoch.
 *
 * Invariant: an answer to a ping or an `ask` is a promise, so nobody gives one that is on its way to another role.
 */
import { includes, isSameTerm, type Place } from "./epochs.ts";
import { HeirTerm } from "./heir-term.ts";
import { Recovery } from "./recovery.ts";
import { appoint, withdraw } from "./term-changes.ts";
import type { Party, TermEffect, TermMessage } from "./term-messages.ts";
import { announced } from "./term-rivals.ts";
import type { Seat } from "./term-seat.ts";
import { recover } from "./term-start.ts";
import { check, handOver, takeOver } from "./term-time.ts";

type Of<Kind extends TermMessage["kind"]> = Extract<TermMessage, { kind: Kind }>;

export function take(seat: Seat, message: TermMessage, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  const { from } = message;
  switch (message.kind) {
    case "ping":
      return pinged(seat, message, nowMs);
    case "pong":
      return phase.kind === "authority" ? ponged(seat, message, nowMs) : [];
    case "held":
      if (phase.kind === "authority" && from.life === phase.term.heir?.life) phase.term.hold(message);
      return check(seat, nowMs);
    case "resign":
      return phase.kind === "authority" && from.life === phase.term.heir?.life ? resigned(seat, from, nowMs) : [];
    case "ask":
      return asked(seat, message, nowMs);
    case "answer":
      return answered(seat, message, nowMs);
    case "grant":
      return granted(seat, message);
    case "request":
      return phase.kind === "authority" && from.life === phase.term.heir?.life ? handOver(seat, nowMs) : [];
    case "announce":
      return announced(seat, message, nowMs);
    case "fence":
      return [];
  }
}

/** A standby answers. It never says that it waits when it does not. */
function pinged(seat: Seat, ping: Of<"ping">, nowMs: number): TermEffect[] {
  const { from, number, heir, syncRevision } = ping;
  const phase = seat.phase;
  if (phase.kind !== "heir" && phase.kind !== "follower") return [];
  if (isTakingOver(seat)) return []; // an answer would be a lie
  seat.heardMs = nowMs;
  if (phase.kind === "heir" && phase.term.authority.life !== from.life) return withdraw(seat);
  if (heir !== seat.self.life) {
    if (phase.kind === "heir") seat.phase = { kind: "follower" };
  } else if (seat.resignedEpoch === seat.epoch) return [];
  else heed(seat, from, syncRevision, nowMs);
  const { isLive } = seat.holdings;
  return [seat.send(from.life, { kind: "pong", number, held: seat.held(), isLive, remembers: seat.options.remembers })];
}

function isTakingOver({ phase, acts }: Seat): boolean {
  return phase.kind === "heir" ? acts.isBusy : acts.stops;
}

/** The authority named us its heir. */
function heed(seat: Seat, authority: Party, syncRevision: number, nowMs: number): void {
  if (seat.phase.kind !== "heir") {
    seat.phase = { kind: "heir", term: new HeirTerm(authority, seat.epoch, syncRevision, nowMs) };
    seat.wasHeirEpoch = seat.epoch;
    seat.hold(seat.holdings);
  }
  if (seat.phase.kind === "heir") seat.phase.term.heard(nowMs);
}

/** The heir is there; or a standby that could be heir; or what has become of the heir. */
function ponged(seat: Seat, pong: Of<"pong">, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  if (phase.kind !== "authority") return [];
  const { term } = phase;
  const { from, isLive, held, epoch, number } = pong;
  const isSeen = seat.namesakes.hear(from, { epoch, number }, { epoch: seat.epoch, number: term.sentNumber });
  const told: TermEffect[] = isSeen ? [{ kind: "namesakes", node: from.node }] : [];
  if (from.life === term.heir?.life) {
    term.answered(pong);
    return [...told, ...check(seat, nowMs)];
  }
  if (seat.acts.isBusy || phase.isConflicted || seat.namesakes.has(from.node)) return told;
  if (term.isProofOfRestart(pong, nowMs)) return resigned(seat, from, nowMs);
  const isWanted = seat.options.heir === undefined || seat.options.heir === from.node;
  const isInSync = isLive && held.epoch === seat.epoch && held.by === seat.self.life;
  return term.heir === undefined && isWanted && isInSync ? appoint(seat, from) : [];
}

/** The heir is no longer heir, and has not taken over. `from`: itself, or its next life. */
function resigned(seat: Seat, from: Party, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  if (phase.kind !== "authority" || phase.term.heir === undefined) return [];
  if (phase.isConflicted) phase.term.dismiss();
  else if (seat.options.onHeirLost !== "wait" || seat.options.hasArbiter) seat.gone = phase.term.heir.life;
  else if (from.life !== phase.term.heir.life) phase.term.reappoint(from, seat.holdings.version.revision, nowMs);
  return check(seat, nowMs);
}

/** An authority has stopped or started again, and asks who holds what. */
function asked(seat: Seat, { from, held }: Of<"ask">, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  if (phase.kind === "authority") return [seat.announce(from.life, nowMs)];
  if ((phase.kind !== "heir" && phase.kind !== "follower") || isTakingOver(seat)) return [];
  let isPromotable = false;
  if (phase.kind === "heir" && phase.term.authority.life === from.life && phase.term.isPromotable) {
    isPromotable = true; // the grant follows, or our turn comes
  } else if (phase.kind === "heir" && isNextLife(phase.term, from) && includes(seat.history(), held)) {
    return takeOver(seat); // that life of it is over: no need to wait
  } else {
    seat.resignedEpoch = seat.epoch;
    seat.askedBy = from.life;
    seat.phase = { kind: "follower" };
  }
  const remembers = seat.options.remembers || seat.wasHeirEpoch === seat.epoch;
  return [seat.send(from.life, { kind: "answer", held: seat.held(), isPromotable, remembers })];
}

/** Is it the authority that we could take over from, started again? */
function isNextLife(term: HeirTerm, from: Party): boolean {
  return term.isPromotable && term.authority.node === from.node;
}

/** Somebody says what it holds, and whether it will take over. */
function answered(seat: Seat, answer: Of<"answer">, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  const { from, isPromotable } = answer;
  const remembers = answer.remembers || seat.options.hasArbiter === true; // had it taken over, the witness would know
  if (phase.kind === "recovering") {
    phase.recovery.note({ ...answer, remembers }, seat.place());
    return recover(seat, phase.recovery, nowMs);
  }
  if (phase.kind !== "granting" || from.node !== phase.to.node || isPromotable || !remembers) return [];
  // Whom we handed it to is gone, and did not take it; or what it held came to nothing, so that it never can.
  if (from.life === phase.to.life && !hasLost(answer.held, phase.held)) return [];
  const recovery = new Recovery(from.node, true, nowMs);
  recovery.note({ ...answer, remembers }, seat.place());
  seat.phase = { kind: "recovering", recovery };
  return recover(seat, recovery, nowMs);
}

/** A standby that starts again holds what was prepared to its earlier life, until it hears that we never had that. */
function hasLost(held: Place, granted: Place): boolean {
  return isSameTerm(held, granted) && held.revision < granted.revision;
}

/** An authority has stopped for good, in favour of somebody. */
function granted(seat: Seat, { from, heir, held }: Of<"grant">): TermEffect[] {
  const phase = seat.phase;
  if (heir !== seat.self.life || seat.acts.isBusy || !includes(seat.history(), held)) return [];
  const isForHeir = phase.kind === "heir" && phase.term.authority.life === from.life;
  const isForAsked = phase.kind === "follower" && seat.askedBy === from.life;
  return isForHeir || isForAsked ? takeOver(seat, from.node) : [];
}
