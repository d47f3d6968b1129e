/** Is this UTF-8? The decoder below us replaces what is not; here it is found out, and refused. */
import { sequenceLength } from "../core/values/utf8.ts";
import { viewOf } from "./view.ts";

/** True for well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. Linear, without allocation. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = end - start < worthWords ? start : behindAscii(bytes, start, end);
  while (at < end) {
    if (bytes[at]! < 0x80) {
      at += 1;
      continue;
    }
    const length = sequenceLength(bytes, at);
    if (length === 0 || at + length > end) return false;
    at += length;
  }
  return true;
}

/** A shorter text is passed as fast a byte at a time. */
const worthWords = 32;

/** Where the plain part of a long text ends, give or take 8 bytes. */
function behindAscii(bytes: Uint8Array, start: number, end: number): number {
  const view = viewOf(bytes);
  let at = start;
  while (at + 8 <= end && ((view.getInt32(at) | view.getInt32(at + 4)) & 0x8080_8080) === 0) at += 8;
  return at;
}
