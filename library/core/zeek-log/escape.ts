/**
 * Strings in the cells of Zeek's TSV: `\\` for a backslash, `\xHH` for a byte that is not printed.
 *
 * Invariant: a cell reads back as the very bytes that were written, be they text or not; what is printed holds no
 * tab, no end of line, and never looks like an unset or an empty cell.
 * Knows nothing of types: a cell is a string here.
 */
import { decodeUtf8, encodeUtf8, sequenceLength } from "../values/utf8.ts";

/** What stands for no value and for an empty one. */
export const unsetCell = "-";
export const emptyCell = "(empty)";

/** A backslash, and what ASCII does not print. */
const special = /[\\]|[^ -~\u0080-\uffff]/;
const allSpecial = new RegExp(special, "g");
const allSpecialInContainer = new RegExp(`,|${special.source}`, "g");

/** The cell that stands for a string. Within a vector or set the comma between elements is escaped, too. */
export function escapeString(text: string, inContainer: boolean): string {
  if (text === "") return emptyCell;
  if (text === unsetCell || text === emptyCell) return escapeUnit(text[0]!) + text.slice(1);
  if (special.test(text) || (inContainer && text.includes(","))) return escapeText(text, inContainer);
  return text;
}

function escapeText(text: string, inContainer: boolean): string {
  return text.replace(inContainer ? allSpecialInContainer : allSpecial, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return character === "\\" ? "\\\\" : escapeUnit(character);
}

function escapeUnit(character: string): string {
  return escapeByte(character.charCodeAt(0));
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** The cell that stands for bytes: what is text among them as text, the rest as `\xHH`. */
export function escapeBytes(bytes: Uint8Array, inContainer: boolean): string {
  return mapBytes(bytes, (text) => escapeText(text, inContainer), escapeByte);
}

/** Builds a text from bytes that are not all text: runs of valid UTF-8 through `onText`, each other byte through `onByte`. */
export function mapBytes(
  bytes: Uint8Array,
  onText: (text: string) => string,
  onByte: (byte: number) => string,
): string {
  let mapped = "";
  let textStart = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    at += length;
    if (length > 0) continue;
    mapped += onText(textOf(bytes, textStart, at)) + onByte(bytes[at]!);
    textStart = ++at;
  }
  return mapped + onText(textOf(bytes, textStart, bytes.length));
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return decodeUtf8(bytes.subarray(start, end)) ?? "";
}

/** The string that a cell stands for; bytes where they are no text. What is no escape stands for itself. */
export function unescapeString(cell: string): string | Uint8Array {
  return cell.includes("\\") ? toText(cell) : cell;
}

const escapeSequence = /\\(?:\\|x([0-9a-fA-F]{2}))/g;

function toText(cell: string): string | Uint8Array {
  let onlyText = true;
  const plain = cell.replace(escapeSequence, (_sequence, hex: string | undefined) => {
    if (hex === undefined) return "\\";
    const byte = Number.parseInt(hex, 16);
    onlyText &&= byte < 0x80;
    return String.fromCharCode(byte);
  });
  return onlyText ? plain : toBytes(cell);
}

function toBytes(cell: string): string | Uint8Array {
  const bytes: number[] = [];
  let at = 0;
  for (const match of cell.matchAll(escapeSequence)) {
    for (const byte of encodeUtf8(cell.slice(at, match.index))) bytes.push(byte);
    bytes.push(match[1] === undefined ? 0x5c : Number.parseInt(match[1], 16));
    at = match.index + match[0].length;
  }
  for (const byte of encodeUtf8(cell.slice(at))) bytes.push(byte);
  const joined = Uint8Array.from(bytes);
  return decodeUtf8(joined) ?? joined;
}
