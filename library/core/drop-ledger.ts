/**
 * What was not sent on, by peer, topic and reason.
 *
 * Invariant: `total` is the sum of all entries, exactly; with too many of them, further topics are counted under `*`.
 * Knows nothing of queues.
 */
import { limits } from "./limits.ts";

/**
 * `slow`: the peer's queue was full. `connection`: it waited when the link was lost, or the queue of a lost link was full.
 * `closed`: it waited when we closed. `hops`: it had crossed too many connections. `unacknowledged`: it had to arrive, and
 * the subscriber never said that it did.
 */
export type DropReason = "slow" | "connection" | "closed" | "hops" | "unacknowledged";

export interface Drop {
  /** Name of the peer that it was for, or of the subscriber behind it. */
  readonly peer: string;
  readonly topic: string;
  readonly reason: DropReason;
  readonly count: number;
}

export class DropLedger {
  total = 0;
  readonly #topics = new Map<string, Map<string, number>>();
  #entries = 0;

  count(peer: string, topic: string, reason: DropReason, count = 1): void {
    if (count === 0) return;
    this.total += count;
    const key = `${reason} ${peer}`;
    let topics = this.#topics.get(key);
    if (topics === undefined) {
      topics = new Map();
      this.#topics.set(key, topics);
    }
    const known = topics.get(topic);
    if (known !== undefined) topics.set(topic, known + count);
    else this.#add(topics, topic, count);
  }

  #add(topics: Map<string, number>, topic: string, count: number): void {
    if (this.#entries >= limits.dropEntries) {
      topics.set("*", (topics.get("*") ?? 0) + count);
      return;
    }
    this.#entries += 1;
    topics.set(topic, count);
  }

  entries(): Drop[] {
    return [...this.#topics].flatMap(([key, topics]) => {
      const blank = key.indexOf(" ");
      const reason = key.slice(0, blank) as DropReason;
      return [...topics].map(([topic, count]) => ({ peer: key.slice(blank + 1), topic, reason, count }));
    });
  }
}
