/**
 * One monitor: the ring it keeps its rows in, and what panels read of it.
 *
 * Invariant: a page is cut in one go, so its rows, counters and version belong together.
 * Knows nothing of connections: rows are handed to it, and so is the news of what was lost and that the link is down.
 */
import type { Clock, Gap } from "../../library/index.ts";
import type { Counters, MonitorInfo, Page, RowDetail, Search } from "../protocol/monitor.ts";
import type { ByteBudget, Spender } from "./byte-budget.ts";
import { Gaps } from "./gaps.ts";
import type { KeptRow } from "./kept-row.ts";
import { LossRecord } from "./loss-record.ts";
import { Notice } from "./notice.ts";
import { Ring } from "./ring.ts";
import { rowDetail, rowOf } from "./row.ts";
import { AllRows, type ShownRows } from "./search.ts";
import { Searches } from "./searches.ts";

/** Most rows of one page; more are not sent. */
const mostPageRows = 500;
/** Panels are told of news this seldom. */
const restMs = 100;

export interface PageRequest {
  readonly first: number;
  readonly limit: number;
  readonly search?: Search;
  readonly upTo?: number;
}

export interface MonitorOptions {
  readonly info: MonitorInfo;
  readonly budget: ByteBudget;
  readonly clock: Clock;
  /** Something changed since the last page was read. */
  readonly changed: (version: number) => void;
}

export class MonitorSession implements Spender {
  readonly info: MonitorInfo;
  readonly #options: MonitorOptions;
  readonly #ring: Ring<KeptRow>;
  readonly #all: AllRows;
  readonly #searches: Searches;
  readonly #gaps = new Gaps();
  readonly #losses = new LossRecord();
  readonly #notice: Notice;
  #version = 0;

  constructor(options: MonitorOptions) {
    this.info = options.info;
    this.#options = options;
    this.#ring = new Ring(options.info.maxRows, options.info.maxBytes);
    this.#all = new AllRows(this.#ring);
    this.#searches = new Searches(this.#ring);
    this.#notice = new Notice(restMs, options.clock, () => options.changed(this.#version));
    options.budget.join(this);
  }

  get bytes(): number {
    return this.#ring.bytes;
  }

  keep(row: KeptRow): void {
    this.#ring.push(row, row.bytes);
    this.#options.budget.settle();
    this.#changed();
  }

  /** Messages under the patterns will not come. */
  lost(gap: Gap): void {
    this.#losses.add(gap, this.#ring.received, this.#options.clock.wallMs());
    this.#changed();
  }

  evictOldest(): boolean {
    const hadOne = this.#ring.evictOldest();
    this.#changed();
    return hadOne;
  }

  clear(): void {
    this.#ring.clear();
    this.#changed();
  }

  linkChanged(isUp: boolean): void {
    if (this.#gaps.linkChanged(isUp, this.#options.clock.wallMs())) this.#changed();
  }

  /** @throws SwitchyardError `BAD_ARGUMENT` for a regular expression that is wrong, or takes too long */
  async read({ search, ...window }: PageRequest): Promise<Page> {
    const shown = search === undefined || search.text === "" ? this.#all : await this.#searches.find(search);
    this.#notice.answered();
    return this.#page(shown, window);
  }

  /** A row in full; `undefined` when it has left the ring. */
  readRow(row: number): RowDetail | undefined {
    const kept = this.#ring.get(row);
    return kept === undefined ? undefined : rowDetail(row, kept);
  }

  close(): void {
    this.#notice.close();
    this.#options.budget.leave(this);
    this.#ring.clear();
  }

  #page(shown: ShownRows, { first, limit, upTo }: Omit<PageRequest, "search">): Page {
    const total = shown.count(upTo);
    const start = Math.min(total, first < 0 ? Math.max(0, total + first) : first);
    const length = Math.min(limit, mostPageRows, total - start);
    const numbers = Array.from({ length }, (_, place) => shown.rowAt(start + place));
    return {
      version: this.#version,
      counters: this.#counters(shown),
      total,
      first: start,
      rows: numbers.flatMap((row) => this.#rowAt(row)),
      newest: this.#ring.newest,
      gaps: this.#gaps.list,
      losses: this.#losses.losses,
    };
  }

  #rowAt(row: number): Page["rows"] {
    const kept = this.#ring.get(row);
    return kept === undefined ? [] : [rowOf(row, kept)];
  }

  #counters(shown: ShownRows): Counters {
    const { received, kept, evicted, cleared } = this.#ring;
    return { received, kept, evicted, cleared, dropped: this.#losses.total, shown: shown.count() };
  }

  #changed(): void {
    this.#version++;
    this.#notice.changed();
  }
}
