/**
 * A table that is written beside the present one, under the next generation, and takes its place with one batch.
 *
 * Invariant: until `commit` nothing that counts has changed. Holds what is added at once in memory, and no keys: how many
 * there are is read from the segments when they are to count, and the keys of the former table are gone.
 */
import { SwitchyardError } from "../core/errors.ts";
import type { Entry } from "../core/store/change.ts";
import { Appending } from "./appending.ts";
import { type Database, segmentKey } from "./level-database.ts";
import type { Batch, Replacement, Results, StoreHead } from "./storage.ts";
import type { Tail } from "./verify.ts";

/** The table whose place it takes. */
interface Present {
  run<Result>(task: (database: Database) => Promise<Result>): Promise<Result>;
  /** In a turn of `run`; `tail` is the last of the other segments. */
  commit(tail: Tail, head: StoreHead): Promise<void>;
}

export class LevelReplacement implements Replacement {
  readonly #present: Present;
  #tail: Tail;
  #isOver = false;

  constructor(generation: number, present: Present) {
    this.#present = present;
    this.#tail = { generation, sequence: 0, checksum: 0, version: { epoch: 0, revision: 0 } };
  }

  add(entries: readonly Entry[]): Promise<void> {
    return this.#append((appending) => {
      for (const entry of entries) appending.addEntry(entry);
    });
  }

  change({ version, changes }: Pick<Batch, "version" | "changes">): Promise<void> {
    return this.#append((appending) => appending.add({ version, changes, results: [], forget: [] }));
  }

  addResults(results: readonly Results[]): Promise<void> {
    return this.#append((appending) => appending.addResults(results));
  }

  #append(fill: (appending: Appending) => void): Promise<void> {
    return this.#run(async (database) => {
      const appending = new Appending(this.#tail, uncounted, 1);
      fill(appending);
      const segments = appending.end(this.#tail.version);
      await database.batch(segments.map(({ sequence, bytes }) => this.#put(sequence, bytes)));
      const { sequence, checksum } = segments.at(-1)!;
      this.#tail = { ...this.#tail, sequence, checksum };
    });
  }

  commit(head: StoreHead): Promise<void> {
    return this.#run(async () => {
      this.#isOver = true;
      await this.#present.commit(this.#tail, head);
    });
  }

  abandon(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return this.#present.run(async (database) => {
      if (this.#isOver) return; // another one has begun meanwhile
      this.#isOver = true;
      const { generation } = this.#tail;
      await database.clear({ gte: segmentKey(generation, 0), lt: segmentKey(generation + 1, 0) });
    });
  }

  /** Another one has begun, and removes what is there. In a turn of `run`. */
  supersede(): void {
    this.#isOver = true;
  }

  #run(task: (database: Database) => Promise<void>): Promise<void> {
    return this.#present.run((database) => {
      if (this.#isOver) throw new SwitchyardError("CLOSED", "a replacement of a table");
      return task(database);
    });
  }

  #put(sequence: number, value: Buffer): { readonly type: "put"; readonly key: Buffer; readonly value: Buffer } {
    return { type: "put", key: segmentKey(this.#tail.generation, sequence), value };
  }
}

/** How many entries there are is said by the last segment alone. */
const uncounted = { size: 0, has: () => false };
