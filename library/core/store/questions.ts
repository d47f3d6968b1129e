/**
 * The questions of a replica that are under way, and when it may ask the next.
 *
 * Invariant: one `since` at most. What is given up is forgotten here, and its answer is nothing to us.
 */
import type { Place } from "./epochs.ts";

export type Asked =
  /** `after`: from where on. `believed`: the revision that we thought the authority had. */
  | { readonly kind: "since"; readonly after: Place; readonly believed: number | undefined }
  | { readonly kind: "page"; readonly page: number };

export class Questions {
  /** Nothing is asked before, in ms on the monotonic clock. */
  askAgainMs = 0;
  readonly #open = new Map<number, Asked>();
  #last = 0;
  #since: number | undefined;

  get hasSince(): boolean {
    return this.#since !== undefined;
  }

  /** Its number. */
  add(asked: Asked): number {
    const request = ++this.#last;
    this.#open.set(request, asked);
    if (asked.kind === "since") this.#since = request;
    return request;
  }

  /** It has come to something, or to nothing; `undefined`: it is none of ours. */
  take(request: number): Asked | undefined {
    const asked = this.#open.get(request);
    this.#open.delete(request);
    if (request === this.#since) this.#since = undefined;
    return asked;
  }

  giveUp(): void {
    this.#open.clear();
    this.#since = undefined;
  }
}
