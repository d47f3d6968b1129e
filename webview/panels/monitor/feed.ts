/**
 * Keeps a panel's picture of its monitor up to date by asking the host for the rows that the panel shows.
 *
 * Invariant: `picture` is one that the server held at some moment, under `search`; a new search takes effect together
 * with its first answer, never before. Knows nothing of the DOM.
 */
import {
  type MonitorId,
  monitorChanged,
  type Page,
  readMonitor,
  type Search,
} from "../../../server/protocol/monitor.ts";
import { type Host, RequestFailed } from "../../host.ts";
import { type Ask, askFor, covers, emptyPicture, mergePage, type Picture, type Wanted } from "./picture.ts";
import { PullGate } from "./pull-gate.ts";

/** Between two flushes to the panel. */
const gapMs = 60;
const retryMs = 1_000;

export const noSearch: Search = { text: "", matchCase: false, isRegex: false };

/** `closed`: the server knows no such monitor; `silent`: it does not answer. */
export type FeedProblem = { readonly kind: "closed" | "silent"; readonly message: string };

export class MonitorFeed {
  picture: Picture = emptyPicture;
  /** Grows whenever places begin anew: with each search that took effect. */
  generation = 0;
  /** The search that `picture` shows. */
  search: Search = noSearch;
  /** Why the search typed last is not the one shown. */
  searchProblem: string | undefined;
  problem: FeedProblem | undefined;
  /** Number of the newest row of the paused picture; nothing while the picture moves. */
  pausedAt: number | undefined;
  /** Whether the first answer is there. */
  isReady = false;

  readonly #host: Host;
  readonly #monitor: MonitorId;
  readonly #changed: () => void;
  readonly #gate = new PullGate(gapMs);
  readonly #unsubscribe: () => void;
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted: Wanted = { kind: "newest", count: 50 };
  #nextSearch: Search | undefined;
  /** Where the first page ends. */
  #startRow: number | undefined;

  /** `changed` is called after each answer. */
  constructor(host: Host, monitor: MonitorId, changed: () => void) {
    this.#host = host;
    this.#monitor = monitor;
    this.#changed = changed;
    this.#unsubscribe = host.on(monitorChanged, (change) => {
      if (change.monitor === this.#monitor) this.#ask();
    });
    this.#ask();
  }

  /** Says which rows the panel shows. Asks for them unless they are known. */
  show(wanted: Wanted): void {
    const before = this.#wanted;
    this.#wanted = wanted;
    const isWithin = wanted.kind === "newest" && before.kind === "newest" && before.count >= wanted.count;
    const { to } = this.picture.shown;
    const places = wanted.kind === "places" ? wanted : { from: to - 1, to };
    if (!(isWithin || wanted.kind === "places") || !covers(this.picture, places)) this.#ask();
  }

  look(search: Search): void {
    this.#nextSearch = search;
    this.searchProblem = undefined;
    this.#ask();
  }

  pause(): void {
    this.pausedAt = this.picture.newest;
    this.#changed();
  }

  /** Goes on where a panel stood before its page was made anew: paused at a row, or looking at one. */
  startAt({ pausedAt, row }: { readonly pausedAt: number | undefined; readonly row: number | undefined }): void {
    this.pausedAt = pausedAt;
    this.#startRow = row;
  }

  resume(): void {
    this.pausedAt = undefined;
    this.#ask();
    this.#changed();
  }

  /** Asks again now, whatever was told: after a clear, or when the connection came back. */
  refresh(): void {
    this.#ask();
  }

  setVisible(isVisible: boolean): void {
    this.#gate.setVisible(isVisible);
    this.#schedule();
  }

  close(): void {
    this.#unsubscribe();
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  #ask(): void {
    this.#gate.want();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closing.signal.aborted) return;
    clearTimeout(this.#timer);
    const waitMs = this.#gate.waitMs(performance.now());
    if (waitMs !== undefined) this.#timer = setTimeout(() => void this.#read(), waitMs);
  }

  async #read(): Promise<void> {
    this.#gate.begin(performance.now());
    const search = this.#nextSearch;
    const wanted = this.#wanted;
    const isAnew = search !== undefined || !this.isReady;
    const ask = isAnew ? this.#askAnew(wanted) : askFor(this.picture, wanted, this.#options(this.search));
    let retry: number | undefined;
    try {
      const page = await this.#request(ask, search ?? this.search);
      this.#take(page, ask, wanted, search);
    } catch (error) {
      retry = this.#fail(error, search);
    }
    this.#gate.end(performance.now(), retry);
    if (this.#closing.signal.aborted) return;
    this.#changed();
    this.#schedule();
  }

  /** The first page of all, and that of a search, ends where the panel stands now. */
  #askAnew(wanted: Wanted): Ask {
    if (!this.isReady && this.#startRow !== undefined) return { first: -100, limit: 100, upTo: this.#startRow };
    if (wanted.kind === "newest") return askFor(emptyPicture, wanted, { isSearched: true, pausedAt: this.pausedAt });
    const limit = Math.min(100, Math.max(1, wanted.to - wanted.from));
    let upTo = this.pausedAt ?? this.picture.newest;
    for (let place = wanted.from; place < wanted.to; place++) upTo = this.picture.rows.get(place)?.row ?? upTo;
    return { first: -limit, limit, upTo };
  }

  #request({ first, limit, upTo }: Ask, search: Search): Promise<Page> {
    const params = {
      monitor: this.#monitor,
      first,
      limit,
      ...(search.text === "" ? {} : { search }),
      ...(upTo === undefined ? {} : { upTo }),
    };
    return this.#host.request(readMonitor, params, this.#closing.signal);
  }

  #take(page: Page, ask: Ask, wanted: Wanted, search: Search | undefined): void {
    if (search !== undefined) {
      this.search = search;
      this.generation++;
      if (this.#nextSearch === search) this.#nextSearch = undefined;
      else this.#gate.want();
    }
    const before = search === undefined && this.isReady ? this.picture : undefined;
    this.picture = mergePage(before, page, ask, wanted, this.#options(this.search));
    this.problem = undefined;
    // Paused at a row that this monitor has never had: it is not the monitor that was paused.
    if (!this.isReady && this.pausedAt !== undefined && this.pausedAt > page.newest) this.pausedAt = undefined;
    this.isReady = true;
    if (this.#wanted.kind === "places" && !covers(this.picture, this.#wanted)) this.#gate.want();
  }

  /** Remembers why, and returns after how long to ask again, if at all. */
  #fail(error: unknown, search: Search | undefined): number | undefined {
    const code = error instanceof RequestFailed ? error.code : "INTERNAL";
    const message = error instanceof Error ? error.message : String(error);
    if (code === "ABORTED") return undefined;
    if (code === "CLOSED") {
      this.problem = { kind: "closed", message };
      return undefined;
    }
    if (search !== undefined && code === "BAD_ARGUMENT") {
      // What was shown before stays, and goes on.
      if (this.#nextSearch === search) {
        this.#nextSearch = undefined;
        this.searchProblem = message;
      }
      return 0;
    }
    this.problem = { kind: "silent", message };
    return retryMs;
  }

  #options(search: Search): { isSearched: boolean; pausedAt: number | undefined } {
    return { isSearched: search.text !== "", pausedAt: this.pausedAt };
  }
}
