/** Is this UTF-8? The decoder below us replaces what is not; here it is found out, and refused. */
import { sequenceLength } from "../core/values/utf8.ts";

/** True for well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. Linear, without allocation. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
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
