/**
 * Values from their JSON form.
 *
 * Invariant: takes what `toJson` writes, and other spellings of the same literals; everything else is refused with the
 * path to it, `$` being the whole. Trusts nothing, the limits of values included.
 */
import { type FailureCode, failures, SwitchyardError } from "../errors.ts";
import { addr } from "./address.ts";
import { decodeBase64 } from "./base64.ts";
import { Budget } from "./budget.ts";
import { type Entry, ValueSet, ValueTable } from "./containers.ts";
import { badValue, describe } from "./describe.ts";
import { enumValue } from "./enum.ts";
import { string } from "./input.ts";
import { interval } from "./interval.ts";
import { Count, count, double, int } from "./numbers.ts";
import { port } from "./port.ts";
import { subnet } from "./subnet.ts";
import { time } from "./time.ts";
import type { Value } from "./types.ts";

/**
 * The value that `json` is the JSON form of.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE`, `TOO_LARGE`, `TOO_MANY`; the message has the path to what is
 * wrong: `JSON at $.table[0][1]: …`
 */
export function fromJson(json: unknown): Value {
  return new JsonReader().read(json);
}

class JsonReader {
  readonly #budget = new Budget();
  /** Steps from the whole to what is being read, such as `.set` and `[3]`. */
  readonly #path: string[] = [];
  #depth = 0;

  read(json: unknown): Value {
    if (json === null || typeof json === "boolean") return json;
    if (typeof json === "string") return this.#make(() => string(json));
    if (typeof json === "number") return this.#make(() => plainNumber(json));
    if (Array.isArray(json)) return Object.freeze(this.#elements(json));
    if (typeof json === "object") return this.#tagged(Object.entries(json));
    throw this.#refuse("BAD_VALUE", `${describe(json)} is not of JSON`);
  }

  /** `{"addr": "10.0.0.1"}`, as its one member. */
  #tagged([member, ...more]: readonly [tag: string, content: unknown][]): Value {
    if (member === undefined || more.length > 0) {
      throw this.#refuse("BAD_VALUE", 'wanted one member that names the type, such as {"addr": "10.0.0.1"}');
    }
    const [tag, content] = member;
    if (tag === "set") return this.#at(".set", () => new ValueSet(this.#elements(this.#array(content))));
    if (tag === "table") return this.#at(".table", () => this.#table(this.#array(content)));
    if (!texts.has(tag)) throw this.#refuse("BAD_VALUE", `${describe(tag)} is no type of values`);
    return this.#at(`.${tag}`, () => this.#literal(tag, content));
  }

  #literal(tag: string, content: unknown): Value {
    if (typeof content === "string") return this.#make(() => texts.get(tag)!(content));
    const read = numbers.get(tag);
    if (typeof content === "number" && read !== undefined) return this.#make(() => read(content));
    throw this.#refuse("BAD_VALUE", `wanted a text, not ${describe(content)}`);
  }

  #elements(list: readonly unknown[]): Value[] {
    this.#budget.enter(list.length, this.#depth++);
    const elements = list.map((element, index) => this.#at(`[${index}]`, () => this.read(element)));
    this.#depth--;
    return elements;
  }

  #table(list: readonly unknown[]): ValueTable {
    this.#budget.enter(2 * list.length, this.#depth++);
    const entries = list.map((pair, index) => this.#at(`[${index}]`, () => this.#entry(this.#array(pair))));
    this.#depth--;
    return this.#make(() => new ValueTable(entries));
  }

  #entry(pair: readonly unknown[]): Entry {
    if (pair.length !== 2) throw this.#refuse("BAD_VALUE", "wanted a pair of key and value");
    return [this.#at("[0]", () => this.read(pair[0])), this.#at("[1]", () => this.read(pair[1]))];
  }

  #array(content: unknown): readonly unknown[] {
    if (Array.isArray(content)) return content;
    throw this.#refuse("BAD_VALUE", `wanted an array, not ${describe(content)}`);
  }

  #at<T>(step: string, read: () => T): T {
    this.#path.push(step);
    const result = read();
    this.#path.pop();
    return result;
  }

  /** Adds the path to what a constructor complains of. */
  #make<T>(construct: () => T): T {
    try {
      return construct();
    } catch (error) {
      if (!(error instanceof SwitchyardError)) throw error;
      throw this.#refuse(error.code, error.message.replace(`: ${failures[error.code]}`, ""));
    }
  }

  #refuse(code: FailureCode, what: string): SwitchyardError {
    return new SwitchyardError(code, `JSON at $${this.#path.join("")}: ${what}`);
  }
}

/** A fraction tells a double; a whole number is a count, and has to be one without doubt. */
function plainNumber(number: number): Value {
  if (!Number.isInteger(number) && Number.isFinite(number)) return number;
  if (Number.isSafeInteger(number) && number >= 0) return new Count(number);
  throw badValue("count", number, '0 to 2^53 - 1; write {"int": …}, {"double": …} or {"count": "…"} for others');
}

/** Types that are written as a text in an object. */
const texts: ReadonlyMap<string, (text: string) => Value> = new Map<string, (text: string) => Value>([
  ["count", count],
  ["int", int],
  ["double", wordDouble],
  ["bytes", bytes],
  ["time", time],
  ["interval", interval],
  ["addr", addr],
  ["subnet", subnet],
  ["port", port],
  ["enum", enumValue],
]);

/** Types that may be written as a number in an object. */
const numbers: ReadonlyMap<string, (number: number) => Value> = new Map<string, (number: number) => Value>([
  ["count", count],
  ["int", int],
  ["double", double],
]);

/** Doubles that JSON has no number for. */
const words: ReadonlyMap<string, number> = new Map([
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["nan", Number.NaN],
  ["-0", -0],
]);

function wordDouble(word: string): number {
  const value = words.get(word);
  if (value === undefined) throw badValue("double", word, "a number, inf, -inf, nan or -0");
  return value;
}

function bytes(base64: string): Value {
  const decoded = decodeBase64(base64);
  if (decoded === undefined) throw badValue("bytes", base64, "padded base64");
  return string(decoded);
}
