/**
 * From what programs pass to normal values.
 *
 * Invariant: what `toValue` returns is a `Value` within all limits, and shares no mutable part with its input.
 * A plain `number` is always a double and a `bigint` always an int: types follow from the program, never from the data.
 */
import { SwitchyardError } from "../errors.ts";
import { limits } from "../limits.ts";
import { Address } from "./address.ts";
import { Budget } from "./budget.ts";
import { type Entry, ValueSet, ValueTable } from "./containers.ts";
import { badValue } from "./describe.ts";
import { Enum } from "./enum.ts";
import { Interval } from "./interval.ts";
import { Count, checkInt } from "./numbers.ts";
import { Port } from "./port.ts";
import { Subnet } from "./subnet.ts";
import { Time, time } from "./time.ts";
import type { Input, Scalar, Value, Vector } from "./types.ts";
import { decodeUtf8, utf8Length } from "./utf8.ts";

/**
 * The normal form of `input`. Scalars that are normal already cost next to nothing; arrays are copied and frozen.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE` (a bigint beyond 64 bits), `TOO_LARGE` (a string, the nesting),
 * `TOO_MANY` (elements)
 */
export function toValue(input: Input): Value {
  switch (typeof input) {
    case "string":
      return checkText(input);
    case "number":
    case "boolean":
      return input;
    case "bigint":
      return checkInt(input);
    case "undefined":
      return null;
    default:
      return input === null || isScalar(input) ? input : normalize(input, new Budget(), 0);
  }
}

const scalars: ReadonlySet<unknown> = new Set(
  [Count, Time, Interval, Address, Subnet, Port, Enum].map((scalar) => scalar.prototype),
);

function isScalar(input: object | (() => void) | symbol): input is Scalar {
  return scalars.has(Object.getPrototypeOf(input));
}

function normalize(input: Input, budget: Budget, depth: number): Value {
  if (typeof input !== "object" || input === null) return typeof input === "object" ? null : toValue(input);
  if (Array.isArray(input)) return normalizeArray(input, budget, depth);
  if (input instanceof Uint8Array) return checkBytes(input);
  if (input instanceof Date) return time(input);
  if (input instanceof ValueSet || input instanceof Set) return normalizeSet(input, budget, depth);
  if (input instanceof ValueTable || input instanceof Map) return normalizeTable(input, budget, depth);
  if (isScalar(input)) return input;
  throw badValue("value", input, "a value type, or a Map for a table");
}

function normalizeArray(input: readonly Input[], budget: Budget, depth: number): Vector {
  budget.enter(input.length, depth);
  const vector: Value[] = [];
  for (let i = 0; i < input.length; i++) {
    if (!(i in input)) throw new SwitchyardError("BAD_VALUE", `vector with nothing at index ${i}, write null for none`);
    vector.push(normalize(input[i], budget, depth + 1));
  }
  return Object.freeze(vector);
}

function normalizeSet(input: ValueSet | ReadonlySet<Input>, budget: Budget, depth: number): ValueSet {
  budget.enter(input.size, depth);
  const elements = Array.from<Input, Value>(input, (element) => normalize(element, budget, depth + 1));
  return input instanceof ValueSet ? input : new ValueSet(elements);
}

function normalizeTable(input: ValueTable | ReadonlyMap<Input, Input>, budget: Budget, depth: number): ValueTable {
  budget.enter(2 * input.size, depth);
  const entries = Array.from<readonly [Input, Input], Entry>(input, ([key, value]) => [
    normalize(key, budget, depth + 1),
    normalize(value, budget, depth + 1),
  ]);
  return input instanceof ValueTable ? input : new ValueTable(entries);
}

function checkText(text: string): string {
  if (!text.isWellFormed()) throw badValue("string", text, "whole characters, not half of a surrogate pair");
  // Only a string of a third of the limit can exceed it: no need to count the bytes of the others.
  if (text.length * 3 > limits.stringBytes) checkSize(utf8Length(text));
  return text;
}

/** A copy, which nobody else can change; or the text that the bytes are. */
function checkBytes(bytes: Uint8Array): string | Uint8Array {
  checkSize(bytes.length);
  return decodeUtf8(bytes) ?? Uint8Array.from(bytes);
}

function checkSize(bytes: number): void {
  if (bytes > limits.stringBytes) {
    throw new SwitchyardError("TOO_LARGE", `string of ${bytes} bytes, at most ${limits.stringBytes} are taken`);
  }
}

/** None: the value that is no value. */
export const none = null;

/**
 * A string from text or from bytes; bytes that are valid UTF-8 become text.
 * @throws SwitchyardError `BAD_VALUE`, `TOO_LARGE`
 */
export function string(from: string | Uint8Array): string | Uint8Array {
  if (typeof from === "string") return checkText(from);
  if (from instanceof Uint8Array) return checkBytes(from);
  throw badValue("string", from, "text or a Uint8Array");
}

/** A vector of the elements, in order. @throws SwitchyardError as `toValue` does */
export function vector(elements: Iterable<Input>): Vector {
  return normalizeArray([...iterated("vector", elements)], new Budget(), 0);
}

/** A set of the elements; of equal ones the first stays. @throws SwitchyardError as `toValue` does */
export function set(elements: Iterable<Input>): ValueSet {
  return normalizeSet(new Set(iterated("set", elements)), new Budget(), 0);
}

/**
 * A table of the entries: a Map, or pairs of key and value.
 * @throws SwitchyardError as `toValue` does, and `BAD_VALUE` when two keys are equal
 */
export function table(entries: Iterable<readonly [key: Input, value: Input]>): ValueTable {
  const pairs = [...iterated("table", entries)];
  if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    throw badValue("table", entries, "pairs of key and value");
  const budget = new Budget();
  budget.enter(2 * pairs.length, 0);
  return new ValueTable(pairs.map(([key, value]) => [normalize(key, budget, 1), normalize(value, budget, 1)]));
}

function iterated<T>(type: string, elements: Iterable<T>): Iterable<T> {
  const given: unknown = elements;
  const iterable = typeof given === "object" && given !== null && Symbol.iterator in given;
  if (!iterable) throw badValue(type, given, "an array or another iterable");
  return elements;
}
