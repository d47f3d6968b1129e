/** A store as programs have it: one handle, whatever it stands on. */
import { createHash } from "node:crypto";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Condition, Durability, Entry, Operation, Outcome, Version } from "./core/store/change.ts";
import { contentOf } from "./core/store/digest.ts";
import { type Input, toValue, type Value } from "./core/values/index.ts";
import type { Emitter } from "./emitter.ts";
import type { Node } from "./node.ts";
import { Keys } from "./store/keys.ts";
import {
  checkDurability,
  conditionOf,
  expiryOf,
  type InsertOptions,
  type PromoteOptions,
  type ReadOptions,
  type StoreOptions,
  timeoutOf,
  type WriteOptions,
} from "./store/options.ts";
import { type AtRisk, atRisk, promote } from "./store/promoting.ts";
import type { Promoted } from "./store/promotions.ts";
import { Reader } from "./store/reader.ts";
import type { LocalTable, Side, StoreRoleName, StoreState, Succession } from "./store/side.ts";
import type { StoreEvents, Written } from "./store/told.ts";
import type { Traffic } from "./store/traffic.ts";
import { newWrite, rejectWrite, type Write } from "./store/write.ts";
import { Writer } from "./store/writer.ts";

export interface StoreParts {
  readonly node: Node;
  readonly traffic: Traffic;
  readonly topic: string;
  readonly client: string;
  readonly options: StoreOptions;
  readonly durability: Durability | undefined;
  readonly side: Side;
  readonly emitter: Emitter<StoreEvents>;
  readonly onClose: (store: Store) => void;
}

export class Store {
  readonly topic: string;
  readonly #node: Node;
  readonly #parts: StoreParts;
  readonly #options: StoreOptions;
  readonly #side: Side;
  readonly #syncTable: LocalTable | undefined;
  readonly #emitter: Emitter<StoreEvents>;
  readonly #writer: Writer<Written>;
  readonly #reader: Reader;
  #closing: Promise<void> | undefined;

  /** Made by `context.stores`. */
  constructor(parts: StoreParts) {
    const { node, topic, client, options, side, emitter } = parts;
    this.topic = topic;
    this.#node = node;
    this.#parts = parts;
    this.#options = options;
    this.#side = side;
    this.#syncTable = options.mode === "async" ? undefined : side.table;
    this.#emitter = emitter;
    this.#writer = new Writer(node, topic, client, side.writePort, (write, outcome, epoch, by) =>
      this.#settle(write, outcome, epoch, by),
    );
    this.#reader = new Reader(node, topic, side.readPort);
  }

  get role(): StoreRoleName {
    return this.#side.role;
  }

  get mode(): "sync" | "async" {
    return this.#options.mode ?? "sync";
  }

  get access(): "rw" | "ro" {
    return this.#options.access ?? "rw";
  }

  get state(): StoreState {
    return this.#closing === undefined ? this.#side.state : "closed";
  }

  /** Of the copy that is here; in `async` mode, the last that was heard of. */
  get version(): Version {
    return this.#side.version;
  }

  /** Revisions that the authority is known to be ahead. */
  get lag(): number {
    return this.#side.lag;
  }

  /** How long nothing was heard of the authority, in ms. */
  get ageMs(): number {
    return this.#side.ageMs;
  }

  /** What it is in the succession, of an authority or a standby; else `undefined`. */
  get succession(): Succession | undefined {
    return this.#side.succession;
  }

  get isPersistent(): boolean {
    return this.#side.isPersistent;
  }

  on<Name extends keyof StoreEvents>(name: Name, listener: StoreEvents[Name]): this {
    this.#emitter.on(name, listener);
    return this;
  }

  off<Name extends keyof StoreEvents>(name: Name, listener: StoreEvents[Name]): this {
    this.#emitter.off(name, listener);
    return this;
  }

  /**
   * Puts a value under a key, in place of one that is there. Like every write it returns at once, and resolves when the
   * authority has it, as safe as `durability` says, and in `sync` mode this copy shows it.
   * @throws SwitchyardError `READ_ONLY`, `BAD_VALUE`, `TOO_LARGE`, `SCHEMA_MISMATCH`, `NO_SPACE`, `DISK_FAILED`,
   * `UNSUPPORTED` (`durability` needs a disk, and the authority keeps nothing there), `NO_AUTHORITY` (never sent), `INDETERMINATE` (sent, and not answered in time), `CLOSED`
   */
  insert(key: Input, value: Input, options: InsertOptions = byDefault): Promise<Written> {
    return this.#write(options, inserting, key, value);
  }

  /** As `insert`, but fails with `CONFLICT` where the key is there. */
  insertIfAbsent(key: Input, value: Input, options: InsertOptions = {}): Promise<Written> {
    return this.#write(options, () => inserting(key, value, options, { kind: "absent" }));
  }

  /**
   * As `insert`, but fails with `CONFLICT` unless the key is there, and has the value `expected` or was last changed by
   * `revision`, where these are given.
   */
  replace(
    key: Input,
    value: Input,
    options: InsertOptions & { readonly expected?: Input; readonly revision?: number } = {},
  ): Promise<Written> {
    return this.#write(options, () => inserting(key, value, options, conditionOf(options)));
  }

  /** Removes a key; one that is not there is as well. Resolves with the value that was removed. */
  remove(
    key: Input,
    options: WriteOptions & { readonly expected?: Input; readonly revision?: number } = {},
  ): Promise<Written> {
    return this.#write(options, () => {
      const isConditional = options.expected !== undefined || options.revision !== undefined;
      return { kind: "remove", key: toValue(key), condition: isConditional ? conditionOf(options) : undefined };
    });
  }

  /**
   * Adds to a number, interval or time; a missing key starts from nothing. Resolves with the new value.
   * @throws SwitchyardError as `insert`, `TYPE` where it is none, `RANGE` beyond 64 bits
   */
  increment(key: Input, by: Input = 1, options: WriteOptions = {}): Promise<Written> {
    return this.#write(options, () => ({ kind: "increment", key: toValue(key), by: toValue(by) }));
  }

  /** As `increment`, but takes away. */
  decrement(key: Input, by: Input = 1, options: WriteOptions = {}): Promise<Written> {
    return this.#write(options, () => ({ kind: "decrement", key: toValue(key), by: toValue(by) }));
  }

  /** Adds an element to the set under the key, or to the end of the vector; or, with a value, an entry to the table. */
  add(key: Input, element: Input, value?: Input, options: WriteOptions = {}): Promise<Written> {
    return this.#write(options, () => ({
      ...({ kind: "add", key: toValue(key), element: toValue(element) } as const),
      value: value === undefined ? undefined : toValue(value),
    }));
  }

  /** Takes an element out of the set or table under the key; without one, the last of the vector. */
  take(key: Input, element?: Input, options: WriteOptions = {}): Promise<Written> {
    return this.#write(options, () => ({
      ...({ kind: "take", key: toValue(key) } as const),
      element: element === undefined ? undefined : toValue(element),
    }));
  }

  /** Sets when an entry goes, or, without a time, that it stays. */
  expire(key: Input, options: InsertOptions = {}): Promise<Written> {
    return this.#write(options, () => ({ kind: "expire", key: toValue(key), expiry: expiryOf(options) }));
  }

  /** Removes all entries: one change, one version. */
  clear(options: WriteOptions = {}): Promise<Written> {
    return this.#write(options, () => ({ kind: "clear" }));
  }

  /** The value under the key, or `undefined`. @throws SwitchyardError `NOT_SYNC`, `BAD_VALUE`, `CLOSED` */
  lookupSync(key: Input): Value | undefined {
    return this.#table().get(typeof key === "string" ? key : toValue(key))?.value; // text of no key finds nothing
  }

  /** As `lookupSync`, with revision and expiry. */
  entrySync(key: Input): Entry | undefined {
    return this.#table().get(toValue(key));
  }

  hasSync(key: Input): boolean {
    return this.#table().get(toValue(key)) !== undefined;
  }

  sizeSync(): number {
    return this.#table().size();
  }

  /** In no particular order. */
  keysSync(): readonly Value[] {
    return Array.from(this.#table().entries(), ({ key }) => key);
  }

  /** Of this copy; changes that come while it is read may or may not be in it. */
  entriesSync(): Iterable<Entry> {
    return this.#table().entries();
  }

  /**
   * The value under the key as the authority has it now, or `undefined`.
   * @throws SwitchyardError `NO_AUTHORITY`, `TIMED_OUT`, `BAD_VALUE`, `CLOSED`
   */
  lookup(key: Input, options: ReadOptions = {}): Promise<Value | undefined> {
    return this.#read(options, async (timeoutMs) => (await this.#reader.get(toValue(key), timeoutMs))?.value);
  }

  /** As `lookup`, with revision and expiry: what `replace` can be made to depend on. */
  entry(key: Input, options: ReadOptions = {}): Promise<Entry | undefined> {
    return this.#read(options, (timeoutMs) => this.#reader.get(toValue(key), timeoutMs));
  }

  has(key: Input, options: ReadOptions = {}): Promise<boolean> {
    return this.#read(options, (timeoutMs) => this.#reader.has(toValue(key), timeoutMs));
  }

  size(options: ReadOptions = {}): Promise<number> {
    return this.#read(options, (timeoutMs) => this.#reader.size(timeoutMs));
  }

  /**
   * All keys, in no particular order: `await store.keys()`, or `for await (const key of store.keys())`, which has one page
   * of them in memory. Keys that come or go meanwhile may or may not be there; each that stays is, once at least.
   * `timeoutMs` is that of each page.
   */
  keys(options: ReadOptions = {}): Keys<Value> {
    return new Keys(
      (timeoutMs) => this.#reader.keys(timeoutMs),
      () => this.#timeoutFor(options),
    );
  }

  /** As `keys`, with all of each entry. */
  entries(options: ReadOptions = {}): Keys<Entry> {
    return new Keys(
      (timeoutMs) => this.#reader.entries(timeoutMs),
      () => this.#timeoutFor(options),
    );
  }

  /** SHA-256 of the content of this copy, in hex: the same wherever the tables are equal. @throws SwitchyardError `NOT_SYNC`, `CLOSED` */
  async digest(): Promise<string> {
    const hash = createHash("sha256");
    let pieces = 0;
    for (const piece of contentOf(this.#table().entries())) {
      hash.update(piece);
      pieces += 1;
      if (pieces % 1_024 === 0) await new Promise<void>((resolve) => this.#node.clock.soon(resolve));
    }
    return hash.digest("hex");
  }

  /**
   * Makes another node the authority, and resolves when it is: the one that is named, else this one if it was opened as
   * authority or standby, else the heir. The present authority agrees and hands over all that it has; with `force` the role
   * is taken whatever it does, and what it acknowledged and the next one has not is lost: `atRisk` says how much, and
   * without a name whoever has most is taken. Of two authorities in conflict, picks the one that is named, or this one.
   * Needs the right to `own` the store.
   * @throws SwitchyardError `NO_HEIR` where none is in sync, `NO_AUTHORITY` where nobody is there to agree or it takes
   * longer than `timeoutMs` (10,000), `AUTHORITY_CONFLICT` where one must be named, `CONFLICT` where more than was
   * `agreed` may be lost by now, `BAD_ARGUMENT`, `CLOSED`
   */
  async promote(options: PromoteOptions = {}): Promise<Promoted> {
    this.#checkOpen();
    return promote(this.#parts, options);
  }

  /**
   * Which node `promote` with `force` would take, and what may be lost then: what comes after the version `held`, up to
   * `newest`, the last that anybody heard of who answers within a second.
   * @throws SwitchyardError `NO_HEIR`, `NO_AUTHORITY`, `AUTHORITY_CONFLICT`, `CLOSED`, as `promote`
   */
  async atRisk(options: Pick<PromoteOptions, "node" | "timeoutMs"> = {}): Promise<AtRisk> {
    this.#checkOpen();
    return atRisk(this.#parts, options);
  }

  /** Waits for writes under way, for two seconds at most, then lets go of everything. Closing twice is harmless. */
  close(graceMs = 2_000): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    this.#side.leave?.();
    if (graceMs > 0) await this.#writer.settled(graceMs);
    await this.#side.close(graceMs);
    this.#writer.close();
    this.#parts.onClose(this);
    this.#emitter.emit("state", "closed");
  }

  /** `make` is handed key and value, so that the most frequent of writes needs no closure. */
  #write(options: WriteOptions, make: (key: Input, value: Input, options: WriteOptions) => Operation): Promise<Written>;
  #write<Options extends WriteOptions>(
    options: Options,
    make: (key: Input, value: Input, options: Options) => Operation,
    key: Input,
    value: Input,
  ): Promise<Written>;
  #write<Options extends WriteOptions>(
    options: Options,
    make: (key: Input, value: Input, options: Options) => Operation,
    key: Input = null,
    value: Input = null,
  ): Promise<Written> {
    const write = newWrite<Written>();
    try {
      const timeoutMs = this.#timeoutFor(options);
      if (this.access === "ro") throw new SwitchyardError("READ_ONLY", `store ${this.topic}`);
      checkDurability(options.durability);
      write.operation = make(key, value, options);
      write.durability = options.durability ?? this.#parts.durability;
      this.#writer.write(write, timeoutMs);
    } catch (error) {
      rejectWrite(write, error);
    }
    return write.promise;
  }

  #settle(write: Write<Written>, outcome: Outcome, epoch: number, by: string): void {
    if (outcome.kind === "failed") {
      rejectWrite(write, new SwitchyardError(outcome.code, outcome.what));
      return;
    }
    const { revision, value } = outcome;
    const written = { epoch, revision, value };
    const waiting = this.#side.reached(written, by);
    if (waiting === undefined) {
      write.resolve(written);
      return;
    }
    const late = new SwitchyardError("INDETERMINATE", `write to ${this.topic}, which this copy does not show yet`);
    const leftMs = Math.max(write.deadlineMs - this.#node.clock.nowMs(), 1);
    const cancel = this.#node.clock.after(leftMs, () => {
      waiting.cancel();
      rejectWrite(write, late);
    });
    void waiting.promise.then((isShown) => {
      cancel();
      if (isShown) write.resolve(written);
      else rejectWrite(write, late);
    });
  }

  async #read<Found>(options: ReadOptions, read: (timeoutMs: number) => Promise<Found>): Promise<Found> {
    return read(this.#timeoutFor(options));
  }

  #timeoutFor({ timeoutMs }: ReadOptions): number {
    this.#checkOpen();
    return timeoutOf(timeoutMs, this.#options.timeoutMs ?? limits.storeTimeoutMs);
  }

  #table(): LocalTable {
    this.#checkOpen();
    const table = this.#syncTable;
    if (table === undefined) throw new SwitchyardError("NOT_SYNC", `store ${this.topic}`);
    return table;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new SwitchyardError("CLOSED", `store ${this.topic}`);
    this.#node.checkOpen();
  }
}

/** One for all calls: an object less for each. */
const byDefault: InsertOptions = {};

function inserting(key: Input, value: Input, options: InsertOptions, condition?: Condition): Operation {
  return { kind: "insert", key: toValue(key), value: toValue(value), expiry: expiryOf(options), condition };
}
