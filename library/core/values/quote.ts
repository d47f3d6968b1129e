/**
 * Strings in double quotes, as the text form of values has them.
 *
 * A literal stands for bytes. A character stands for its UTF-8 bytes and `\xHH` for one byte, so `"é"` and
 * `"\xc3\xa9"` are the same string and `"\xe9"` is another, which is no text.
 * Invariant: what prints here reads back as the same bytes, and does nothing to a terminal.
 */
import { limits } from "../limits.ts";
import type { Read } from "./literal.ts";
import { decodeUtf8, encodeUtf8, sequenceLength, utf8Length } from "./utf8.ts";

/** What never prints as itself: quote, backslash, control characters, and those that change the direction of text. */
const special = /["\\\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

const unescapes: ReadonlyMap<string, string> = new Map(
  [...escapes].map(([character, [, letter]]) => [letter!, character]),
);

export function formatString(text: string): string {
  return text.search(special) >= 0 ? `"${text.replace(special, escapeCharacter)}"` : `"${text}"`;
}

function escapeCharacter(character: string): string {
  return escapes.get(character) ?? Array.from(encodeUtf8(character), escapeByte).join("");
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** Prints the text among the bytes as text, the rest as `\xHH`. */
export function formatBytes(bytes: Uint8Array): string {
  let printed = "";
  let textStart = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    at += length;
    if (length > 0) continue;
    printed += formatText(bytes, textStart, at) + escapeByte(bytes[at]!);
    textStart = ++at;
  }
  return `"${printed}${formatText(bytes, textStart, bytes.length)}"`;
}

function formatText(bytes: Uint8Array, start: number, end: number): string {
  return (decodeUtf8(bytes.subarray(start, end)) ?? "").replace(special, escapeCharacter);
}

/** Reads the literal whose opening quote is at `start`. */
export function readQuoted(text: string, start: number): Read {
  const pieces: Piece[] = [];
  let at = start + 1;
  for (;;) {
    const stop = findStop(text, at);
    if (stop > at) pieces.push(text.slice(at, stop));
    if (text[stop] === '"') return join(pieces, start, stop + 1);
    if (text[stop] !== "\\") return { error: 'expected a closing "', position: stop };
    const escaped = readEscape(text, stop);
    if (escaped === undefined) return { error: 'expected \\", \\\\, \\n, \\r, \\t or \\xHH', position: stop };
    pieces.push(escaped.piece);
    at = escaped.end;
  }
}

/** Text, or one byte from 0x80 on that was written as `\xHH`. */
type Piece = string | number;

/** What does not stand for itself; an end of line is there to find a forgotten quote in its own line. */
const stops = /["\\\n\r]/g;

function findStop(text: string, from: number): number {
  stops.lastIndex = from;
  return stops.exec(text)?.index ?? text.length;
}

function readEscape(text: string, at: number): { piece: Piece; end: number } | undefined {
  const letter = text[at + 1] ?? "";
  const character = unescapes.get(letter);
  if (character !== undefined) return { piece: character, end: at + 2 };
  const digits = text.slice(at + 2, at + 4);
  if (letter !== "x" || !/^[0-9a-fA-F]{2}$/.test(digits)) return undefined;
  const byte = Number.parseInt(digits, 16);
  return { piece: byte < 0x80 ? String.fromCharCode(byte) : byte, end: at + 4 };
}

function join(pieces: readonly Piece[], start: number, end: number): Read {
  if (pieces.some((piece) => typeof piece === "string" && !piece.isWellFormed())) {
    return { error: "expected whole characters, found half of a surrogate pair", position: start };
  }
  const value = pieces.every((piece) => typeof piece === "string") ? pieces.join("") : joinBytes(pieces);
  if ((typeof value === "string" ? utf8Length(value) : value.length) > limits.stringBytes) {
    return { error: `expected at most ${limits.stringBytes} bytes in a string`, position: start };
  }
  return { value, end };
}

function joinBytes(pieces: readonly Piece[]): string | Uint8Array {
  const chunks = pieces.map((piece) => (typeof piece === "number" ? Uint8Array.of(piece) : encodeUtf8(piece)));
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return decodeUtf8(bytes) ?? bytes;
}
