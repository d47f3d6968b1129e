/**
 * A walk over the authority's table that is under way: which pages to ask for, and the table that they make.
 *
 * Several pages are asked for at once, so some may lie beyond the end before that is known; the authority knows of no such
 * page, and says that it is forgotten. Knows nothing of questions, which come and go, or of the table that is shown.
 */
import { limits } from "../limits.ts";
import type { Answer } from "./replica-messages.ts";
import { SnapshotTarget } from "./snapshot-target.ts";

type PageAnswer = Extract<Answer, { kind: "page" }>;

export class Walking {
  /** Unknown until the first page is there. */
  id: number | undefined;
  /** The same. */
  target: SnapshotTarget | undefined;
  readonly #asked = new Set<number>();
  /** Asked for in vain. */
  readonly #again = new Set<number>();
  /** Forgotten, or beyond the end: to be asked for again when all before them are there. */
  readonly #doubtful = new Set<number>();
  #next = 0;
  #last: number | undefined;

  /** The page to ask for; `undefined`: none for now. It counts as asked for. */
  takeNext(): number | undefined {
    if (this.#asked.size >= (this.id === undefined ? 1 : limits.storePagesInFlight)) return undefined;
    const page = this.#choose();
    if (page !== undefined) this.#asked.add(page);
    return page;
  }

  #choose(): number | undefined {
    for (const page of this.#again) {
      this.#again.delete(page);
      return page;
    }
    if (this.#doubtful.size > 0) {
      const page = Math.min(...this.#doubtful);
      if (this.#hasBefore(page)) return undefined;
      this.#doubtful.delete(page);
      return page;
    }
    return this.#last === undefined ? this.#next++ : undefined;
  }

  /** False: it is not of this walk. */
  take({ walk, page, revision, entries, isLast }: PageAnswer): boolean {
    if (this.id !== undefined && this.id !== walk) return false;
    if (this.#last !== undefined && (isLast ? page !== this.#last : page >= this.#last)) return false;
    this.id = walk;
    this.#asked.delete(page);
    this.target ??= new SnapshotTarget(revision);
    this.target.addPage(page, revision, entries, isLast);
    if (isLast) this.#end(page);
    return true;
  }

  /** Nothing came, or nothing of use. */
  failed(page: number): void {
    this.#asked.delete(page);
    if (this.#last === undefined || page <= this.#last) this.#again.add(page);
  }

  /** True: the authority has forgotten the walk. */
  forgotten(page: number): boolean {
    this.#asked.delete(page);
    if (this.#last !== undefined && page > this.#last) return false;
    if (!this.#hasBefore(page)) return true;
    this.#doubtful.add(page);
    return false;
  }

  /** Is one before it still to come? */
  #hasBefore(page: number): boolean {
    return [this.#asked, this.#again, this.#doubtful].some((pages) => [...pages].some((other) => other < page));
  }

  #end(last: number): void {
    this.#last = last;
    for (const some of [this.#asked, this.#again, this.#doubtful]) {
      for (const page of some) if (page > last) some.delete(page);
    }
  }
}
