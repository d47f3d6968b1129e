/** Every storage passes the same suite. */
import { readFile } from "node:fs/promises";
import { levelStorage } from "../../../library/storage/level.ts";
import { memoryStorage } from "../../../library/storage/memory.ts";
import { storageCompliance } from "../../compliance/storage.ts";
import { SeededChance } from "../../simulator/chance.ts";
import { SimulatedTime } from "../../simulator/clock.ts";
import { SimulatedDisk } from "../../simulator/disk.ts";
import { newPath } from "./folders.ts";

const kept = new Map<string, string>();
const readFromMemory = async (path: string): Promise<string> => kept.get(path) ?? "";
const readFromDisk = (path: string): Promise<string> => readFile(path, "utf8");

storageCompliance({
  name: "memory",
  make: async () => {
    kept.clear();
    return { storage: memoryStorage(kept), path: "store" };
  },
  readKept: readFromMemory,
});

storageCompliance({
  name: "level",
  make: async () => ({ storage: levelStorage(), path: newPath() }),
  readKept: readFromDisk,
});

storageCompliance({
  name: "level that moves everything with each write",
  make: async () => ({ storage: levelStorage({ spareBytes: -1e9 }), path: newPath() }),
  readKept: readFromDisk,
});

const time = new SimulatedTime();
let seed = 0;
let disk: SimulatedDisk;

storageCompliance({
  name: "simulated disk",
  make: async () => {
    disk = new SimulatedDisk(time, new SeededChance(seed++));
    return { storage: disk.storage, path: "store" };
  },
  readKept: async (path) => disk.kept.get(path) ?? "",
  settle: async (promise) => {
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    promise.then(settled, settled);
    while (!isSettled) {
      time.step();
      await new Promise(setImmediate);
    }
    return promise;
  },
});
