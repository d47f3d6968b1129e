/**
 * Operations as columns, as a `write` carries them; see columns.ts.
 *
 * One letter tells what an operation is; keys, values, expiries and conditions follow in vectors of their own, each with
 * what the letters say. An expiry is a Zeek time (at) or interval (after), a condition none, a bool (present or not), a
 * double (the revision), or a vector of one (the value).
 */
import { Interval, Time, type Value } from "../values/index.ts";
import type { Condition, Expiry, Operation } from "./change.ts";
import { type Columns, isRevision, isVector } from "./columns.ts";

export function operationColumns(operations: readonly Operation[]): Columns {
  const columns = new Writing();
  for (const operation of operations) columns.push(operation);
  return columns.all();
}

class Writing {
  #kinds = "";
  readonly #keys: Value[] = [];
  readonly #values: Value[] = [];
  readonly #expiries: Value[] = [];
  readonly #conditions: Value[] = [];
  #hasExpiry = false;
  #hasCondition = false;

  push(operation: Operation): void {
    const { kind } = operation;
    if (kind !== "clear") this.#keys.push(operation.key);
    if (kind === "insert") {
      this.#add("i", operation.value);
      this.#expire(operation.expiry);
      this.#require(operation.condition);
    } else if (kind === "remove") {
      this.#add("r");
      this.#require(operation.condition);
    } else if (kind === "increment" || kind === "decrement") this.#add(kind === "increment" ? "+" : "-", operation.by);
    else if (kind === "add") {
      if (operation.value === undefined) this.#add("a", operation.element);
      else this.#add("A", operation.element, operation.value);
    } else if (kind === "take") {
      if (operation.element === undefined) this.#add("T");
      else this.#add("t", operation.element);
    } else if (kind === "expire") {
      this.#add("e");
      this.#expire(operation.expiry);
    } else this.#add("c");
  }

  all(): Columns {
    const expiries = this.#hasExpiry ? this.#expiries : null;
    return [this.#kinds, this.#keys, this.#values, expiries, this.#hasCondition ? this.#conditions : null];
  }

  #add(kind: string, ...values: readonly Value[]): void {
    this.#kinds += kind;
    for (const value of values) this.#values.push(value);
  }

  #expire(expiry: Expiry | undefined): void {
    this.#hasExpiry ||= expiry !== undefined;
    this.#expiries.push(expiry === undefined ? null : expiryValue(expiry));
  }

  #require(condition: Condition | undefined): void {
    this.#hasCondition ||= condition !== undefined;
    this.#conditions.push(condition === undefined ? null : conditionValue(condition));
  }
}

/** `undefined`: these are no operations. */
export function readOperations(columns: Columns): readonly Operation[] | undefined {
  const [kinds, keys, values, expiries, conditions] = columns;
  if (typeof kinds !== "string" || !isVector(keys) || !isVector(values)) return undefined;
  if (!isVectorOrNone(expiries) || !isVectorOrNone(conditions)) return undefined;
  const reading = new Reading(keys, values, expiries, conditions);
  const operations: Operation[] = [];
  for (const kind of kinds) {
    const operation = reading.next(kind);
    if (operation === undefined) return undefined;
    operations.push(operation);
  }
  return reading.isAtEnd ? operations : undefined;
}

class Reading {
  readonly #keys: readonly Value[];
  readonly #values: readonly Value[];
  readonly #expiries: readonly Value[] | null;
  readonly #conditions: readonly Value[] | null;
  #key = 0;
  #value = 0;
  #expiry = 0;
  #condition = 0;
  #isSpoilt = false;

  constructor(
    keys: readonly Value[],
    values: readonly Value[],
    expiries: readonly Value[] | null,
    conditions: readonly Value[] | null,
  ) {
    this.#keys = keys;
    this.#values = values;
    this.#expiries = expiries;
    this.#conditions = conditions;
  }

  /** Nothing is left in any column. */
  get isAtEnd(): boolean {
    return (
      this.#key === this.#keys.length &&
      this.#value === this.#values.length &&
      (this.#expiries === null || this.#expiry === this.#expiries.length) &&
      (this.#conditions === null || this.#condition === this.#conditions.length)
    );
  }

  next(kind: string): Operation | undefined {
    const operation = this.#read(kind);
    return this.#isSpoilt ? undefined : operation;
  }

  #read(kind: string): Operation | undefined {
    if (kind === "c") return { kind: "clear" };
    const key = this.#nextOf(this.#keys, this.#key++);
    if (kind === "i") return this.#readInsert(key);
    if (kind === "r") return { kind: "remove", key, condition: this.#nextCondition() };
    if (kind === "+") return { kind: "increment", key, by: this.#nextValue() };
    if (kind === "-") return { kind: "decrement", key, by: this.#nextValue() };
    if (kind === "a") return { kind: "add", key, element: this.#nextValue() };
    if (kind === "A") return { kind: "add", key, element: this.#nextValue(), value: this.#nextValue() };
    if (kind === "t") return { kind: "take", key, element: this.#nextValue() };
    if (kind === "T") return { kind: "take", key };
    return kind === "e" ? { kind: "expire", key, expiry: this.#nextExpiry() } : undefined;
  }

  /** By far the most are these, mostly with neither expiry nor condition. */
  #readInsert(key: Value): Operation {
    const value = this.#nextValue();
    if (this.#expiries === null && this.#conditions === null) return { kind: "insert", key, value };
    return { kind: "insert", key, value, expiry: this.#nextExpiry(), condition: this.#nextCondition() };
  }

  #nextValue(): Value {
    return this.#nextOf(this.#values, this.#value++);
  }

  #nextOf(column: readonly Value[], index: number): Value {
    const value = column[index];
    if (value !== undefined) return value;
    this.#isSpoilt = true;
    return null;
  }

  #nextExpiry(): Expiry | undefined {
    if (this.#expiries === null) return undefined;
    const value = this.#nextOf(this.#expiries, this.#expiry++);
    const expiry = value === null ? undefined : expiryOf(value);
    if (value !== null && expiry === undefined) this.#isSpoilt = true;
    return expiry;
  }

  #nextCondition(): Condition | undefined {
    if (this.#conditions === null) return undefined;
    const value = this.#nextOf(this.#conditions, this.#condition++);
    const condition = value === null ? undefined : conditionOf(value);
    if (value !== null && condition === undefined) this.#isSpoilt = true;
    return condition;
  }
}

function expiryValue(expiry: Expiry): Value {
  if (expiry.kind === "after") return new Interval(nanosecondsOf(expiry.ms));
  return new Time(nanosecondsOf(expiry.wallMs));
}

function expiryOf(value: Value): Expiry | undefined {
  if (value instanceof Time) return { kind: "at", wallMs: msOf(value.nanoseconds) };
  return value instanceof Interval ? { kind: "after", ms: msOf(value.nanoseconds) } : undefined;
}

function msOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000n) / 1_000;
}

function nanosecondsOf(ms: number): bigint {
  return BigInt(Math.round(ms * 1_000)) * 1_000n; // to the microsecond: what a double of ms can hold
}

function conditionValue(condition: Condition): Value {
  if (condition.kind === "equals") return [condition.value];
  return condition.kind === "revision" ? condition.revision : condition.kind === "present";
}

function conditionOf(value: Value): Condition | undefined {
  if (typeof value === "boolean") return { kind: value ? "present" : "absent" };
  if (isRevision(value)) return { kind: "revision", revision: value };
  return isVector(value) && value.length === 1 ? { kind: "equals", value: value[0]! } : undefined;
}

function isVectorOrNone(value: Value | undefined): value is readonly Value[] | null {
  return value === null || isVector(value);
}
