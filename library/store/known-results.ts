/**
 * Outcomes that an heir knows of, so that what is sent again after a takeover is known, and takes effect once.
 *
 * Invariant: those of one client follow one another without a hole; what was prepared last counts, for an authority may
 * decide anew what it took back. Bounded as an authority's own are.
 */
import { limits } from "../core/limits.ts";
import type { Outcome } from "../core/store/change.ts";
import { sizeOf } from "../core/store/size.ts";
import type { Results } from "../core/store/submission.ts";

interface Known {
  first: number;
  outcomes: Outcome[];
}

const overheadBytes = 64;

export class KnownResults {
  /** The one not heard of for longest first. */
  readonly #clients = new Map<string, Known>();
  #bytes = 0;

  /** What was decided after all else that is known of the client. */
  add({ client, first, outcomes }: Results): void {
    const known = this.#touch(client, first);
    const kept = known.first <= first && first <= endOf(known) ? known.outcomes.splice(first - known.first) : [];
    if (first !== endOf(known)) {
      kept.push(...known.outcomes);
      known.outcomes = [];
      known.first = first;
    }
    this.#count(kept, -1);
    this.#count(outcomes, 1);
    for (const outcome of outcomes) known.outcomes.push(outcome); // there may be too many to be arguments
    this.#bound(known);
  }

  /** What was decided before; what is known already stays. */
  addEarlier({ client, first, outcomes }: Results): void {
    const known = this.#touch(client, first);
    const isBefore = known.outcomes.length === 0 || (first < known.first && first + outcomes.length >= known.first);
    if (!isBefore) return;
    const earlier = known.outcomes.length === 0 ? outcomes : outcomes.slice(0, known.first - first);
    this.#count(earlier, 1);
    known.outcomes = [...earlier, ...known.outcomes];
    known.first = first;
    this.#bound(known);
  }

  /** Those that a history up to this revision has. */
  *upTo(revision: number): Generator<Results> {
    for (const [client, { first, outcomes }] of this.#clients) {
      const later = outcomes.findIndex((outcome) => outcome.revision > revision);
      const held = later < 0 ? [...outcomes] : outcomes.slice(0, later);
      if (held.length > 0) yield { client, first, outcomes: held };
    }
  }

  /** Of those the ones that were decided later than at revision `after`. */
  *between(after: number, revision: number): Generator<Results> {
    for (const { client, first, outcomes } of this.upTo(revision)) {
      const earlier = outcomes.findIndex((outcome) => outcome.revision > after);
      if (earlier >= 0) yield { client, first: first + earlier, outcomes: outcomes.slice(earlier) };
    }
  }

  clear(): void {
    this.#clients.clear();
    this.#bytes = 0;
  }

  #touch(client: string, first: number): Known {
    const known = this.#clients.get(client) ?? { first, outcomes: [] };
    this.#clients.delete(client);
    this.#clients.set(client, known);
    return known;
  }

  #bound(known: Known): void {
    const gone = known.outcomes.length - limits.storeOutcomes;
    if (gone > limits.storeOutcomes) this.#trim(known, gone); // many at a time
    for (const [client, oldest] of this.#clients) {
      if (this.#clients.size <= limits.storeClients && this.#bytes <= limits.storeOutcomeBytes) return;
      this.#trim(oldest, oldest.outcomes.length);
      this.#clients.delete(client);
    }
  }

  #trim(known: Known, gone: number): void {
    this.#count(known.outcomes.splice(0, gone), -1);
    known.first += gone;
  }

  #count(outcomes: readonly Outcome[], sign: 1 | -1): void {
    for (const outcome of outcomes) this.#bytes += sign * bytesOf(outcome);
  }
}

function endOf({ first, outcomes }: Known): number {
  return first + outcomes.length;
}

function bytesOf(outcome: Outcome): number {
  if (outcome.kind === "failed") return overheadBytes + outcome.what.length;
  return outcome.value === undefined ? overheadBytes : overheadBytes + sizeOf(outcome.value);
}
