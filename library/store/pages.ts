/**
 * Pages of walks over an authority's table, made in their order, and kept for a while: questions for several of them are
 * under way at once, and one whose answer was lost is asked again.
 */
import { limits } from "../core/limits.ts";
import type { Authority } from "../core/store/authority.ts";
import type { Page } from "../core/store/submission.ts";

interface Walk {
  readonly pages: Map<number, Page>;
  made: number;
  isOver: boolean;
  usedMs: number;
}

/** Pages of one walk that are kept. */
const kept = 8;

export class Pages {
  readonly #authority: Authority<unknown>;
  /** The one not used for longest first. */
  readonly #walks = new Map<number, Walk>();

  constructor(authority: Authority<unknown>) {
    this.#authority = authority;
  }

  /** @throws SwitchyardError `TOO_MANY` */
  begin(nowMs: number, skipsDue: boolean): number {
    this.#forgetIdle(nowMs);
    const id = this.#authority.beginWalk(nowMs, skipsDue);
    this.#walks.set(id, { pages: new Map(), made: 0, isOver: false, usedMs: nowMs });
    return id;
  }

  /** `undefined`: not known, any more. */
  page(id: number, number: number, nowMs: number): Page | undefined {
    const walk = this.#walks.get(id);
    if (walk === undefined || number >= walk.made + limits.storePagesInFlight) return undefined;
    this.#walks.delete(id);
    this.#walks.set(id, walk);
    walk.usedMs = nowMs;
    while (walk.made <= number && !walk.isOver) {
      const page = this.#authority.walk(id, nowMs);
      if (page === undefined) return undefined;
      walk.pages.set(walk.made, page);
      walk.pages.delete(walk.made - kept);
      walk.made += 1;
      walk.isOver = page.isLast;
    }
    return walk.pages.get(number);
  }

  #forgetIdle(nowMs: number): void {
    for (const [id, { usedMs }] of this.#walks) {
      if (usedMs + limits.storeWalkIdleMs > nowMs && this.#walks.size < limits.storeWalks) return;
      this.#walks.delete(id);
      this.#authority.endWalk(id);
    }
  }
}
