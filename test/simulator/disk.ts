/**
 * Simulated disks: storage whose machine can lose power, whose writes can fail, and take their simulated time.
 *
 * A crash keeps everything that was synced, and of what came after it the beginning, of a length that chance draws; of
 * the process alone (`kill`) it keeps all that the operating system had. What was being written then may be there or
 * not. Invariant: a batch is there whole or not at all,
 * and those that survive are the first ones. The same seed loses the same.
 */
import { type FailureCode, SwitchyardError } from "../../library/core/errors.ts";
import { Image } from "../../library/storage/image.ts";
import { clearImage, freePath, inChunks, oneByOne, replacementOf } from "../../library/storage/memory.ts";
import type { OpenStorage, Storage, StorageOptions } from "../../library/storage/storage.ts";
import { Turns } from "../../library/storage/turns.ts";
import type { SeededChance } from "./chance.ts";
import type { SimulatedTime } from "./clock.ts";

interface DiskFile {
  /** What is synced. */
  synced: Image;
  /** What the operating system has. */
  present: Image;
  /** What came after the sync, in order. */
  unsynced: ((image: Image) => void)[];
  /** What is being written: nobody was told, and it may be there or not after an accident. */
  underWay: ((image: Image) => void) | undefined;
  isOpen: boolean;
}

/** Between the two, in simulated ms. */
export interface DiskPace {
  readonly leastMs: number;
  readonly mostMs: number;
}

export class SimulatedDisk {
  readonly storage: Storage = {
    open: (path, options) => this.#open(path, options),
    keep: (folder, name, lines) => this.#keep(folder, name, lines),
  };
  /** Files that were kept, by path: whole ones, and all are synced. */
  readonly kept = new Map<string, string>();
  /** Writes that were refused. */
  refused = 0;
  /** Accidents that lost something that was not synced, and those that met a write under way. */
  losses = 0;
  interrupted = 0;
  readonly #time: Pick<SimulatedTime, "after">;
  readonly #chance: SeededChance;
  readonly #pace: DiskPace;
  readonly #files = new Map<string, DiskFile>();
  /** Of the machine: what was under way in an earlier one comes to nothing. */
  #life = 0;
  #failure: FailureCode | undefined;

  constructor(time: Pick<SimulatedTime, "after">, chance: SeededChance, pace: DiskPace = { leastMs: 0.1, mostMs: 10 }) {
    this.#time = time;
    this.#chance = chance;
    this.#pace = pace;
  }

  /** The power fails: what is not synced is lost, but for a beginning of it. Whatever was open is gone, and never answers. */
  crash(): void {
    this.#life += 1;
    for (const file of this.#files.values()) {
      this.#settle(file);
      const kept = file.unsynced.slice(0, this.#chance.integer(0, file.unsynced.length));
      if (kept.length < file.unsynced.length) this.losses += 1;
      for (const change of kept) change(file.synced);
      file.unsynced = [];
      file.present = file.synced.copy();
      file.isOpen = false;
    }
  }

  /** The process is killed: what the operating system has stays. */
  kill(): void {
    this.#life += 1;
    for (const file of this.#files.values()) {
      this.#settle(file);
      file.isOpen = false;
    }
  }

  #settle(file: DiskFile): void {
    const { underWay } = file;
    file.underWay = undefined;
    if (underWay !== undefined) this.interrupted += 1;
    if (underWay !== undefined && this.#chance.flip()) this.#change(file, false, underWay);
  }

  /** What another machine has that was made from a copy of this one: all that the operating system has. */
  clone(): SimulatedDisk {
    const clone = new SimulatedDisk(this.#time, this.#chance, this.#pace);
    for (const [path, { present }] of this.#files) {
      clone.#files.set(path, { ...newFile(""), synced: present.copy(), present: present.copy() });
    }
    return clone;
  }

  /** From now on writes fail so, until it is told `undefined`. */
  fail(code: FailureCode | undefined): void {
    this.#failure = code;
  }

  async #open(path: string, { clear = false }: StorageOptions = {}): Promise<OpenStorage> {
    const life = this.#life;
    await this.#delay(life);
    if (life !== this.#life) return never();
    const lineage = Buffer.from(this.#chance.bytes(16)).toString("hex");
    const file = this.#files.get(path) ?? newFile(lineage);
    if (file.isOpen) throw new SwitchyardError("LOCKED", path);
    if (this.#failure !== undefined) throw new SwitchyardError(this.#failure, path);
    file.isOpen = true;
    this.#files.set(path, file);
    if (clear) this.#change(file, true, (image) => clearImage(image, lineage));
    return this.#opened(path, file, life);
  }

  async #keep(folder: string, name: string, lines: Iterable<string>): Promise<string> {
    const text = [...lines].join("");
    await this.#delay(this.#life);
    if (this.#failure !== undefined) {
      this.refused += 1;
      throw new SwitchyardError(this.#failure, folder);
    }
    const path = freePath(folder, name, (each) => this.kept.has(each));
    this.kept.set(path, text);
    return path;
  }

  #opened(path: string, file: DiskFile, life: number): OpenStorage {
    let isClosed = false;
    let replacements = 0;
    const turns = new Turns();
    const write = (isSynced: boolean, change: (image: Image) => void): Promise<void> => {
      if (isClosed) return Promise.reject(new SwitchyardError("CLOSED", path));
      return turns.take(async () => {
        if (this.#failure === undefined) file.underWay = change;
        await this.#delay(life);
        if (life !== this.#life) return never();
        file.underWay = undefined;
        if (this.#failure !== undefined) {
          this.refused += 1;
          throw new SwitchyardError(this.#failure, path);
        }
        this.#change(file, isSynced, change);
      });
    };
    return {
      notices: [],
      get head() {
        return file.present.head;
      },
      get size() {
        return file.present.size;
      },
      entries: () => inChunks(file.present.entries()),
      results: () => oneByOne(file.present.results()),
      write: (batch, durability) =>
        write(durability === "disk" || durability === "replicated", (image) => image.apply(batch)),
      writeHead: (lead) => write(true, (image) => image.lead(lead)),
      replace: async () => {
        if (isClosed) throw new SwitchyardError("CLOSED", path);
        replacements += 1;
        const number = replacements;
        const replacement = replacementOf(
          (...whole) => write(true, (image) => image.replace(...whole)),
          () => number !== replacements,
        );
        const slowly = () => write(false, () => {}); // nothing is there of it yet, but it takes its time like any write
        return {
          ...replacement,
          add: (entries) => slowly().then(() => replacement.add(entries)),
          change: (batch) => slowly().then(() => replacement.change(batch)),
          addResults: (results) => slowly().then(() => replacement.addResults(results)),
        };
      },
      close: async () => {
        if (isClosed) return;
        isClosed = true;
        await turns.idle();
        if (life !== this.#life) return;
        this.#sync(file);
        file.isOpen = false;
      },
    };
  }

  #change(file: DiskFile, isSynced: boolean, change: (image: Image) => void): void {
    file.unsynced.push(change);
    change(file.present);
    if (isSynced) this.#sync(file);
  }

  #sync(file: DiskFile): void {
    for (const change of file.unsynced) change(file.synced);
    file.unsynced = [];
  }

  /** Never resolves when the machine, or the process, is gone by then. */
  #delay(life: number): Promise<void> {
    const delayMs = this.#chance.between(this.#pace.leastMs, this.#pace.mostMs);
    return new Promise((resolve) => {
      this.#time.after(delayMs, () => {
        if (life === this.#life) resolve();
      });
    });
  }
}

/** Whoever asked is gone. */
function never<Result>(): Promise<Result> {
  return new Promise(() => {});
}

function newFile(lineage: string): DiskFile {
  return { synced: new Image(lineage), present: new Image(lineage), unsynced: [], underWay: undefined, isOpen: false };
}
