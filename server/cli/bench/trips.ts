/** Round trips, one at a time, after some that do not count. */

const warmUpTrips = 2_000;

export async function timeTrips(count: number, trip: (i: number) => Promise<void>): Promise<number[]> {
  for (let i = 0; i < Math.min(warmUpTrips, count); i++) await trip(i);
  const microseconds: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = performance.now();
    await trip(i);
    microseconds.push((performance.now() - before) * 1000);
  }
  return microseconds;
}
