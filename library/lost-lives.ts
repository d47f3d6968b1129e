/**
 * Neighbours that were lost without a goodbye, and the numbers of their streams: when a later life of the name is met, the
 * earlier one is taken to be over, as if it had said goodbye.
 *
 * Invariant: at most `limits.lostLives` are known, with `limits.streams` numbers together; it holds no stream. Knows nothing
 * of what becomes of them: a number may be another's by now, and whoever brings a stream still keeps it.
 */
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import type { Stream } from "./streams.ts";

/** A life that is over. */
export interface Lost {
  readonly id: string;
  readonly numbers: readonly number[];
}

export class LostLives {
  /** By name; the one lost first comes first. */
  readonly #lost = new Map<string, Lost>();
  #numbers = 0;

  /** The link with it is gone. */
  lost({ id, name }: Origin, streams: readonly Stream[]): void {
    this.#take(name);
    if (streams.length === 0) return;
    this.#lost.set(name, { id, numbers: streams.map(({ number }) => number) });
    this.#numbers += streams.length;
    for (const oldest of this.#lost.keys()) {
      if (this.#lost.size <= limits.lostLives && this.#numbers <= limits.streams) return;
      this.#take(oldest);
    }
  }

  /** A node is there: what an earlier life of its name had. */
  met({ id, name }: Origin): Lost | undefined {
    const lost = this.#take(name);
    return lost?.id === id ? undefined : lost;
  }

  #take(name: string): Lost | undefined {
    const lost = this.#lost.get(name);
    this.#lost.delete(name);
    this.#numbers -= lost?.numbers.length ?? 0;
    return lost;
  }
}
