/**
 * Sets and tables whose elements and keys are the same when they are equal as Zeek values.
 *
 * Invariant: no two elements of a set, and no two keys of a table, are equal; both keep the order of insertion and
 * never change. Trusts that it is given normal values; `set` and `table` see to that.
 */
import { SwitchyardError } from "../errors.ts";
import { inspect } from "./inspect.ts";
import { keyOf } from "./key.ts";
import { formatValue } from "./print.ts";
import { toJson } from "./to-json.ts";
import type { Json, Value } from "./types.ts";

export class ValueSet implements Iterable<Value> {
  /** The elements by `keyOf`. */
  readonly index: ReadonlyMap<string, Value>;

  /** Of equal elements the first stays. */
  constructor(elements: Iterable<Value>) {
    const index = new Map<string, Value>();
    for (const element of elements) {
      const key = keyOf(element);
      if (!index.has(key)) index.set(key, element);
    }
    this.index = index;
    Object.freeze(this);
  }

  get kind(): "set" {
    return "set";
  }

  get size(): number {
    return this.index.size;
  }

  has(value: Value): boolean {
    return this.index.has(keyOf(value));
  }

  [Symbol.iterator](): IterableIterator<Value> {
    return this.index.values();
  }

  toString(): string {
    return formatValue(this);
  }

  toJSON(): Json {
    return toJson(this);
  }

  [inspect](): string {
    return `set ${this.toString()}`;
  }
}

export type Entry = readonly [key: Value, value: Value];

export class ValueTable implements Iterable<Entry> {
  /** The entries by `keyOf` of their keys. */
  readonly index: ReadonlyMap<string, Entry>;

  /** @throws SwitchyardError `BAD_VALUE` when two keys are equal: one of the two values would be lost */
  constructor(entries: Iterable<Entry>) {
    const index = new Map<string, Entry>();
    for (const [key, value] of entries) {
      const name = keyOf(key);
      if (index.has(name)) throw new SwitchyardError("BAD_VALUE", `table with the key ${formatValue(key)} twice`);
      index.set(name, Object.freeze([key, value] as const));
    }
    this.index = index;
    Object.freeze(this);
  }

  get kind(): "table" {
    return "table";
  }

  get size(): number {
    return this.index.size;
  }

  has(key: Value): boolean {
    return this.index.has(keyOf(key));
  }

  /** The value under `key`; `undefined` when there is none. */
  get(key: Value): Value | undefined {
    return this.index.get(keyOf(key))?.[1];
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this.index.values();
  }

  toString(): string {
    return formatValue(this);
  }

  toJSON(): Json {
    return toJson(this);
  }

  [inspect](): string {
    return `table ${this.toString()}`;
  }
}
