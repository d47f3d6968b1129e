/**
 * Text from the cluster, made fit for a table: short, and harmless to look at.
 *
 * Invariant: what leaves here is at most 1024 characters, holds no control characters and none that turn the direction
 * of writing, and begins and ends with whole characters. Knows nothing of values; their text form is harmless already.
 */

/** Most characters of anything in a table. */
export const mostCharacters = 1024;
const keptAtEachEnd = 256;

const hostile = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

/** With what cannot be seen written as `\u202e`, and cut. */
export function visible(text: string): string {
  return cut(text.replace(hostile, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

/** Over 1024 characters: the first 256 and the last 256. */
export function cut(text: string): string {
  if (text.length <= mostCharacters) return text;
  return `${head(text, keptAtEachEnd)} … ${tail(text, keptAtEachEnd)}`;
}

/** The first characters, without half of a pair at the end. */
export function head(text: string, length: number): string {
  const end = Math.min(length, text.length);
  return text.slice(0, isHigh(text, end - 1) && isLow(text, end) ? end - 1 : end);
}

/** The last characters, without half of a pair at the start. */
export function tail(text: string, length: number): string {
  const start = Math.max(0, text.length - length);
  return text.slice(isHigh(text, start - 1) && isLow(text, start) ? start + 1 : start);
}

function isHigh(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

function isLow(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
