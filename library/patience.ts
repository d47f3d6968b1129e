/**
 * What happens when a peer is slow: those who have more for it wait a while, then no longer.
 *
 * Above the high-water mark a peer is waited for: `drained()` does not resolve, and neighbours whose messages go there
 * are not read. After `limits.patienceMs` it is lagging: events for it are dropped by its overflow policy, and nobody
 * waits, until it has caught up; only what must arrive still waits, until the peer takes it or is disconnected.
 *
 * Invariant: the more hops a message has made, the sooner patience with its next one ends. Else a node would take a
 * router that waits for a slow peer for a slow peer itself, and punish all that are behind it.
 */
import type { Clock } from "./clock.ts";
import { limits } from "./core/limits.ts";
import type { Neighbour } from "./neighbour.ts";

export class Patience {
  readonly #clock: Clock;
  readonly #neighbours: ReadonlySet<Neighbour>;
  /** Those who wait until messages flow again may look. */
  readonly #onFlowing: () => void;
  /** A peer has taken everything that waited. */
  readonly #onCaughtUp: (neighbour: Neighbour) => void;
  /** By the slow one: neighbours that are not read because of it. */
  readonly #waiting = new Map<Neighbour, Set<Neighbour>>();

  constructor(
    clock: Clock,
    neighbours: ReadonlySet<Neighbour>,
    onFlowing: () => void,
    onCaughtUp: (neighbour: Neighbour) => void,
  ) {
    this.#clock = clock;
    this.#neighbours = neighbours;
    this.#onFlowing = onFlowing;
    this.#onCaughtUp = onCaughtUp;
  }

  /** Is there no peer that producers should wait for? */
  get isFlowing(): boolean {
    for (const neighbour of this.#neighbours) if (neighbour.isWorthWaiting(false)) return false;
    return true;
  }

  /**
   * A peer is above the high-water mark, by a message that has made so many hops. `source`, where it came from, is not
   * read until that is over.
   */
  begin(slow: Neighbour, source?: Neighbour, hops = 0): void {
    slow.cancelPatience ??= this.#clock.after(limits.patienceMs / 2 ** hops, () => this.#end(slow, hops));
    if (source === undefined) return;
    const waiting = this.#waiting.get(slow) ?? new Set();
    this.#waiting.set(slow, waiting);
    if (waiting.has(source)) return;
    waiting.add(source);
    source.hold();
  }

  /** Somebody waits until all is flowing: no peer may keep it waiting for long. */
  beginAll(): void {
    for (const neighbour of this.#neighbours) if (neighbour.isWorthWaiting(false)) this.begin(neighbour);
  }

  /** A peer took something: those that waited for it go on, once it has little left. */
  flushed(neighbour: Neighbour): void {
    if (neighbour.cancelPatience === undefined && !neighbour.isLagging) return;
    if (neighbour.outbox.queuedBytes === 0) {
      neighbour.isLagging = false;
      this.#onCaughtUp(neighbour);
    }
    if (neighbour.outbox.isAboveHighWater) return;
    this.#stopClock(neighbour);
    this.#release(neighbour);
  }

  /** A peer is gone, and with it whatever waited for it. */
  lost(neighbour: Neighbour): void {
    this.#stopClock(neighbour);
    for (const sources of this.#waiting.values()) sources.delete(neighbour);
    this.#release(neighbour);
  }

  #end(slow: Neighbour, hops: number): void {
    slow.cancelPatience = undefined;
    slow.isLagging = true;
    if (slow.isWorthWaiting(false)) this.#watch(slow, hops);
    else this.#release(slow);
  }

  /** What waits must arrive, so we wait on, while the peer takes anything at all. */
  #watch(slow: Neighbour, hops: number): void {
    const stalledMs = Math.max(limits.stalledMs - hops * 1_000, 1_000);
    const { sentBytes } = slow.outbox;
    slow.cancelPatience = this.#clock.after(stalledMs, () => {
      if (slow.outbox.sentBytes === sentBytes) slow.giveUp(stalledMs);
      else this.#end(slow, hops);
    });
  }

  #stopClock(neighbour: Neighbour): void {
    neighbour.cancelPatience?.();
    neighbour.cancelPatience = undefined;
  }

  #release(slow: Neighbour): void {
    const sources = this.#waiting.get(slow);
    this.#waiting.delete(slow);
    for (const source of sources ?? []) source.release();
    this.#onFlowing();
  }
}
