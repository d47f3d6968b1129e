/** How counts are written: exact, with their digits in groups of three. Pure. */

/** `8431` as `8 431`, with a narrow space that does not break. */
export function groupDigits(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, "\u202f");
}

/** `1 row`, `214 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${groupDigits(count)} ${count === 1 ? one : many}`;
}

/** `412 bytes`, `12.3 kB`, `1.0 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return counted(bytes, "byte");
  return bytes < 999_950 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
