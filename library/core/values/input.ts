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
 * The normal form of `input`. What is normal already comes back as it is, at next to no cost; arrays are copied and
 * frozen, and bytes copied.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE` (a bigint beyond 64 bits), `TOO_LARGE` (a string, the nesting),
 * `TOO_MANY` (elements)
 */
export function toValue(input: Input): Value {
  return normalize(input, undefined, 0);
}

/** `budget` is that of the value around it; there is none yet around the whole. */
function normalize(input: Input, budget: Budget | undefined, depth: number): Value {
  if (typeof input === "string") return checkText(input);
  if (typeof input === "number" || typeof input === "boolean") return input;
  if (typeof input === "bigint") return checkInt(input);
  if (input === undefined || input === null) return null;
  return scalars.has(Object.getPrototypeOf(input))
    ? (input as Scalar)
    : normalizeObject(input as Exclude<typeof input, Scalar>, budget ?? new Budget(), depth);
}

const scalars: ReadonlySet<unknown> = new Set(
  [Count, Time, Interval, Address, Subnet, Port, Enum].map((scalar) => scalar.prototype),
);

function normalizeObject(input: Extract<Input, object>, budget: Budget, depth: number): Value {
  if (Array.isArray(input)) return normalizeArray(input, budget, depth);
  if (input instanceof Uint8Array) return checkBytes(input);
  if (input instanceof Date) return time(input);
  if (input instanceof ValueSet || input instanceof Set) return normalizeSet(input, budget, depth);
  if (input instanceof ValueTable || input instanceof Map) return normalizeTable(input, budget, depth);
  throw badValue("value", input, "a type of values; for a table a Map");
}

function normalizeArray(input: readonly Input[], budget: Budget, depth: number): Vector {
  budget.enter(input.length, depth);
  const elements: Value[] = [];
  for (const [index, element] of input.entries()) {
    if (element === undefined && !(index in input)) {
      throw new SwitchyardError("BAD_VALUE", `vector with nothing at index ${index}, wanted null for none`);
    }
    elements.push(normalize(element, budget, depth + 1));
  }
  return Object.freeze(elements);
}

/** A `ValueSet` is only measured. */
function normalizeSet(input: ValueSet | ReadonlySet<Input>, budget: Budget, depth: number): ValueSet {
  const elements = normalizeElements([...input], budget, depth);
  return input instanceof ValueSet ? input : new ValueSet(elements);
}

function normalizeElements(elements: readonly Input[], budget: Budget, depth: number): Value[] {
  budget.enter(elements.length, depth);
  return elements.map((element) => normalize(element, budget, depth + 1));
}

/** A `ValueTable` is only measured. */
function normalizeTable(input: ValueTable | ReadonlyMap<Input, Input>, budget: Budget, depth: number): ValueTable {
  const entries = normalizeEntries([...input], budget, depth);
  return input instanceof ValueTable ? input : new ValueTable(entries);
}

type InputEntry = readonly [key: Input, value: Input];

function normalizeEntries(entries: readonly InputEntry[], budget: Budget, depth: number): Entry[] {
  budget.enter(2 * entries.length, depth);
  return entries.map(([key, value]) => [normalize(key, budget, depth + 1), normalize(value, budget, depth + 1)]);
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
  return new ValueSet(normalizeElements([...iterated("set", elements)], new Budget(), 0));
}

/**
 * A table of the entries: a Map, or pairs of key and value.
 * @throws SwitchyardError as `toValue` does, and `BAD_VALUE` when two keys are equal
 */
export function table(entries: Iterable<readonly [key: Input, value: Input]>): ValueTable {
  const pairs = [...iterated("table", entries)];
  const odd = pairs.find((pair) => !Array.isArray(pair) || pair.length !== 2);
  if (odd !== undefined) throw badValue("table", odd, "pairs of key and value");
  return new ValueTable(normalizeEntries(pairs, new Budget(), 0));
}

function iterated<T>(type: string, elements: Iterable<T>): Iterable<T> {
  const given: unknown = elements;
  if (typeof given !== "object" || given === null || !(Symbol.iterator in given)) {
    throw badValue(type, given, "an array or another iterable");
  }
  return elements;
}
