/** Waiting for something that may never end, such as a disk that does not answer: for so long, and no longer. */
import type { Clock } from "../clock.ts";

/** Resolves when the act is over, however it ends, or after `graceMs`. */
export function within(clock: Clock, graceMs: number, act: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(graceMs, resolve);
    const end = (): void => {
      cancel();
      resolve();
    };
    act.then(end, end);
  });
}
