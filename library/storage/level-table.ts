/**
 * A table in a LevelDB database that was found whole, and is open.
 *
 * A write is one batch of LevelDB's, then a note of what is acknowledged. One that fails may be there or not, so the
 * database is opened anew before the next one, and what failed is removed. Invariant: the ledger holds what the database
 * acknowledged, no more.
 */
import { SwitchyardError } from "../core/errors.ts";
import type { Durability, Entry, Version } from "../core/store/change.ts";
import type { AcknowledgedFile } from "./acknowledged.ts";
import { Appending, type Moved } from "./appending.ts";
import { Ledger } from "./ledger.ts";
import {
  currentFormat,
  type Database,
  keepOnly,
  type OpenDatabase,
  packRoot,
  rootKey,
  segmentKey,
  segmentsOf,
  syncLogs,
} from "./level-database.ts";
import { diskFailure } from "./level-failures.ts";
import { LevelReplacement } from "./level-replacement.ts";
import { malformed } from "./pack.ts";
import { bodyOf, unpackResults } from "./record.ts";
import { openSegment, type Segment } from "./segment.ts";
import type { Batch, Lead, OpenStorage, Replacement, Results, StoreHead } from "./storage.ts";
import { takeInTurns } from "./taking.ts";
import { Turns } from "./turns.ts";
import type { Tail, Verified } from "./verify.ts";

export interface Opened extends Verified {
  readonly database: Database;
  readonly acknowledged: AcknowledgedFile;
  readonly folder: string;
  readonly openDatabase: OpenDatabase;
  /** So much may be void, whatever there is besides. */
  readonly spareBytes: number;
  /** Called once, when it is closed. */
  readonly closed: () => void;
}

/** So much may be moved before it is synced, so that what it was moved from can go. */
const mostUnsyncedBytes = 8 * 1024 * 1024;
/** So much is moved with each write at least, while more is void than not; twice what the last one added, where that is more. */
const leastMovedBytes = 64 * 1024;

export class LevelTable implements OpenStorage {
  readonly notices: readonly string[];
  readonly #opened: Opened;
  readonly #turns = new Turns();
  #database: Database;
  #ledger: Ledger;
  /** The one that was begun last. */
  #replacement: LevelReplacement | undefined;
  /** Of a table whose ledger is not there: it is read when the database is opened anew. */
  #unread: { readonly size: number; readonly lead: Lead } | undefined;
  #tail: Tail;
  /** What the last synced segment needs; those before it are removed with the next write. */
  #syncedNeeded: number;
  #removedBelow: number;
  #unsyncedMoves = 0;
  /** Bytes of the last write, without what was moved with it: were less than that given back, there would be ever more. */
  #addedBytes = 0;
  #isBroken = false;
  #closing: Promise<void> | undefined;
  #readers = 0;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.#database = opened.database;
    this.#ledger = opened.ledger;
    this.#tail = opened.tail;
    this.notices = opened.notices;
    this.#syncedNeeded = opened.ledger.needed ?? 1;
    this.#removedBelow = this.#syncedNeeded;
  }

  get size(): number {
    return this.#unread?.size ?? this.#ledger.size;
  }

  get head(): StoreHead {
    return { ...(this.#unread?.lead ?? this.#ledger.lead!), version: this.#tail.version };
  }

  async *entries(): AsyncGenerator<readonly Entry[]> {
    for await (const segment of this.#segments()) {
      const entries = this.#ledger.entriesOf(segment);
      if (entries.length > 0) yield entries;
    }
  }

  async *results(): AsyncGenerator<Results> {
    const found: Results[] = [];
    for await (const segment of this.#segments()) {
      for (const record of this.#ledger.liveResultsOf(segment)) {
        found.push(unpackResults(bodyOf(segment.bytes, record), record.from));
      }
    }
    yield* found.sort((a, b) => a.first - b.first); // what was moved stands behind what came later
  }

  /** All segments that may hold something; nothing is moved meanwhile. */
  async *#segments(): AsyncGenerator<Segment> {
    const { generation, sequence } = this.#tail;
    this.#readers += 1;
    try {
      for await (const { bytes } of segmentsOf(this.#database, generation, this.#ledger.needed ?? 1, sequence)) {
        yield openSegment(bytes);
      }
    } catch (error) {
      throw diskFailure(error, this.#opened.folder);
    } finally {
      this.#readers -= 1;
    }
  }

  write(batch: Batch, durability: Durability): Promise<void> {
    const sync = durability === "disk" || durability === "replicated";
    return this.#inTurn(() => this.#append(batch.version, sync, (appending) => appending.add(batch)));
  }

  writeHead(lead: Lead): Promise<void> {
    const { epochs, highestEpoch, lineage, record } = lead;
    return this.#inTurn(() =>
      this.#append(this.#tail.version, true, (appending) =>
        appending.addLead({ epochs, highestEpoch, lineage, record }),
      ),
    );
  }

  replace(): Promise<Replacement> {
    return this.#inTurn(async () => {
      const { generation } = this.#tail;
      this.#replacement?.supersede(); // both would write under the same generation
      await keepOnly(this.#database, generation, 0, Number.MAX_SAFE_INTEGER); // of one that was never committed
      this.#replacement = new LevelReplacement(generation + 1, {
        run: (task) => this.#inTurn(() => task(this.#database)),
        commit: (tail, head) => this.#commit(tail, head),
      });
      return this.#replacement;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#turns.idle().then(() => this.#close());
    return this.#closing;
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) return Promise.reject(new SwitchyardError("CLOSED", this.#opened.folder));
    return this.#turns.take(async () => {
      try {
        if (this.#isBroken) await this.#mend();
        return await task();
      } catch (error) {
        if (!(error instanceof SwitchyardError)) this.#break(); // else nothing was begun, or another try is no use
        throw diskFailure(error, this.#opened.folder);
      }
    });
  }

  async #append(version: Version, sync: boolean, fill: (appending: Appending) => void): Promise<void> {
    const moved = await this.#oldest();
    const last = moved.at(-1)?.segment.sequence;
    const needed = last === undefined ? (this.#ledger.needed ?? 1) : last + 1;
    const appending = new Appending(this.#tail, this.#ledger, needed);
    for (const each of moved) appending.move(each);
    fill(appending);
    const segments = appending.end(version);
    for (const { segment } of moved) this.#unsyncedMoves += segment.bytes.length;
    await this.#put(segments, sync || this.#unsyncedMoves > mostUnsyncedBytes);
    await takeInTurns(this.#ledger, segments);
    this.#ledger.drop(needed);
    this.#addedBytes = bytesOf(segments) - movedBytesOf(moved);
    if (this.#tail.sequence === this.#opened.acknowledged.last.synced) {
      this.#syncedNeeded = needed;
      this.#unsyncedMoves = 0;
    }
  }

  async #put(segments: readonly Segment[], sync: boolean): Promise<void> {
    const { generation, sequence } = this.#tail;
    const { last: said } = this.#opened.acknowledged;
    if (sync && said.synced < sequence) await syncLogs(this.#opened.folder);
    const puts = segments.map(({ sequence: at, bytes }) => ({
      type: "put" as const,
      key: segmentKey(generation, at),
      value: bytes,
    }));
    const removed = rangeOf(this.#removedBelow, this.#syncedNeeded).map((at) => ({
      type: "del" as const,
      key: segmentKey(generation, at),
    }));
    await this.#database.batch([...puts, ...removed], { sync });
    this.#removedBelow = this.#syncedNeeded;
    const { sequence: end, checksum, version } = segments.at(-1)!;
    this.#acknowledge({ ...this.#tail, sequence: end, checksum, version }, sync ? end : said.synced);
  }

  /** From here on it is what there is; when the note of it fails, it is not. */
  #acknowledge(tail: Tail, synced: number): void {
    const { acknowledged } = this.#opened;
    const { generation, sequence } = tail;
    acknowledged.write({ ...acknowledged.last, generation, sequence, synced, voidFrom: 0 });
    this.#tail = tail;
  }

  /** What is to be moved with this write: nothing, while little is void. */
  async #oldest(): Promise<readonly Moved[]> {
    if (!this.#ledger.isWasteful(this.#opened.spareBytes) || this.#readers > 0) return [];
    const moved: Moved[] = [];
    for (const sequence of this.#ledger.oldest(Math.max(leastMovedBytes, 2 * this.#addedBytes))) {
      const bytes = (await this.#database.get(segmentKey(this.#tail.generation, sequence))) as Buffer | undefined;
      const segment = openSegment(bytes ?? malformed(`segment ${sequence} is missing`));
      moved.push({ segment, live: this.#ledger.liveOf(segment) });
    }
    return moved;
  }

  async #commit(tail: Tail, head: StoreHead): Promise<void> {
    const { lead } = this.#ledger;
    this.#unread = { size: this.size, lead: lead! };
    this.#ledger = new Ledger(); // the former one goes before the next is read: memory never holds two
    try {
      await this.#takeOver(tail, head);
    } catch (error) {
      this.#isBroken = true; // so the former one is read again
      throw error;
    }
    this.#unread = undefined;
    this.#syncedNeeded = 1;
    this.#removedBelow = 1;
    this.#unsyncedMoves = 0;
    await this.#removeOthers().catch(() => {
      this.#isBroken = true; // the table is there, whatever comes now: they are removed on the next occasion
    });
  }

  /** The segments up to `tail`, and one with the head, are the table from now on. */
  async #takeOver({ generation, ...tail }: Tail, { version, ...lead }: StoreHead): Promise<void> {
    const ledger = await this.#readLedger(generation, tail.sequence);
    const { epochs, highestEpoch, lineage, record } = lead;
    const appending = new Appending({ generation, ...tail }, ledger, 1);
    appending.addLead({ epochs, highestEpoch, lineage, record });
    const last = appending.end(version)[0]!;
    const root = packRoot({ format: currentFormat, generation });
    await syncLogs(this.#opened.folder);
    const puts = [
      { type: "put" as const, key: segmentKey(generation, last.sequence), value: last.bytes },
      { type: "put" as const, key: rootKey, value: root },
    ];
    await this.#database.batch(puts, { sync: true });
    const { sequence, checksum } = last;
    this.#acknowledge({ generation, sequence, checksum, version }, sequence);
    ledger.take(last);
    this.#ledger = ledger;
  }

  async #readLedger(generation: number, sequence: number): Promise<Ledger> {
    const ledger = new Ledger();
    for await (const { bytes } of segmentsOf(this.#database, generation, 1, sequence)) {
      await takeInTurns(ledger, [openSegment(bytes)]);
    }
    return ledger;
  }

  async #readAgain({ sequence, needed }: Segment, size: number): Promise<void> {
    const ledger = await this.#readLedger(this.#tail.generation, sequence);
    if (ledger.size !== size) malformed(`it has ${ledger.size} entries, of ${size}`);
    ledger.drop(needed);
    this.#ledger = ledger;
    this.#unread = undefined;
  }

  /** Whatever is no part of the table goes. */
  #removeOthers(): Promise<void> {
    const { generation, sequence } = this.#tail;
    return keepOnly(this.#database, generation, this.#ledger.needed ?? 1, sequence);
  }

  /** What failed last does not count, whatever becomes of it. */
  #break(): void {
    this.#isBroken = true;
    const { acknowledged } = this.#opened;
    const { generation, sequence } = this.#tail;
    const { last } = acknowledged;
    const synced = last.generation === generation ? Math.min(last.synced, sequence) : 0;
    try {
      acknowledged.write({ ...last, generation, sequence, synced, voidFrom: sequence + 1 });
    } catch {
      // Written in place, so it fails only where nothing can be written; what is there then was acknowledged by nobody.
    }
  }

  /** Opens the database anew after a failure, without what failed. */
  async #mend(): Promise<void> {
    const { folder, openDatabase: open } = this.#opened;
    await this.#database.close().catch(() => {});
    this.#database = await open(folder, false);
    const { generation, sequence, checksum } = this.#tail;
    const bytes = (await this.#database.get(segmentKey(generation, sequence))) as Buffer | undefined;
    const last = bytes && openSegment(bytes);
    if (last?.checksum !== checksum) return malformed(`segment ${sequence}, which was acknowledged, is missing`);
    await this.#removeOthers();
    if (this.#unread !== undefined) await this.#readAgain(last, this.#unread.size);
    this.#syncedNeeded = this.#ledger.needed ?? 1;
    this.#removedBelow = this.#syncedNeeded;
    this.#acknowledge(this.#tail, sequence); // on opening LevelDB makes a table of its log, and syncs it
    this.#isBroken = false;
  }

  async #close(): Promise<void> {
    const { acknowledged, folder, closed } = this.#opened;
    try {
      if (!this.#isBroken && acknowledged.last.synced < this.#tail.sequence) {
        await syncLogs(folder);
        this.#acknowledge(this.#tail, this.#tail.sequence);
      }
      acknowledged.sync();
    } catch {
      // It is as safe as it was acknowledged to be.
    } finally {
      acknowledged.close();
      await this.#database.close().catch(() => {});
      closed();
    }
  }
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function movedBytesOf(moved: readonly Moved[]): number {
  return moved.reduce((sum, { live }) => live.reduce((bytes, { start, end }) => bytes + end - start, sum), 0);
}

function rangeOf(from: number, to: number): number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i);
}
