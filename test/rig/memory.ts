/** What this process holds after a collection, in bytes: objects, and buffers beside them. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Resolves when whatever is not held any more is gone, as far as weak references tell. */
export async function collected(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve)); // a weak reference holds until the turn is over
    collect();
  }
}

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
