/**
 * The authority of a store: gives every change its place in the one order.
 *
 * Invariant: the table is what the committed batches made of it, and reads see nothing else; one batch at most is pending;
 * an operation takes effect once, however often it comes. Knows nothing of links, disks, timers, or whether it may be the
 * authority: the driver makes a batch safe between `begin` and `commit`, and gives epoch and time.
 *
 *     submit(…)*  begin → write, prepare → commit or abort → tell and answer  begin …
 *
 * Times: `nowMs` on the monotonic clock, `wallMs` on the wall clock, both of this machine.
 */
import { assert, type FailureCode, SwitchyardError } from "../errors.ts";
import { limits } from "../limits.ts";
import { keyOf, type Value } from "../values/index.ts";
import { type Making, makeBatch } from "./batch-making.ts";
import type { Entry, Version } from "./change.ts";
import { ChangeLog } from "./change-log.ts";
import { type Client, Clients } from "./clients.ts";
import { type Epoch, goOn, holds, type Place } from "./epochs.ts";
import { type Expiry, gatherExpiry } from "./expiry.ts";
import { Intake } from "./intake.ts";
import type { EntryCheck } from "./schema.ts";
import type { ChangesSince, Committed, Page, PendingBatch, Receipt, Request, Results, Settled } from "./submission.ts";
import { Table } from "./table.ts";
import { type Unmatched, unmatchedOf } from "./unmatched.ts";
import { Walks } from "./walks.ts";

/** Where an authority begins: with nothing, or with what a disk, or a replica that is promoted, has. */
export interface AuthorityStart {
  readonly version: Version;
  /** The epochs of this history in order; the last is that of `version`. */
  readonly epochs: readonly Epoch[];
  /** Taken over as it is, not copied. */
  readonly table: Table;
  readonly results: Iterable<Results>;
}

export interface AuthorityOptions {
  readonly nowMs: number;
  readonly wallMs: number;
  /** Default: the empty store, epoch 0, revision 0. */
  readonly start?: AuthorityStart | undefined;
  /** Of the table it starts with, for who gathered it in several goes. Default: it is gathered in one. */
  readonly expiry?: Expiry | undefined;
  /** Of every entry that an operation would make; see `schema.ts`. */
  readonly check?: EntryCheck | undefined;
  /** What only a disk can do fails with `UNSUPPORTED`. Default false. */
  readonly isInMemory?: boolean | undefined;
}

const longestClient = 64;

export class Authority<Asker> {
  /** As of the last commit, entries that are due included: for a digest, and for who takes over. Not to be changed. */
  readonly table: Table;
  readonly #expiry: Expiry;
  readonly #check: EntryCheck | undefined;
  readonly #isInMemory: boolean | undefined;
  readonly #clients = new Clients<Asker>();
  readonly #intake = new Intake<Asker>();
  readonly #log: ChangeLog;
  readonly #walks: Walks;
  #version: Version;
  #epochs: readonly Epoch[];
  #pending: Making<Asker> | undefined;

  /** What became due while nobody ran goes with the first batches: `hasWork` says whether there is such. */
  constructor({ nowMs, wallMs, start, expiry, check, isInMemory }: AuthorityOptions) {
    this.table = start?.table ?? new Table();
    this.#version = start?.version ?? { epoch: 0, revision: 0 };
    this.#epochs = start?.epochs ?? [];
    this.#check = check;
    this.#isInMemory = isInMemory;
    this.#expiry = expiry ?? gathered(this.table, nowMs, wallMs);
    this.#log = new ChangeLog(this.#version.revision);
    this.#walks = new Walks(this.table, this.#expiry);
    for (const results of start?.results ?? []) this.#clients.restore(results);
  }

  /** Of the table, that is, after the last commit. */
  get version(): Version {
    return this.#version;
  }

  get epochs(): readonly Epoch[] {
    return this.#epochs;
  }

  /**
   * Opens an epoch, above all others, with the present revision; the driver has made it safe. No batch may be pending.
   * `by`: the life that begins it.
   */
  beginEpoch(epoch: number, by: string): void {
    assert(this.#pending === undefined, "an epoch begun while a batch is pending");
    assert(epoch > this.#version.epoch, `epoch ${epoch} begun after ${this.#version.epoch}`);
    this.#epochs = goOn(this.#history, epoch, by);
    this.#version = { epoch, revision: this.#version.revision };
  }

  /** Takes operations, in the order in which their client numbers them. They make the next batch. */
  submit(request: Request<Asker>): Receipt {
    const fault = faultOf(request);
    if (fault !== undefined) return { kind: "refused", ...fault };
    const client = this.#clientOf(request);
    if (client === undefined) return refusedFor(`more than ${limits.storeClients} clients at work on one store`);
    const { first, operations, asker } = request;
    if (first > client.next) return { kind: "expected", number: client.next };
    const end = first + operations.length;
    if (end > client.next && !this.#queue(client, request)) return refusedFor("operations that wait at one store");
    if (end <= client.done) return { kind: "known", outcomes: this.#clients.outcomes(client, first, end) };
    client.waiting.push({ asker, first, end });
    return { kind: "waiting" };
  }

  /** Is there anything that a `begin` would make a batch of? */
  hasWork(nowMs: number, wallMs: number): boolean {
    this.#expiry.observe(nowMs, wallMs);
    return this.#intake.size > 0 || this.#expiry.due(nowMs, 1).length > 0;
  }

  /** Is a batch begun and neither committed nor aborted? */
  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /**
   * Makes a batch of what waits: entries that are due are removed, then operations are evaluated, up to
   * `limits.storeBatchOperations` of each and about `limits.storeBatchBytes`. `undefined` where there is nothing to do.
   * No batch may be pending.
   */
  begin(nowMs: number, wallMs: number): PendingBatch | undefined {
    assert(this.#pending === undefined, "a batch begun while another is pending");
    if (!this.hasWork(nowMs, wallMs)) return undefined;
    const ground = { table: this.table, expiry: this.#expiry, check: this.#check, isInMemory: this.#isInMemory };
    this.#pending = makeBatch(ground, this.#intake, this.#clients, this.#version, { nowMs, wallMs });
    return this.#pending.batch;
  }

  /** The pending batch is safe: applies it. */
  commit(): Committed<Asker> {
    const { batch, draft, stretches, kept } = this.#takePending();
    draft.apply();
    this.#version = batch.version;
    this.#log.add(draft.logged, draft.bytes);
    const settled = stretches.flatMap(({ client, first, outcomes }) => this.#clients.decide(client, first, outcomes));
    for (const [client, from] of kept) this.#clients.forget(client, from);
    this.#clients.keepWithinBytes();
    return { batch, settled };
  }

  /**
   * The pending batch came to nothing, by `NO_SPACE` for example. Its operations, and what else waits of their clients,
   * fail with the code, and may be sent again under the same numbers: nothing of them is remembered.
   */
  abort(code: FailureCode, what: string): readonly Settled<Asker>[] {
    const { stretches, forgotten } = this.#takePending();
    this.#clients.tellAgain(forgotten);
    return this.#fail(new Set(stretches.map(({ client }) => client)), code, what);
  }

  /** As `abort`, of what waits behind the pending batch. What may be a part of that, too, waits on. */
  refuseWaiting(code: FailureCode, what: string): readonly Settled<Asker>[] {
    const pending = new Set(this.#pending?.stretches.map(({ client }) => client));
    return this.#fail(new Set([...this.#clients.atWork()].filter((client) => !pending.has(client))), code, what);
  }

  /** As `abort`, of everything that waits, be a batch pending or not: when the store closes, or has another authority. */
  refuseAll(code: FailureCode, what: string): readonly Settled<Asker>[] {
    const aborted = this.#pending === undefined ? [] : this.abort(code, what);
    return [...aborted, ...this.#fail(new Set(this.#clients.atWork()), code, what)];
  }

  /** When an entry is due next, on the monotonic clock; `undefined` when none ever is. In the past while one is due. */
  get deadlineMs(): number | undefined {
    return this.#expiry.deadlineMs;
  }

  /**
   * Compares the clocks; the driver calls it once a second or so, and `begin` and `hasWork` do, too. A jump of the wall
   * clock by more than `limits.clockJumpMs` since this was called last is returned, in ms (negative: back). Entries that
   * go `at` a time are due by the new clock from then on; those that go `after` a while are not touched.
   */
  observeClocks(nowMs: number, wallMs: number): number | undefined {
    this.#expiry.observe(nowMs, wallMs);
    return this.#expiry.takeJumpMs();
  }

  /** The entry, unless it is due. */
  get(key: Value, nowMs: number): Entry | undefined {
    const id = keyOf(key);
    const entry = this.table.at(id);
    if (entry?.expiresAtMs === undefined) return entry;
    return this.#expiry.isDue(id, nowMs) ? undefined : entry;
  }

  /** How many entries there are, without those due. */
  size(nowMs: number): number {
    return this.table.size - this.#expiry.countDue(nowMs);
  }

  /** All entries that are not due, in no particular order. What changes while it is read may or may not be in it. */
  *entries(nowMs: number): IterableIterator<Entry> {
    for (const entry of this.table) {
      if (entry.expiresAtMs === undefined || !this.#expiry.isDue(keyOf(entry.key), nowMs)) yield entry;
    }
  }

  /** At most `limits.storePageEntries` changes after a version, and about `limits.storePageBytes` of them. */
  since(place: Place): ChangesSince {
    if (!holds(this.#history, place)) return { kind: "foreign" };
    const changes = this.#log.since(place.revision);
    if (changes === undefined) return { kind: "gone" };
    const last = place.revision + changes.length;
    return { kind: "changes", firstRevision: place.revision + 1, changes, isLast: last === this.#version.revision };
  }

  /** What it has after a revision, and what is gone since, as far as the log tells. Nothing may be written meanwhile. */
  unmatched(after: number): Unmatched {
    return unmatchedOf(this.table, this.#version, this.#log, after);
  }

  /**
   * Begins a walk over the table; its id, from 1. For keys rather than for a snapshot: without entries that are due.
   * Walks that were idle for `limits.storeWalkIdleMs` are forgotten.
   * @throws SwitchyardError `TOO_MANY` with `limits.storeWalks` under way
   */
  beginWalk(nowMs: number, skipsDue = false): number {
    return this.#walks.begin(nowMs, skipsDue);
  }

  /** The next page of a walk, at the committed version; `undefined` where the walk is not known (any more). */
  walk(id: number, nowMs: number): Page | undefined {
    return this.#walks.page(id, this.#version.revision, nowMs);
  }

  /** Takes no further interest in a walk. */
  endWalk(id: number): void {
    this.#walks.end(id);
  }

  /** All outcomes that are remembered, in order for each client: for an heir that begins. */
  results(): IterableIterator<Results> {
    return this.#clients.results();
  }

  get #history() {
    return { epochs: this.#epochs, revision: this.#version.revision };
  }

  /** As one that was just heard of; `undefined` where there is no room for another one. */
  #clientOf({ client: id, floor }: Request<Asker>): Client<Asker> | undefined {
    const client = this.#clients.touch(id);
    if (client === undefined) return undefined;
    client.floor = Math.max(client.floor, floor);
    client.next = Math.max(client.next, client.floor);
    if (client.queued === 0) client.done = client.next;
    return client;
  }

  /** Those of the operations that are new; false where there is no room. */
  #queue(client: Client<Asker>, { first, operations, durability }: Request<Asker>): boolean {
    const fresh = first === client.next ? operations : operations.slice(client.next - first);
    if (!this.#intake.add(client, client.next, fresh, durability)) return false;
    client.next += fresh.length;
    client.queued += fresh.length;
    return true;
  }

  #takePending(): Making<Asker> {
    const pending = this.#pending;
    if (pending === undefined) throw new SwitchyardError("INTERNAL", "no batch is pending");
    this.#pending = undefined;
    return pending;
  }

  #fail(clients: ReadonlySet<Client<Asker>>, code: FailureCode, what: string): readonly Settled<Asker>[] {
    this.#intake.drop(clients);
    return [...clients].flatMap((client) => this.#clients.fail(client, code, what, this.#version.revision));
  }
}

function gathered(table: Table, nowMs: number, wallMs: number): Expiry {
  const gathering = gatherExpiry(table, nowMs, wallMs);
  for (;;) {
    const { done, value } = gathering.next();
    if (done === true) return value;
  }
}

interface Fault {
  readonly code: FailureCode;
  readonly what: string;
}

/** What is wrong with the numbers of a request, which may come from anybody. */
function faultOf<Asker>({ client, first, floor, operations }: Request<Asker>): Fault | undefined {
  const { length } = operations;
  if (length > limits.storeRequestOperations) return { code: "TOO_MANY", what: `${length} operations in one request` };
  const areNumbers = isNumber(first) && isNumber(floor) && isNumber(first + length);
  if (areNumbers && length > 0 && client.length <= longestClient) return undefined;
  return { code: "BAD_ARGUMENT", what: `${length} operations from ${first} on` };
}

function isNumber(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 1;
}

function refusedFor(what: string): Receipt {
  return { kind: "refused", code: "TOO_MANY", what };
}
