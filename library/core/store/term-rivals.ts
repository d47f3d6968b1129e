/**
 * What a term does when somebody else speaks for the store: of an epoch that is over, of a higher one, or of the same.
 *
 * Invariant: a higher epoch ends whatever we were; an equal one is judged alike by both (conflict.ts). What the loser has
 * and the winner lacks is handed out once.
 */
import { limits } from "../limits.ts";
import { compareVersions, type Version } from "./change.ts";
import { judge } from "./conflict.ts";
import { forkRevision, type History } from "./epochs.ts";
import { dispute, follow, lastRecord, withdraw } from "./term-changes.ts";
import type { Party, TermEffect, TermMessage } from "./term-messages.ts";
import type { Seat } from "./term-seat.ts";

type Of<Kind extends TermMessage["kind"]> = Extract<TermMessage, { kind: Kind }>;

/**
 * Is a node of our name another one, that lives beside us? A state folder may have been cloned, name and all; mostly it is
 * an earlier life of ours, of which something is still on its way. Only who lives now speaks to this life of ours.
 */
export function isTwin(seat: Seat, { from }: TermMessage, isToUs: boolean): boolean {
  if (isToUs && !seat.twins.has(from.life)) {
    if (seat.twins.size >= limits.authoritiesMet) seat.twins.clear();
    seat.twins.add(from.life);
  }
  return seat.twins.has(from.life);
}

/** Asks an authority of our name whether it lives: its answer is to us. */
export function question(seat: Seat, { kind, from }: TermMessage): TermEffect[] {
  return kind === "announce" ? [seat.send(from.life, { kind: "ask", held: seat.place() })] : [];
}

/** Somebody speaks for an epoch that is over. */
export function fence(seat: Seat, message: TermMessage): TermEffect[] {
  const { kind, from, epoch } = message;
  if (!["ping", "announce", "ask", "grant", "request"].includes(kind)) return [];
  if (seat.phase.kind !== "authority") return [seat.send(from.life, { kind: "fence" })];
  const conflict = kind === "announce" ? meet(seat, from, { epoch, revision: message.revision }) : [];
  return [...conflict, seat.announce(from.life, 0)];
}

/** A higher epoch was begun: whatever we were is over. */
export function fenced(seat: Seat, message: TermMessage): TermEffect[] {
  const record = lastRecord(seat);
  const wasAuthority = seat.phase.kind === "authority";
  const theirs = { epoch: message.epoch, revision: message.kind === "announce" ? message.revision : 0 };
  // Said of the epoch that is over, so that the other one knows of us, too.
  const conflict = wasAuthority ? [...meet(seat, message.from, theirs), seat.announce(message.from.life, 0)] : [];
  seat.epoch = message.epoch;
  return [...conflict, ...follow(seat, record)];
}

/** Tells of another authority, once for each life. */
function meet(seat: Seat, other: Party, theirs: Version): TermEffect[] {
  if (seat.met.has(other.life)) return [];
  if (seat.met.size >= limits.authoritiesMet) seat.met.clear();
  seat.met.add(other.life);
  const { revision } = seat.holdings.version;
  return [{ kind: "conflict", other, theirs, ours: { epoch: seat.epoch, revision } }];
}

/** Another authority says what it has. Who is not one itself hears its own. */
export function announced(seat: Seat, { from, epoch, revision, epochs }: Of<"announce">, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  const theirs = { epoch, revision };
  if (compareVersions(theirs, seat.newest) > 0) seat.newest = theirs;
  if (phase.kind === "heir" && phase.term.authority.life !== from.life) return withdraw(seat);
  if (phase.kind === "heir" || phase.kind === "follower") {
    seat.heardMs = nowMs;
    return match(seat, from, { epochs, revision });
  }
  const ours = { epoch: seat.epoch, revision: seat.holdings.version.revision };
  const verdict = judge({ life: seat.self.life, version: ours }, { life: from.life, version: theirs });
  const conflict = meet(seat, from, theirs);
  if (verdict === "win") return [...conflict, seat.announce(from.life, nowMs)];
  if (verdict === "read-only") return [...conflict, ...dispute(seat, nowMs)];
  const last = seat.announce(from.life, nowMs); // so that the other one knows of us, too
  return [...conflict, last, ...follow(seat, lastRecord(seat)), ...match(seat, from, { epochs, revision })];
}

/** Hands out what the new authority lacks of what we had as one. */
function match(seat: Seat, winner: Party, theirs: History): TermEffect[] {
  const ours = seat.unmatched;
  if (ours === undefined) return [];
  seat.unmatched = undefined;
  const afterRevision = forkRevision(ours, theirs);
  return afterRevision < ours.revision ? [{ kind: "diverged", winner, afterRevision }] : [];
}
