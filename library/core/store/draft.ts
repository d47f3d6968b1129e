/**
 * What a batch would make of a table: operations see what earlier ones of the same batch did; nobody else does.
 *
 * Invariant: the table stays as it is until `apply`, after which it is as if each change had been applied in order. All of
 * a draft happens at one moment. Knows nothing of clients.
 */
import { keyOf } from "../values/index.ts";
import type { Change, Durability, Entry, Operation, Outcome } from "./change.ts";
import type { Logged } from "./change-log.ts";
import type { Expiry } from "./expiry.ts";
import { evaluate, named } from "./operations.ts";
import type { EntryCheck } from "./schema.ts";
import { sizeOfChange } from "./size.ts";
import { entryOf, type Table } from "./table.ts";

/** What a draft is made upon. */
export interface Ground {
  readonly table: Table;
  readonly expiry: Expiry;
  readonly check: EntryCheck | undefined;
  /** There is no disk, hence nothing that only a disk can do. */
  readonly isInMemory?: boolean | undefined;
}

/**
 * Its arrays have room for all from the start, and are filled by index. V8 takes an array that is new for one of small
 * numbers until the first object is in it, and code with `push` that it optimized for that is thrown away each time.
 */
export class Draft {
  readonly changes: Change[];
  /** Beside each change, the entry that was there. */
  readonly before: (Entry | undefined)[];
  /** The changes as the log keeps them. */
  readonly logged: Logged[];
  /** Of all changes, by estimate. */
  bytes = 0;
  readonly #ground: Ground;
  readonly #nowMs: number;
  readonly #wallMs: number;
  #revision: number;
  /** What is different from the table, by `keyOf`; `null`: it is not there. */
  #entries = new Map<string, Entry | null>();
  #isCleared = false;
  #count = 0;

  /** `revision`: of the table. `most`: changes to come, at most. */
  constructor(ground: Ground, revision: number, nowMs: number, wallMs: number, most: number) {
    this.changes = new Array<Change>(most);
    this.before = new Array<Entry | undefined>(most);
    this.logged = new Array<Logged>(most);
    this.#ground = ground;
    this.#revision = revision;
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
  }

  /** Of the last change. */
  get revision(): number {
    return this.#revision;
  }

  run(operation: Operation): Outcome {
    if (operation.kind === "clear") return this.#cleared();
    const id = keyOf(operation.key);
    const before = this.#find(id);
    const evaluation = evaluate(operation, before, this.#wallMs);
    if (evaluation.kind === "failed") return this.#failed(evaluation.code, evaluation.what);
    const { change, value } = evaluation;
    if (change !== undefined && change.kind !== "clear") {
      const fault = this.#fault(change);
      if (fault !== undefined)
        return this.#failed("SCHEMA_MISMATCH", `${operation.kind} of ${named(operation.key)}: ${fault}`);
      this.#note(change, id, before);
    }
    return { kind: "done", revision: this.#revision, value };
  }

  /** Does nothing: it was to be safer than what is in memory can be. */
  refuse(operation: Operation, durability: Durability): Outcome {
    const what = operation.kind === "clear" ? "clear" : `${operation.kind} of ${named(operation.key)}`;
    return this.#failed(
      "UNSUPPORTED",
      `${what} with durability ${durability}, where the store has no path and so is in memory alone`,
    );
  }

  /** Takes away what is due. */
  expire(id: string): void {
    const before = this.#ground.table.at(id);
    if (before !== undefined) this.#note({ kind: "remove", key: before.key, isExpired: true }, id, before);
  }

  /** There are no more to come. */
  end(): void {
    this.changes.length = this.#count;
    this.before.length = this.#count;
    this.logged.length = this.#count;
  }

  apply(): void {
    const { table, expiry } = this.#ground;
    if (this.#isCleared) {
      table.clear();
      expiry.clear();
    }
    for (const [id, entry] of this.#entries) {
      table.put(id, entry ?? undefined);
      if (entry?.expiresAtMs !== undefined) expiry.set(id, entry, this.#nowMs, this.#wallMs);
      else if (expiry.size > 0) expiry.delete(id);
    }
  }

  #find(id: string): Entry | undefined {
    const drafted = this.#entries.get(id);
    if (drafted === null) return undefined;
    if (drafted !== undefined) return (drafted.expiresAtMs ?? Infinity) <= this.#wallMs ? undefined : drafted;
    if (this.#isCleared) return undefined;
    const entry = this.#ground.table.at(id);
    if (entry?.expiresAtMs === undefined) return entry;
    return this.#ground.expiry.isDue(id, this.#nowMs) ? undefined : entry;
  }

  #fault(change: Change): string | undefined {
    return change.kind === "put" ? this.#ground.check?.(change.key, change.value) : undefined;
  }

  #note(change: Exclude<Change, { kind: "clear" }>, id: string, before: Entry | undefined): void {
    this.bytes += sizeOfChange(change);
    const entry = change.kind === "put" ? entryOf(change, this.#revision + 1) : null;
    this.#entries.set(id, entry);
    this.#add(change, entry ?? (change as Logged), before);
  }

  #add(change: Change, logged: Logged, before: Entry | undefined): void {
    this.#revision += 1;
    this.changes[this.#count] = change;
    this.logged[this.#count] = logged;
    this.before[this.#count] = before;
    this.#count += 1;
  }

  #cleared(): Outcome {
    this.#entries = new Map();
    this.#isCleared = true;
    const clearing = { kind: "clear" } as const;
    this.#add(clearing, clearing, undefined);
    return { kind: "done", revision: this.#revision, value: undefined };
  }

  #failed(code: Extract<Outcome, { kind: "failed" }>["code"], what: string): Outcome {
    return { kind: "failed", revision: this.#revision, code, what };
  }
}
