/**
 * The searches that panels make over one ring, each kept up for as long as somebody reads it.
 *
 * A long search is done in slices, between which the process does its other work. A regular expression comes from the
 * person at this editor, so it is allowed; but one that backtracks without end is stopped and never tried again.
 * Knows nothing of pages or panels.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { SwitchyardError } from "../../library/index.ts";
import type { Search } from "../protocol/monitor.ts";
import { matcher, type Searchable } from "./matcher.ts";
import type { Ring } from "./ring.ts";
import { RowSearch, type ShownRows } from "./search.ts";
import { endsWithin } from "./time-limit.ts";

/** Searches remembered for one ring; the one not read for longest is forgotten, and done again when it is asked for. */
const mostSearches = 4;
/** How long one slice of a search takes. */
const sliceMs = 10;
/** One slice of a regular expression that takes this long is stuck on one row: the search fails. */
const stuckMs = 500;
/** All slices together; then the search fails. Looking at 100,000 rows takes about 20 ms with a sensible one. */
const longestMs = 5_000;

interface Running {
  readonly rows: RowSearch<Searchable>;
  readonly isRegex: boolean;
  /** While slices are under way: everybody waits for the same ones. */
  caughtUp?: Promise<void>;
  failure?: SwitchyardError;
}

export class Searches {
  readonly #ring: Ring<Searchable>;
  readonly #running = new Map<string, Running>(); // the one read last is the last

  constructor(ring: Ring<Searchable>) {
    this.#ring = ring;
  }

  /**
   * What the search shows of all rows that are there when the promise resolves.
   * @throws SwitchyardError `BAD_ARGUMENT` for a regular expression that is wrong, or takes too long
   */
  async find(search: Search): Promise<ShownRows> {
    const running = this.#recall(search);
    running.caughtUp ??= this.#catchUp(running).finally(() => delete running.caughtUp);
    await running.caughtUp;
    return running.rows;
  }

  #recall(search: Search): Running {
    const key = JSON.stringify([search.isRegex, search.matchCase, search.text]);
    const running = this.#running.get(key) ?? this.#start(search);
    this.#running.delete(key);
    this.#running.set(key, running);
    const [longestUnread] = this.#running.keys();
    if (this.#running.size > mostSearches && longestUnread !== undefined) this.#running.delete(longestUnread);
    return running;
  }

  #start(search: Search): Running {
    return { rows: new RowSearch(this.#ring, matcher(search)), isRegex: search.isRegex };
  }

  async #catchUp(running: Running): Promise<void> {
    const startedMs = performance.now();
    while (!this.#slice(running)) {
      if (performance.now() - startedMs > longestMs) this.#fail(running, `is not done after ${longestMs / 1000} s`);
      await nextTurn();
    }
  }

  /** True when it has caught up with the ring. */
  #slice(running: Running): boolean {
    if (running.failure !== undefined) throw running.failure;
    const endMs = performance.now() + sliceMs;
    let isDone = false;
    const advance = (): void => {
      isDone = running.rows.advance(() => performance.now() < endMs);
    };

    if (!running.isRegex) advance();
    else if (!endsWithin(stuckMs, advance)) this.#fail(running, `is stuck on row ${running.rows.next}`);
    return isDone;
  }

  #fail(running: Running, how: string): never {
    running.failure = new SwitchyardError(
      "BAD_ARGUMENT",
      `the search ${how}; a regular expression with repeats inside repeats, such as (a+)+, can take for ever`,
    );
    throw running.failure;
  }
}
