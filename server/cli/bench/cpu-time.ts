/**
 * How long something takes that one process does by itself: the CPU time that it used, its garbage collector's included.
 *
 * What waits for nothing is measured by this rather than by the clock, so that others on the machine do not count.
 */

/** CPU nanoseconds of each of so many operations. */
export function nanoseconds(operations: number, run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / operations;
}

/** The same of something short, by the clock: the median of many passes, of which others on the machine hit only some. */
export function medianNanoseconds(operations: number, passes: number, run: () => unknown): number {
  const times: number[] = [];
  for (let i = 0; i < passes; i++) {
    const start = process.hrtime.bigint();
    run();
    times.push(Number(process.hrtime.bigint() - start));
  }
  return times.sort((a, b) => a - b)[passes >> 1]! / operations;
}
