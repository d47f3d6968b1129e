/**
 * The changes of roles: an epoch that begins, an heir that is named, an authority that stops or yields.
 *
 * Invariant: what others may rely on is on the disk, and agreed with the witness where there is one, before it is said or
 * used; nothing is answered meanwhile. Knows nothing of why a role changes.
 */
import { limits } from "../limits.ts";
import { AuthorityTerm } from "./authority-term.ts";
import { goOn } from "./epochs.ts";
import type { Party, TermEffect, TermRecord } from "./term-messages.ts";
import { authority, type Phase } from "./term-phases.ts";
import type { Seat } from "./term-seat.ts";
import type { WitnessRecord } from "./witness.ts";

/** Begins an epoch: the witness must agree, then it is written down, then it counts. */
export function settle(
  seat: Seat,
  change: {
    readonly ahead: number;
    readonly heir: Party | undefined;
    readonly from: (record: WitnessRecord | undefined) => boolean;
  },
): TermEffect[] {
  const { ahead, heir, from } = change;
  const authority = seat.self.node;
  seat.acts.stops = true;
  if (!seat.options.hasArbiter) return begin(seat, seat.epoch + ahead, heir);
  return seat.acts.arbitrate({
    wanted: (record) =>
      from(record)
        ? { epoch: Math.max(seat.epoch, record?.epoch ?? 0) + ahead, authority, heir: heir?.node }
        : undefined,
    won: ({ epoch }) => begin(seat, epoch, heir),
    lost: (record, lostMs) => lost(seat, record, lostMs),
    unreachable: (failedMs) => putOff(seat, failedMs),
  });
}

/** Begins an epoch, now that nobody is against it. */
function begin(seat: Seat, epoch: number, heir: Party | undefined): TermEffect[] {
  const history = seat.history();
  const revision = seat.holdings.begins ?? history.revision;
  const epochs = goOn({ ...history, revision }, epoch, seat.self.life);
  const hadHeir = seat.phase.kind !== "recovering" || seat.phase.recovery.heir !== undefined;
  seat.acts.stops = true;
  return seat.acts.persist({ epoch, role: "authority", heir: heir?.node, epochs }, (nowMs) => {
    seat.epoch = epoch;
    seat.epochs = epochs;
    seat.unmatched = undefined;
    seat.gone = undefined;
    const term = new AuthorityTerm(epoch, seat.self.life, nowMs);
    if (heir !== undefined) term.reappoint(heir, revision, nowMs);
    seat.phase = authority(term, hadHeir);
    seat.announceMs = nowMs;
    return seat.speak(nowMs);
  });
}

/** The witness names somebody else. */
function lost(seat: Seat, record: WitnessRecord | undefined, nowMs: number): TermEffect[] {
  if (record === undefined || (record.authority === seat.self.node && seat.phase.kind === "heir")) {
    return putOff(seat, nowMs);
  }
  seat.epoch = Math.max(seat.epoch, record.epoch);
  return follow(seat, lastRecord(seat));
}

/** Nothing came of it for now: whoever counts the time begins anew. */
function putOff(seat: Seat, nowMs: number): TermEffect[] {
  if (seat.phase.kind === "heir") seat.phase.term.wait(nowMs);
  if (seat.phase.kind === "authority") seat.phase.lostMs = nowMs;
  return [];
}

/** Stops for good: from when it is written down, `to` may begin the next epoch. */
export function grant(seat: Seat, to: Party, nowMs: number, held = seat.place()): TermEffect[] {
  const { epoch, epochs } = seat;
  seat.unmatched = seat.history();
  seat.acts.stops = true;
  const stopped: Phase = { kind: "granting", to, held, askMs: nowMs };
  return seat.acts.persist({ epoch, role: "granting", heir: to.node, epochs }, (doneMs) => {
    seat.phase = stopped;
    return repeatGrant(seat, doneMs);
  });
}

/** The one that it went to may not have heard it, or may have started again: asks, too. */
export function repeatGrant(seat: Seat, nowMs: number): TermEffect[] {
  const phase = seat.phase;
  if (phase.kind !== "granting" || nowMs < phase.askMs || seat.acts.isBusy) return [];
  phase.askMs = nowMs + limits.termPingMs;
  return [
    seat.send(undefined, { kind: "ask", held: seat.place() }),
    seat.send(undefined, { kind: "grant", heir: phase.to.life, held: phase.held }),
  ];
}

/** We are nobody, or an heir to be. `before`: what the disk says, where it must be corrected. */
export function follow(seat: Seat, before: TermRecord | undefined): TermEffect[] {
  if (before !== undefined && (before.role !== "follower" || before.isUnmatched)) seat.unmatched ??= seat.history();
  seat.acts.callOff();
  seat.phase = { kind: "follower" };
  seat.gone = undefined;
  if (before === undefined || before.role === "follower") return [];
  const { epoch, epochs } = seat;
  return seat.acts.persist({ epoch, role: "follower", heir: undefined, epochs, isUnmatched: true }, () => []);
}

/** What the disk says of us, as far as it matters for what to correct. */
export function lastRecord(seat: Seat): TermRecord | undefined {
  const wasAuthority = ["authority", "recovering", "granting"].includes(seat.phase.kind) || seat.acts.stops;
  return wasAuthority ? { epoch: seat.epoch, role: "authority", heir: undefined, epochs: seat.epochs } : undefined;
}

/** Names an heir. */
export function appoint(seat: Seat, heir: Party): TermEffect[] {
  const { epoch, epochs } = seat;
  const name = (nowMs: number): TermEffect[] => {
    const phase = seat.phase;
    if (phase.kind !== "authority") return [];
    phase.term.appoint(heir, seat.holdings.version.revision, nowMs);
    phase.hadHeir = true;
    return seat.speak(nowMs);
  };
  const persist = () => seat.acts.persist({ epoch, role: "authority", heir: heir.node, epochs }, name);
  if (!seat.options.hasArbiter) return persist();
  const { node } = seat.self;
  return seat.acts.arbitrate({
    wanted: (record) =>
      record?.authority === node && record.epoch === epoch ? { epoch, authority: node, heir: heir.node } : undefined,
    won: persist,
    lost: (record, nowMs) => lost(seat, record, nowMs),
    unreachable: () => [],
  });
}

/** Read-only, until a person has picked one. */
export function dispute(seat: Seat, nowMs: number): TermEffect[] {
  if (seat.phase.kind === "authority" && seat.phase.isConflicted) return [];
  const { epoch, epochs } = seat;
  if (seat.phase.kind !== "authority") seat.phase = authority(new AuthorityTerm(epoch, seat.self.life, nowMs), true);
  seat.phase.isConflicted = true;
  seat.acts.callOff();
  return seat.acts.persist({ epoch, role: "conflicted", heir: undefined, epochs }, () => []);
}

/** Two authorities of this epoch: whoever wins, it is not for us to take over. */
export function withdraw(seat: Seat): TermEffect[] {
  seat.resignedEpoch = seat.epoch;
  return follow(seat, undefined);
}
