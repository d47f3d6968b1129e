/**
 * Storage in memory: the twin of what is on disk, for stores that are not persistent and for tests.
 *
 * A table stays under its path as long as this storage does, so it can be closed and opened again.
 */
import { randomBytes } from "node:crypto";
import { SwitchyardError } from "../core/errors.ts";
import type { Entry } from "../core/store/change.ts";
import { Table } from "../core/store/table.ts";
import { Image } from "./image.ts";
import type { OpenStorage, Replacement, Results, Storage, StorageOptions, StoreHead } from "./storage.ts";

/** Entries that are given at once. */
const chunkEntries = 512;

/** `kept`: where files that are kept go, by path, for whoever wants to look at them. */
export function memoryStorage(kept = new Map<string, string>()): Storage {
  const images = new Map<string, Image>();
  const open = new Set<string>();
  return {
    open: async (path, { clear = false }: StorageOptions = {}) => {
      if (open.has(path)) throw new SwitchyardError("LOCKED", path);
      open.add(path);
      const image = images.get(path) ?? new Image(newLineage());
      images.set(path, image);
      if (clear) clearImage(image);
      return openImage(path, image, () => open.delete(path));
    },
    keep: async (folder, name, lines) => {
      const path = freePath(folder, name, (each) => kept.has(each));
      kept.set(path, [...lines].join(""));
      return path;
    },
  };
}

/** As files are named on a disk. */
export function freePath(folder: string, name: string, isTaken: (path: string) => boolean): string {
  let path = `${folder}/${name}.store`;
  for (let number = 2; isTaken(path); number++) path = `${folder}/${name}-${number}.store`;
  return path;
}

/** An empty table of another history; of epochs the highest stays, for none below it may begin again. */
export function clearImage(image: Image, lineage = newLineage()): void {
  const { highestEpoch } = image.head;
  image.replace([], [], { version: { epoch: 0, revision: 0 }, epochs: [], highestEpoch, lineage });
}

function openImage(path: string, image: Image, closed: () => void): OpenStorage {
  let isClosed = false;
  let replacements = 0;
  const change = async (make: () => void): Promise<void> => {
    if (isClosed) throw new SwitchyardError("CLOSED", path);
    make();
  };
  return {
    notices: [],
    get head() {
      return image.head;
    },
    get size() {
      return image.size;
    },
    entries: () => inChunks(image.entries()),
    results: () => oneByOne(image.results()),
    write: (batch) => change(() => image.apply(batch)),
    writeHead: (lead) => change(() => image.lead(lead)),
    replace: async () => {
      await change(() => {});
      replacements += 1;
      const number = replacements;
      return replacementOf(
        (...whole) => change(() => image.replace(...whole)),
        () => number !== replacements,
      );
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      closed();
    },
  };
}

/** Gathers entries and results, and has them take the place of the others, unless another one has begun since. */
export function replacementOf(
  commit: (entries: readonly Entry[], results: readonly Results[], head: StoreHead) => Promise<void>,
  isSuperseded: () => boolean,
): Replacement {
  let whole: { readonly table: Table; readonly results: Results[] } | undefined = { table: new Table(), results: [] };
  const gathered = () => {
    if (whole === undefined || isSuperseded()) throw new SwitchyardError("CLOSED", "a replacement of a table");
    return whole;
  };
  return {
    add: async (more) => {
      const { table } = gathered();
      for (const entry of more) table.restore(entry);
    },
    change: async ({ version, changes }) => {
      const { table } = gathered();
      const before = version.revision - changes.length;
      changes.forEach((change, i) => void table.apply(change, before + 1 + i));
    },
    addResults: async (more) => {
      gathered().results.push(...more);
    },
    commit: async (head) => {
      const { table, results } = gathered();
      whole = undefined;
      await commit([...table], results, head);
    },
    abandon: async () => {
      whole = undefined;
    },
  };
}

export async function* inChunks(entries: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
  for (let at = 0; at < entries.length; at += chunkEntries) yield entries.slice(at, at + chunkEntries);
}

export async function* oneByOne(results: readonly Results[]): AsyncGenerator<Results> {
  yield* results;
}

function newLineage(): string {
  return randomBytes(16).toString("hex");
}
