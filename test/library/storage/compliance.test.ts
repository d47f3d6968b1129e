/** Every storage passes the same suite. */
import { levelStorage } from "../../../library/storage/level.ts";
import { memoryStorage } from "../../../library/storage/memory.ts";
import { storageCompliance } from "../../compliance/storage.ts";
import { SeededChance } from "../../simulator/chance.ts";
import { SimulatedTime } from "../../simulator/clock.ts";
import { SimulatedDisk } from "../../simulator/disk.ts";
import { newPath } from "./folders.ts";

storageCompliance({ name: "memory", make: async () => ({ storage: memoryStorage(), path: "store" }) });

storageCompliance({ name: "level", make: async () => ({ storage: levelStorage(), path: newPath() }) });

storageCompliance({
  name: "level that moves everything with each write",
  make: async () => ({ storage: levelStorage({ spareBytes: -1e9 }), path: newPath() }),
});

const time = new SimulatedTime();
let seed = 0;

storageCompliance({
  name: "simulated disk",
  make: async () => ({ storage: new SimulatedDisk(time, new SeededChance(seed++)).storage, path: "store" }),
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
