/**
 * Where the authority of a store answers questions: checks what others say, and puts the answers into columns. What is told is
 * as it is when it is told, not when it was asked for.
 */
import type { Clock } from "../clock.ts";
import { SwitchyardError, whatFailed } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import { type Durability, durabilities, type Entry } from "../core/store/change.ts";
import { changeColumns, entryColumns, isRevision, isVector, outcomeColumns } from "../core/store/columns.ts";
import { readOperations } from "../core/store/operation-columns.ts";
import { sizeOf } from "../core/store/size.ts";
import type { Value } from "../core/values/index.ts";
import type { ReceivedEvent } from "../events.ts";
import { DeskQueue } from "./desk-queue.ts";
import type { Host } from "./host.ts";
import { Pages } from "./pages.ts";
import { resultColumns } from "./prepared.ts";
import { type ResultPage, resultPages } from "./results-handover.ts";

/** Answered also while nothing else is: an heir that is waited for needs it, and no reader takes it for the present. */
const copying: ReadonlySet<string> = new Set(["since", "snapshot", "results"]);

/** Of the arguments of a question that has no keys. */
const mostBytes = 1_024;

type Args = readonly Value[];
type Reply = (name: string, args: Args) => void;

export class Desk {
  readonly #durability: () => Durability;
  readonly #host: Host;
  readonly #nowMs: () => number;
  readonly #queue: DeskQueue;
  readonly #pages: Pages;
  /** Pages of outcomes for the heir, and the number of the next one. */
  #handover: { readonly id: number; readonly pages: Iterator<ResultPage>; next: number } | undefined;
  /** What others said that is nothing to be asked. */
  refused = 0;

  constructor(host: Host, durability: () => Durability, clock: Pick<Clock, "nowMs" | "soon">) {
    this.#host = host;
    this.#durability = durability;
    this.#nowMs = () => clock.nowMs();
    this.#queue = new DeskQueue(clock);
    this.#pages = new Pages(host.authority);
  }

  /** Of writes that do not say. */
  get durability(): Durability {
    return this.#durability();
  }

  /**
   * A question to read something. Not answered where too many wait, or the desk closes meanwhile. `asker`: whose turn it is
   * to wait for others.
   */
  read({ name, args }: Pick<ReceivedEvent, "name" | "args">, asker: string, reply: Reply): void {
    const isLookUp = name === "get" || name === "has";
    const keys = isLookUp && isVector(args[0]) ? firstOf(args[0]) : undefined;
    const isSmall = name === "size" || (keys !== undefined && keys.length <= limits.storeFewKeys);
    const asked = keys === undefined ? args : [keys];
    if (keys === undefined && sizeOf(args) > mostBytes) this.#refuse(name, reply);
    else this.#queue.add({ asker, isSmall, answer: () => this.#answer(name, asked, reply) });
  }

  /** What waits is not answered. */
  close(): void {
    this.#queue.clear();
  }

  #answer(name: string, args: Args, reply: Reply): void {
    if (!copying.has(name) && !this.#host.mayAnswer()) {
      reply("refused", ["FENCED", name]);
      return;
    }
    try {
      const answer = this.#read(name, args);
      if (answer === undefined) this.#refuse(name, reply);
      else reply(...answer);
    } catch (cause) {
      const error =
        cause instanceof SwitchyardError ? cause : new SwitchyardError("INTERNAL", String(cause), { cause });
      reply("refused", [error.code, whatFailed(error)]); // nobody else is there to take it
    }
  }

  write({ name, args }: ReceivedEvent, reply: Reply): void {
    const [client, first, floor, durability, ...columns] = args;
    const operations = readOperations(columns);
    const isRight = typeof client === "string" && /^[0-9a-f]{32}$/.test(client) && isRevision(first) && first >= 1;
    if (!isRight || !isRevision(floor) || operations === undefined || name !== "write") {
      this.#refuse(name, reply);
      return;
    }
    const asked = durabilities.find((each) => each === durability) ?? this.#durability();
    const request = { client, first, floor: Math.max(floor, 1), operations, durability: asked };
    this.#host.submit(request, (answer) => {
      if (answer.kind === "done") reply("done", [answer.epoch, ...outcomeColumns(answer.outcomes)]);
      else if (answer.kind === "expected") reply("expected", [answer.number]);
      else reply("refused", [answer.code, answer.what]);
    });
  }

  #refuse(name: string, reply: Reply): void {
    this.refused += 1;
    reply("refused", ["BAD_ARGUMENT", `${name.slice(0, 64)} with arguments that are none`]);
  }

  #read(name: string, args: Args): readonly [string, Args] | undefined {
    if (name === "get" || name === "has") return isVector(args[0]) ? this.#lookUp(name, args[0]) : undefined;
    if (name === "size") return ["size", [...this.#version(), this.#host.authority.size(this.#nowMs())]];
    if (name === "since") return this.#since(args);
    if (name === "results") return this.#results(args);
    if (name === "snapshot" || name === "keys") return this.#page(name, args);
    return undefined;
  }

  #version(): readonly [number, number] {
    const { epoch, revision } = this.#host.version;
    return [epoch, revision];
  }

  /** As many as fit into one answer; whoever asks asks for the rest again. */
  #lookUp(name: string, keys: Args): readonly [string, Args] {
    const nowMs = this.#nowMs();
    let flags = "";
    let bytes = 0;
    const found: Entry[] = [];
    for (const key of keys) {
      const entry = this.#host.authority.get(key, nowMs);
      if (entry !== undefined && name === "get") {
        bytes += sizeOf(entry.value);
        if (found.length > 0 && bytes > limits.storePageBytes) break;
        found.push({ ...entry, key: null });
      }
      flags += entry === undefined ? "0" : "1";
    }
    return name === "has"
      ? ["flags", [...this.#version(), flags]]
      : ["entries", [...this.#version(), flags, ...entryColumns(found)]];
  }

  #since([epoch, revision, by]: Args): readonly [string, Args] | undefined {
    if (!isRevision(epoch) || !isRevision(revision) || typeof by !== "string") return undefined;
    const since = this.#host.authority.since({ epoch, revision, by });
    const head = this.#host.headColumns();
    if (since.kind !== "changes") return [since.kind, head];
    return ["changes", [...head, since.firstRevision, since.isLast, ...changeColumns(since.changes)]];
  }

  /**
   * Outcomes that are known, for an heir: all that were when the first page was asked for, one page after the other. What is
   * decided later is prepared to it.
   */
  #results([walk, page]: Args): readonly [string, Args] | undefined {
    if (!isRevision(walk) || !isRevision(page)) return undefined;
    const head = this.#host.headColumns();
    if (walk === 0) {
      if (!this.#host.isGiven) return ["forgotten", head]; // what is under way was begun before there was this heir
      const pages = resultPages(this.#host.authority.results());
      this.#handover = { id: (this.#handover?.id ?? 0) + 1, pages, next: 0 };
    }
    const handover = this.#handover;
    const isNext = handover !== undefined && (walk === 0 || walk === handover.id) && page === handover.next;
    const made = isNext ? handover.pages.next() : undefined;
    if (handover === undefined || made === undefined || made.done === true) return ["forgotten", head];
    handover.next += 1;
    return ["results", [...head, handover.id, made.value.isLast, resultColumns(made.value.results)]];
  }

  #page(name: "snapshot" | "keys", [walk, page]: Args): readonly [string, Args] | undefined {
    if (!isRevision(walk) || !isRevision(page)) return undefined;
    const nowMs = this.#nowMs();
    const id = walk === 0 ? this.#pages.begin(nowMs, name === "keys") : walk;
    const made = this.#pages.page(id, page, nowMs);
    const head = this.#host.headColumns();
    if (made === undefined) return ["forgotten", head];
    const columns = name === "keys" ? [made.entries.map(({ key }) => key)] : entryColumns(made.entries);
    return ["page", [...head, id, page, made.revision, made.isLast, ...columns]];
  }
}

/** As many as one page has, so that it takes no longer to look them up, and no more room while they wait. */
function firstOf(keys: Args): Args {
  let bytes = 0;
  let count = 0;
  while (count < Math.min(keys.length, limits.storePageEntries) && bytes <= limits.storePageBytes) {
    bytes += sizeOf(keys[count++]!);
  }
  return keys.slice(0, count);
}
