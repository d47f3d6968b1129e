/**
 * Reads one JSON object into named values, keeping what `JSON.parse` forgets: whether `3600.0` was a double, every
 * digit of a 64-bit number, and the order of all names.
 *
 * The types that JSON does not have are recognised by rules, each of which prints back as the same text:
 * - a whole number is a count, a negative one an int, one with a point or an exponent a double
 * - a string is a time when it is one to the microsecond as Zeek writes it, `2018-03-24T17:15:20.600843Z`
 * - a string is an address under a name such as `id.orig_h`, `src`, `dst` or `host`, where it is one
 * - a number is a port under a name such as `id.orig_p`, `p` or `port_num`
 * - an array is a vector, an object a table, `null` none; any other string is a string
 *
 * Invariant: takes exactly what JSON is, nothing more, and never recurses deeper than values may nest.
 */
import { limits } from "../limits.ts";
import { parseAddress } from "../values/address.ts";
import { type Entry, ValueTable } from "../values/containers.ts";
import { Count } from "../values/numbers.ts";
import { Port } from "../values/port.ts";
import { parseTime, type Time } from "../values/time.ts";
import type { Value } from "../values/types.ts";
import type { Failing } from "./record.ts";
import { readCount, readInt } from "./tsv-cell.ts";

/** The members of one object, in the order of the text. */
export interface Members {
  readonly names: readonly string[];
  readonly values: readonly Value[];
}

const addressName = /(?:^|[._])(?:\w+_h|src|dst|host|addr)$/;
const portName = /(?:^|[._])(?:\w+_p|p|port|port_num)$/;
const wholeSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** All but the quote, the backslash and control characters. */
const plainText = /[ !#-[\]-\uffff]*/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const word = /true|false|null/y;

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

export class JsonObjectReader {
  #text = "";
  #at = 0;
  readonly #failing: Failing;

  constructor(failing: Failing) {
    this.#failing = failing;
  }

  /** @throws SwitchyardError `BAD_LOG_LINE` unless `text` is one JSON object */
  read(text: string): Members {
    this.#text = text;
    this.#at = 0;
    this.#skipBlanks();
    const members = this.#readMembers(0);
    this.#skipBlanks();
    if (this.#at < text.length) throw this.#expected("the end of the line");
    return members;
  }

  #readMembers(depth: number): Members {
    const names: string[] = [];
    const values: Value[] = [];
    this.#expect("{");
    if (this.#skip("}")) return { names, values };
    do {
      this.#skipBlanks();
      const name = this.#readString();
      this.#skipBlanks();
      this.#expect(":");
      names.push(name);
      values.push(typed(name, this.#readValue(depth)));
    } while (this.#skip(","));
    this.#expect("}");
    return { names, values };
  }

  #readValue(depth: number): Value {
    if (depth >= limits.valueDepth) throw this.#failing("BAD_LOG_LINE", `nested deeper than ${limits.valueDepth}`);
    this.#skipBlanks();
    switch (this.#text.charAt(this.#at)) {
      case '"':
        return this.#readString();
      case "[":
        return this.#readArray(depth + 1);
      case "{":
        return this.#toTable(this.#readMembers(depth + 1));
      case "t":
      case "f":
      case "n":
        return this.#readWord();
      default:
        return this.#readNumber();
    }
  }

  #toTable({ names, values }: Members): ValueTable {
    if (new Set(names).size < names.length) throw this.#failing("BAD_LOG_LINE", "a name stands twice in one object");
    return new ValueTable(names.map((name, i): Entry => [name, values[i]!]));
  }

  #readArray(depth: number): Value {
    const elements: Value[] = [];
    this.#expect("[");
    if (this.#skip("]")) return elements;
    do elements.push(this.#readValue(depth));
    while (this.#skip(","));
    this.#expect("]");
    return elements;
  }

  #readString(): string {
    this.#expect('"');
    let read = this.#take(plainText);
    while (this.#text[this.#at] === "\\") read += this.#readEscape() + this.#take(plainText);
    this.#expect('"');
    if (!read.isWellFormed()) throw this.#failing("BAD_LOG_LINE", "half of a surrogate pair is no text");
    return read;
  }

  #readEscape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    const hex = letter === "u" ? /^[0-9a-fA-F]{4}$/.exec(this.#text.slice(this.#at + 2, this.#at + 6)) : null;
    const read = hex === null ? escapes.get(letter) : String.fromCharCode(Number.parseInt(hex[0], 16));
    if (read === undefined) throw this.#expected("an escape of JSON");
    this.#at += hex === null ? 2 : 6;
    return read;
  }

  #readWord(): boolean | null {
    const read = this.#take(word);
    if (read === "") throw this.#expected("true, false or null");
    return read === "null" ? null : read === "true";
  }

  #readNumber(): Value {
    number.lastIndex = this.#at;
    const [read, fraction, exponent] = number.exec(this.#text) ?? [];
    if (read === undefined) throw this.#expected("a value");
    this.#at += read.length;
    const isWhole = fraction === undefined && exponent === undefined;
    const whole = isWhole ? (read.startsWith("-") ? readInt(read) : readCount(read)) : undefined;
    return whole === undefined || read === "-0" ? Number(read) : whole;
  }

  #skipBlanks(): void {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  /** What `pattern` matches here, which is passed over; empty where it does not. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += taken.length;
    return taken;
  }

  #skip(character: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#skip(character)) throw this.#expected(character);
  }

  #expected(wanted: string) {
    return this.#failing("BAD_LOG_LINE", `at ${this.#at + 1}: expected ${wanted}`);
  }
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13 && code !== 11 && code !== 12);
}

type Hint = "addr" | "port" | "none";
const hints = new Map<string, Hint>();
const hintsHeld = 4096;

/** What the name of a member tells of a value that JSON has no type for. */
function hintOf(name: string): Hint {
  const known = hints.get(name);
  if (known !== undefined) return known;
  if (hints.size >= hintsHeld) hints.clear();
  const hint = addressName.test(name) ? "addr" : portName.test(name) ? "port" : "none";
  hints.set(name, hint);
  return hint;
}

function typed(name: string, value: Value): Value {
  if (typeof value === "string") return typedString(name, value);
  if (!(value instanceof Count) || hintOf(name) !== "port" || value.raw > 65_535) return value;
  return new Port(Number(value.raw), "unknown");
}

let lastTimeText = "";
let lastTime: Time | undefined;

function typedString(name: string, text: string): Value {
  if (text.length === 27 && text.endsWith("Z") && wholeSeconds.test(text)) return toTime(text) ?? text;
  if (hintOf(name) !== "addr") return text;
  const address = parseAddress(text);
  return address?.text === text ? address : text;
}

/** `_write_ts` and `ts` are mostly the same, and reading a time takes longer than the rest of its line. */
function toTime(text: string): Time | undefined {
  if (text === lastTimeText) return lastTime;
  lastTimeText = text;
  lastTime = parseTime(text);
  return lastTime;
}
