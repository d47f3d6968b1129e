/** What this process holds after a collection, in bytes: objects, and buffers beside them. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Twice, for what one collection lets go of may hold more; and buffers are freed beside it. */
export async function heldBytes(): Promise<number> {
  for (let i = 0; i < 2; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
