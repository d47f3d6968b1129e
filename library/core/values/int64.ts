/** The range of whole numbers that Zeek's int, time and interval are kept in. */

export const int64Min = -(2n ** 63n);
export const int64Max = 2n ** 63n - 1n;

export function isInt64(value: bigint): boolean {
  return value >= int64Min && value <= int64Max;
}
