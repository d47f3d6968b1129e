/**
 * Reads the text form of values.
 *
 * Invariant: takes all that `formatValue` prints and gives back the same value; takes nothing beyond the limits of
 * values. Time and memory are linear in the text, whatever it is.
 *
 * Where literals look alike: `[2001:db8::1]` without blanks is an address, not a vector of one; `ab::cd` is an enum
 * (addresses that begin with a letter need their brackets); `-` alone is none; `{}` is a set and `{->}` a table.
 */
import { SwitchyardError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type Entry, ValueSet, ValueTable } from "./containers.ts";
import { keyOf } from "./key.ts";
import { type Read, readBracketed, readLiteral } from "./literal.ts";
import { readQuoted } from "./quote.ts";
import type { Value } from "./types.ts";

/** Reads the one value that begins at `start`, after blanks, and looks at nothing behind it. */
export function readValue(text: string, start: number): Read {
  const reader = new Reader(text, start);
  try {
    return { value: reader.read(0), end: reader.at };
  } catch (error) {
    if (reader.failure === undefined) throw error;
    return reader.failure;
  }
}

/**
 * The value that the whole of `text` is.
 * @throws SwitchyardError `BAD_VALUE` with the column, from 1: `at 7: expected "]" or ","`
 */
export function parseValue(text: string): Value {
  const reader = new Reader(text, 0);
  const value = reader.read(0);
  if (reader.peek() !== undefined) throw reader.fail("expected the end", reader.at);
  return value;
}

/**
 * The values of a list as in arguments: `"a", 10.0.0.1, 5 min`, separated by commas; none when `text` is blank.
 * @throws SwitchyardError as `parseValue` does
 */
export function parseValues(text: string): Value[] {
  const values: Value[] = [];
  const reader = new Reader(text, 0);
  while (reader.hasElement(undefined, values.length)) values.push(reader.read(0));
  return values;
}

class Reader {
  /** The index of what comes next. */
  at: number;
  /** What went wrong; set before it is thrown. */
  failure: { readonly error: string; readonly position: number } | undefined;
  readonly #text: string;
  #elements = 0;

  constructor(text: string, start: number) {
    this.#text = text;
    this.at = start;
  }

  /** The value that comes next, inside of `depth` containers. */
  read(depth: number): Value {
    const first = this.peek();
    if (first === "[") return this.#bracketed(depth);
    if (first === "{") return this.#braced(depth);
    return this.#take(first === '"' ? readQuoted(this.#text, this.at) : readLiteral(this.#text, this.at));
  }

  /** The next character that is not blank; `undefined` at the end. */
  peek(): string | undefined {
    while (blanks.has(this.#text.charAt(this.at))) this.at++;
    return this.#text[this.at];
  }

  /**
   * Whether another element follows the `taken` ones, or the list ends with `close`: a character, or `undefined` for
   * the end of the text. Moves over the comma or the `close`.
   */
  hasElement(close: "]" | "}" | undefined, taken: number): boolean {
    const next = this.peek();
    if (next === close) {
      this.at++;
      return false;
    }
    if (taken === 0) return true;
    if (next !== ",") throw this.fail(`expected ${close === undefined ? "the end" : `"${close}"`} or ","`, this.at);
    this.at++;
    return true;
  }

  fail(error: string, position: number): SwitchyardError {
    this.failure = { error, position };
    return new SwitchyardError("BAD_VALUE", `at ${position + 1}: ${error}`);
  }

  #take(read: Read): Value {
    if ("error" in read) throw this.fail(read.error, read.position);
    this.at = read.end;
    return read.value;
  }

  #bracketed(depth: number): Value {
    const address = readBracketed(this.#text, this.at);
    if (address !== undefined) return this.#take(address);
    this.#enter(depth);
    const elements: Value[] = [];
    while (this.hasElement("]", elements.length)) elements.push(this.#element(depth));
    return Object.freeze(elements);
  }

  #braced(depth: number): ValueSet | ValueTable {
    this.#enter(depth);
    if (this.#arrow()) return this.#emptyTable();
    if (!this.hasElement("}", 0)) return new ValueSet([]);
    const first = this.#element(depth);
    return this.#arrow() ? this.#table(first, depth) : this.#set(first, depth);
  }

  #set(first: Value, depth: number): ValueSet {
    const elements = [first];
    while (this.hasElement("}", elements.length)) elements.push(this.#element(depth));
    return new ValueSet(elements);
  }

  #table(firstKey: Value, depth: number): ValueTable {
    const entries: Entry[] = [[firstKey, this.#element(depth)]];
    const keys = new Set([keyOf(firstKey)]);
    while (this.hasElement("}", entries.length)) {
      this.peek();
      const start = this.at;
      const key = this.#element(depth);
      if (keys.size === keys.add(keyOf(key)).size) throw this.fail("expected a key that is not there yet", start);
      if (!this.#arrow()) throw this.fail('expected "->"', this.at);
      entries.push([key, this.#element(depth)]);
    }
    return new ValueTable(entries);
  }

  #emptyTable(): ValueTable {
    if (this.hasElement("}", 0)) throw this.fail('expected "}"', this.at);
    return new ValueTable([]);
  }

  /** Moves over `->` if it comes next. */
  #arrow(): boolean {
    this.peek();
    if (!this.#text.startsWith("->", this.at)) return false;
    this.at += 2;
    return true;
  }

  #enter(depth: number): void {
    if (depth >= limits.valueDepth)
      throw this.fail(`expected at most ${limits.valueDepth} containers in each other`, this.at);
    this.at++;
  }

  #element(depth: number): Value {
    if (++this.#elements > limits.valueElements) {
      throw this.fail(`expected at most ${limits.valueElements} elements`, this.at);
    }
    return this.read(depth + 1);
  }
}

const blanks: ReadonlySet<string> = new Set([" ", "\t", "\n", "\r"]);
