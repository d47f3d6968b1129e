/**
 * How a term is found again: by a node that starts, and by a follower whose witness says that it is the authority.
 *
 * Invariant: who had an heir begins nothing before it is known what became of it; see recovery.ts.
 */
import { limits } from "../limits.ts";
import { AuthorityTerm } from "./authority-term.ts";
import { Recovery } from "./recovery.ts";
import { follow, grant, settle } from "./term-changes.ts";
import type { TermEffect, TermRecord } from "./term-messages.ts";
import { authority } from "./term-phases.ts";
import { isOutdated, type Seat } from "./term-seat.ts";
import type { WitnessRecord } from "./witness.ts";

/** At the start the witness counts more than the record. */
export function start(seat: Seat, nowMs: number): TermEffect[] {
  const { record, hasArbiter } = seat.options;
  if (!hasArbiter) return startFrom(seat, record, nowMs);
  return seat.acts.read(
    (found, readMs) => {
      if (found === undefined) return startFrom(seat, record, readMs);
      seat.epoch = Math.max(seat.epoch, found.epoch);
      if (found.authority !== seat.self.node) return follow(seat, record);
      return startFrom(seat, { epoch: seat.epoch, role: "authority", heir: found.heir, epochs: seat.epochs }, readMs);
    },
    (failedMs) => {
      seat.phase = { kind: "starting" };
      return seat.acts.later(failedMs, (againMs) => start(seat, againMs));
    },
  );
}

/** What an earlier life of ours was, and hence what this one is. */
function startFrom(seat: Seat, record: TermRecord | undefined, nowMs: number): TermEffect[] {
  const { role, looksAround = false, isPersistent } = seat.options;
  if (record === undefined && role === "standby") return follow(seat, record);
  if (record?.role === "follower" || isOutdated(record, seat.holdings)) return follow(seat, record);
  if (record?.role === "conflicted") {
    seat.phase = authority(new AuthorityTerm(seat.epoch, seat.self.life, nowMs));
    seat.phase.isConflicted = true;
    return [];
  }
  const looks = record?.heir !== undefined || looksAround || (record !== undefined && !isPersistent);
  const recovery = new Recovery(record?.heir, looks, nowMs);
  seat.phase = { kind: "recovering", recovery };
  return recover(seat, recovery, nowMs);
}

/** Goes on as an authority that had started again, as soon as it is known who goes on. */
export function recover(seat: Seat, recovery: Recovery, nowMs: number): TermEffect[] {
  if (seat.acts.isBusy) return [];
  const decision = recovery.decide(nowMs);
  const { hasArbiter, isPersistent, onHeirLost } = seat.options;
  const isOurs = (record: WitnessRecord | undefined) =>
    record === undefined || (record.authority === seat.self.node && record.epoch <= seat.epoch);
  if (decision.kind === "grant") return grant(seat, decision.to, nowMs, decision.held);
  if (decision.kind === "begin") {
    const heir = onHeirLost === "wait" && !hasArbiter ? decision.heir : undefined;
    return settle(seat, { ahead: 1, heir, from: isOurs });
  }
  if (decision.kind === "unknown" && onHeirLost === "continue") {
    return settle(seat, { ahead: 2, heir: undefined, from: isOurs });
  }
  if (decision.kind === "unknown" && hasArbiter && isPersistent) {
    return settle(seat, { ahead: 1, heir: undefined, from: isOurs });
  }
  if (nowMs < recovery.askMs) return [];
  recovery.askMs = nowMs + limits.termPingMs;
  return [seat.send(undefined, { kind: "ask", held: seat.place() })];
}

/** A follower that hears of nobody may be the authority, by a swap of its former life. */
export function askWitness(seat: Seat, nowMs: number): TermEffect[] {
  if (!seat.options.hasArbiter || seat.acts.isBusy || nowMs < seat.heardMs + limits.lookAroundMs) return [];
  seat.heardMs = nowMs;
  return seat.acts.read(
    (found, readMs) => {
      if (found?.authority !== seat.self.node || found.epoch < seat.epoch) return [];
      seat.epoch = found.epoch;
      return startFrom(seat, { epoch: found.epoch, role: "authority", heir: found.heir, epochs: seat.epochs }, readMs);
    },
    () => [],
  );
}
