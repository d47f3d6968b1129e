/** Where in many maps a text belongs. Quick rather than good: whoever wants texts to collide can have that. */
import { limits } from "../limits.ts";

/**
 * A number of 16 bits for a text, that spreads texts evenly: FNV-1a (Fowler, Noll, Vo) of it, or of both ends where it is
 * long, multiplied by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
 */
export function hashOf(text: string): number {
  const { length } = text;
  const end = limits.storeHashedCharacters;
  let hash = hashOn(0x811c9dc5, text, 0, Math.min(length, end));
  if (length > end) hash = hashOn(hash, text, Math.max(length - end, end), length);
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 16;
}

function hashOn(hash: number, text: string, from: number, to: number): number {
  let mixed = hash;
  for (let i = from; i < to; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01000193);
  return mixed;
}
