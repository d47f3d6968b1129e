/** Waiting for what must become so, in real time and without sleeping: a turn of the event loop after the other. */

/** Beyond this something hangs. */
const patienceMs = 20_000;

export async function until(what: string, isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Some turns of the event loop, for what is under way to go on. */
export async function turns(number: number): Promise<void> {
  for (let i = 0; i < number; i++) await new Promise((resolve) => setImmediate(resolve));
}
