/**
 * About how large values are, for bounds that need not be exact.
 *
 * Invariant: costs a few steps for a scalar, and one pass over a container. A string counts its characters, anything in a
 * container 8 bytes more, so a value within `limits.storeValueBytes` is within `limits.valueElements`, too.
 */
import { limits } from "../limits.ts";
import type { Value } from "../values/index.ts";
import { isVector } from "../values/types.ts";
import { utf8Length } from "../values/utf8.ts";
import type { Change, Operation } from "./change.ts";

const scalarBytes = 8;
/** What a change or operation takes besides key and value. */
const overheadBytes = 32;

/** Infinite for a value nested deeper than `limits.valueDepth`. */
export function sizeOf(value: Value, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return scalarBytes;
  if (value instanceof Uint8Array) return value.length;
  if (isVector(value)) return elementBytes(value, depth);
  if (value.kind === "set") return elementBytes(value, depth);
  return value.kind === "table" ? entryBytes(value, depth) : scalarBytes;
}

function elementBytes(elements: Iterable<Value>, depth: number): number {
  if (depth >= limits.valueDepth) return Number.POSITIVE_INFINITY;
  let bytes = scalarBytes;
  for (const element of elements) bytes += scalarBytes + sizeOf(element, depth + 1);
  return bytes;
}

function entryBytes(entries: Iterable<readonly [Value, Value]>, depth: number): number {
  if (depth >= limits.valueDepth) return Number.POSITIVE_INFINITY;
  let bytes = scalarBytes;
  for (const [key, value] of entries) bytes += 2 * scalarBytes + sizeOf(key, depth + 1) + sizeOf(value, depth + 1);
  return bytes;
}

/** Strings are measured in their bytes of UTF-8, exactly. */
export function fits(value: Value, bytes: number): boolean {
  if (typeof value !== "string") return sizeOf(value) <= bytes;
  return value.length * 3 <= bytes || utf8Length(value) <= bytes;
}

export function sizeOfChange(change: Change): number {
  if (change.kind === "clear") return overheadBytes;
  const bytes = overheadBytes + sizeOf(change.key);
  return change.kind === "put" ? bytes + sizeOf(change.value) : bytes;
}

export function sizeOfOperation(operation: Operation): number {
  if (operation.kind === "clear") return overheadBytes;
  const bytes = overheadBytes + sizeOf(operation.key);
  return bytes + argumentBytes(operation);
}

function argumentBytes(operation: Exclude<Operation, { kind: "clear" }>): number {
  switch (operation.kind) {
    case "insert":
      return sizeOf(operation.value) + conditionBytes(operation);
    case "remove":
      return conditionBytes(operation);
    case "add":
      return sizeOf(operation.element) + (operation.value === undefined ? 0 : sizeOf(operation.value));
    case "take":
      return operation.element === undefined ? 0 : sizeOf(operation.element);
    case "increment":
    case "decrement":
    case "expire":
      return scalarBytes;
  }
}

function conditionBytes({ condition }: Extract<Operation, { kind: "insert" | "remove" }>): number {
  return condition?.kind === "equals" ? sizeOf(condition.value) : 0;
}
