/**
 * Names that somebody may have meant: those that few typing mistakes away from what was written.
 *
 * Invariant: time is bounded, since long names are never near.
 */

/** Longer names are not compared. */
const longest = 64;

/** The names that are near enough to be meant, the nearest first; at most three. */
export function nearest(written: string, names: Iterable<string>): readonly string[] {
  const near: { readonly name: string; readonly distance: number }[] = [];
  for (const name of names) {
    const distance = distanceBetween(written.toLowerCase(), name.toLowerCase());
    if (distance <= Math.max(1, Math.floor(Math.max(written.length, name.length) / 3))) near.push({ name, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Letters to add, leave out, change or swap with their neighbour. */
function distanceBetween(a: string, b: string): number {
  if (a.length > longest || b.length > longest) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(change, swap, row[j]! + 1, next[j - 1]! + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
