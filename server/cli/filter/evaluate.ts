/**
 * Whether a filter lets something through.
 *
 * Invariant: never throws, whatever the values are; a field that is not there is none. Knows nothing of events or lines:
 * it is told how to look up a field.
 */
import { Count, type Value, ValueTable } from "../../../library/index.ts";
import { isIn, isLike, isSame, orderOf, textOf } from "./compare.ts";
import type { Expression, Field, Operand, Operator } from "./expression.ts";

/** The value of a field by its name; none where there is no such field. */
export type Lookup = (name: string) => Value;

export function isTrue(expression: Expression, lookup: Lookup): boolean {
  switch (expression.kind) {
    case "all":
      return expression.terms.every((term) => isTrue(term, lookup));
    case "any":
      return expression.terms.some((term) => isTrue(term, lookup));
    case "not":
      return !isTrue(expression.term, lookup);
    case "holds":
      return read(expression.field, lookup) === true;
    case "compares":
      return compares[expression.operator](read(expression.field, lookup), valueIn(expression.operand, lookup));
  }
}

const compares: Readonly<Record<Operator, (left: Value, right: Value) => boolean>> = {
  "==": isSame,
  "!=": (left, right) => !isSame(left, right),
  "<": (left, right) => (orderOf(left, right) ?? 0) < 0,
  "<=": (left, right) => (orderOf(left, right) ?? 1) <= 0,
  ">": (left, right) => (orderOf(left, right) ?? 0) > 0,
  ">=": (left, right) => (orderOf(left, right) ?? -1) >= 0,
  "~": isLikeValue,
  "!~": (left, right) => !isLikeValue(left, right),
  in: isIn,
  "!in": (left, right) => !isIn(left, right),
  contains: (left, right) => isIn(right, left),
};

function isLikeValue(left: Value, right: Value): boolean {
  const text = textOf(left);
  return text !== undefined && typeof right === "string" && isLike(text, right);
}

function valueIn(operand: Operand, lookup: Lookup): Value {
  return operand.kind === "value" ? operand.value : read(operand.field, lookup);
}

function read({ name, keys }: Field, lookup: Lookup): Value {
  return keys.reduce<Value>(elementOf, lookup(name));
}

function elementOf(container: Value, key: Value): Value {
  if (container instanceof ValueTable) return container.get(key) ?? null;
  if (!Array.isArray(container) || !(key instanceof Count)) return null;
  return (container as readonly Value[])[Number(key.value)] ?? null;
}
