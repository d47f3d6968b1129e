/**
 * How an heir learns what became of operations from before it was appointed: it asks its authority for all outcomes that
 * are kept. What comes later is prepared to it.
 *
 * Invariant: it is done only for the life and the epoch that it was begun for, with all pages of one walk, and when the
 * disk has what is known.
 */
import { limits } from "../core/limits.ts";
import type { Outcome } from "../core/store/change.ts";
import { isRevision } from "../core/store/columns.ts";
import { sizeOf } from "../core/store/size.ts";
import type { Results } from "../core/store/submission.ts";
import type { Answer } from "../surveys.ts";
import { headValues, readHead } from "./head.ts";
import { KnownResults } from "./known-results.ts";
import { readResults } from "./prepared.ts";
import type { Traffic } from "./traffic.ts";

export class ResultsHandover {
  readonly #traffic: Traffic;
  readonly #topic: string;
  /** Since it was begun. */
  readonly #known: KnownResults;
  /** Of before, until all pages are there. */
  #former: KnownResults | undefined;
  readonly #keep: (kept: () => void) => void;
  readonly #onDone: () => void;
  #of: string | undefined;
  #reachesTo = 0;
  /** All pages are there. */
  #isWhole = false;
  #isDone = false;
  #isClosed = false;

  /** `keep`: makes safe what is known of what the table has, and says so. */
  constructor(
    traffic: Traffic,
    topic: string,
    known: KnownResults,
    keep: (kept: () => void) => void,
    onDone: () => void,
  ) {
    this.#traffic = traffic;
    this.#topic = topic;
    this.#known = known;
    this.#keep = keep;
    this.#onDone = onDone;
  }

  /** The latest revision whose outcomes are part of it; what comes up to here was not prepared, perhaps. */
  get reachesTo(): number {
    return this.#reachesTo;
  }

  isDone(life: string, epoch: number): boolean {
    return this.#isDone && this.#of === `${life} ${epoch}`;
  }

  /** What is known of a history up to this revision. */
  upTo(revision: number): Iterable<Results> {
    if (this.#former === undefined) return this.#known.upTo(revision);
    const both = new KnownResults();
    for (const known of [this.#former, this.#known]) for (const each of known.upTo(revision)) both.add(each);
    return both.upTo(revision);
  }

  /**
   * Once for each; before anything that it prepares is taken. Of what is known already the outcomes of what the table has,
   * which is at `revision`, count until all is there; others may have come to nothing.
   */
  begin(life: string, epoch: number, revision: number): void {
    const of = `${life} ${epoch}`;
    if (this.#of === of) return;
    const former = new KnownResults();
    for (const each of this.upTo(revision)) former.add(each);
    this.#former = former;
    this.#of = of;
    this.#isDone = false;
    this.#isWhole = false;
    this.#reachesTo = 0;
    this.#known.clear();
    this.#ask(life, epoch, of);
  }

  /** Nothing is known any more: it was of another history. */
  clear(): void {
    this.#known.clear();
    this.#former = undefined;
    this.#of = undefined;
    this.#isDone = false;
  }

  /** What was to keep it is another one now. */
  keepAgain(): void {
    if (this.#isWhole && !this.#isDone) this.#end();
  }

  close(): void {
    this.#isClosed = true;
  }

  #ask(life: string, epoch: number, of: string): void {
    const gathered = new KnownResults();
    const ask = (walk: number, page: number): void => {
      const isStale = (): boolean => this.#isClosed || this.#of !== of || this.#traffic.node.isClosed;
      if (isStale()) return;
      const again = (): void => {
        if (!isStale()) this.#traffic.node.clock.after(limits.storeRetryMs, () => this.#ask(life, epoch, of));
      };
      this.#traffic.ask("read", this.#topic, "results", [walk, page], limits.storeAskMs).then((answer) => {
        const read = answer && readPage(answer);
        if (isStale()) return;
        if (read === undefined || read.life !== life || read.epoch !== epoch) {
          again();
          return;
        }
        for (const each of read.results) gathered.add(each);
        if (read.isLast) this.#take(gathered);
        else ask(read.walk, page + 1);
      }, again);
    };
    ask(0, 0);
  }

  #take(gathered: KnownResults): void {
    for (const each of gathered.upTo(Number.POSITIVE_INFINITY)) {
      this.#known.addEarlier(each);
      this.#reachesTo = Math.max(this.#reachesTo, each.outcomes.at(-1)!.revision);
    }
    this.#former = undefined;
    this.#isWhole = true;
    this.#end();
  }

  #end(): void {
    const of = this.#of;
    this.#keep(() => {
      if (this.#isClosed || this.#of !== of) return;
      this.#isDone = true;
      this.#onDone();
    });
  }
}

function readPage({ name, args, node }: Answer) {
  const head = readHead(args, node.id);
  const [walk, isLast, told] = args.slice(headValues);
  const results = readResults(told);
  if (name !== "results" || head === undefined || results === undefined) return undefined;
  if (!isRevision(walk) || typeof isLast !== "boolean") return undefined;
  return { life: head.node, epoch: head.epoch, walk, isLast, results };
}

export interface ResultPage {
  readonly results: readonly Results[];
  readonly isLast: boolean;
}

/**
 * At least one page; each small enough for a message, unless it is one outcome. Outcomes are read as their page is: what was
 * decided since the first was made may be among them, or not.
 */
export function* resultPages(all: Iterable<Results>): Generator<ResultPage> {
  let page: Results[] = [];
  let bytes = 0;
  for (const { client, first, outcomes } of all) {
    let start = 0;
    bytes += clientBytes;
    for (const [i, outcome] of outcomes.entries()) {
      const size = bytesOf(outcome);
      if (bytes > clientBytes && bytes + size > limits.storePageBytes) {
        if (i > start) page.push({ client, first: first + start, outcomes: outcomes.slice(start, i) });
        yield { results: page, isLast: false };
        page = [];
        start = i;
        bytes = clientBytes;
      }
      bytes += size;
    }
    if (start < outcomes.length) page.push({ client, first: first + start, outcomes: outcomes.slice(start) });
  }
  yield { results: page, isLast: true };
}

/** What it takes to tell whose they are. */
const clientBytes = 96;

function bytesOf(outcome: Outcome): number {
  const bytes = 64;
  if (outcome.kind === "failed") return bytes + outcome.what.length;
  return outcome.value === undefined ? bytes : bytes + sizeOf(outcome.value);
}
