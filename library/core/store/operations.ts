/**
 * What one operation does to the entry that is there.
 *
 * Invariant: depends on nothing but its arguments; a failed operation changes nothing. An entry that is due counts as none:
 * the caller sees to that. Knows nothing of tables, revisions to come, or of who asks.
 */
import type { FailureCode } from "../errors.ts";
import { limits } from "../limits.ts";
import { equal, formatValue, typeOf, type Value } from "../values/index.ts";
import { plus } from "./arithmetic.ts";
import type { Change, Condition, Entry, Expiry, Operation } from "./change.ts";
import { added, type Membership, taken } from "./membership.ts";
import { fits, sizeOf } from "./size.ts";

/**
 * `change` is missing where there is nothing to do. `value` is the new value of an `increment` or `decrement`, what a
 * `remove` or `take` took, and `undefined` for the others.
 */
export type Evaluation =
  | { readonly kind: "done"; readonly change: Change | undefined; readonly value: Value | undefined }
  | { readonly kind: "failed"; readonly code: FailureCode; readonly what: string };

type Of<Kind extends Operation["kind"]> = Extract<Operation, { kind: Kind }>;
type Keyed = Exclude<Operation, { kind: "clear" }>;
type Rule = Pick<Entry, "expiresAtMs" | "expiresAfterMs">;

const nothing: Evaluation = { kind: "done", change: undefined, value: undefined };
const cleared: Evaluation = { kind: "done", change: { kind: "clear" }, value: undefined };
const forever: Rule = { expiresAtMs: undefined, expiresAfterMs: undefined };

/**
 * `before`: the entry under the operation's key. `wallMs`: the authority's wall clock, from which `after` counts.
 * Fails with `CONFLICT`, `TYPE`, `RANGE`, `TOO_LARGE`, `BAD_ARGUMENT` (an expiry that is no time).
 */
export function evaluate(operation: Operation, before: Entry | undefined, wallMs: number): Evaluation {
  switch (operation.kind) {
    case "insert":
      return insert(operation, before, wallMs);
    case "remove":
      return remove(operation, before);
    case "increment":
      return move(operation, before, wallMs, 1);
    case "decrement":
      return move(operation, before, wallMs, -1);
    case "add":
      return moved(operation, before, wallMs, added(before?.value, operation));
    case "take":
      return before === undefined ? nothing : moved(operation, before, wallMs, taken(before.value, operation));
    case "expire":
      return expire(operation, before, wallMs);
    case "clear":
      return cleared;
  }
}

function insert(operation: Of<"insert">, before: Entry | undefined, wallMs: number): Evaluation {
  if (!holds(operation.condition, before)) return failed("CONFLICT", operation, found(operation.condition, before));
  const rule = ruleOf(operation.expiry, wallMs);
  return rule === undefined ? failed("BAD_ARGUMENT", operation) : put(operation, operation.value, rule, undefined);
}

function remove(operation: Of<"remove">, before: Entry | undefined): Evaluation {
  if (!holds(operation.condition, before)) return failed("CONFLICT", operation, found(operation.condition, before));
  if (before === undefined) return nothing;
  return { kind: "done", change: { kind: "remove", key: operation.key, isExpired: false }, value: before.value };
}

function move(
  operation: Of<"increment" | "decrement">,
  before: Entry | undefined,
  wallMs: number,
  sign: 1 | -1,
): Evaluation {
  const sum = plus(before?.value, operation.by, sign);
  if (sum.kind === "refused")
    return failed(
      sum.code,
      operation,
      `${typed(before)}${before === undefined ? "" : ","} by ${aTypeOf(operation.by)}`,
    );
  return put(operation, sum.value, renewed(before, wallMs), sum.value);
}

function moved(
  operation: Of<"add" | "take">,
  before: Entry | undefined,
  wallMs: number,
  membership: Membership,
): Evaluation {
  if (membership.kind === "refused") return failed(membership.code, operation, typed(before));
  if (membership.kind === "same") return nothing;
  return put(operation, membership.container, renewed(before, wallMs), membership.taken);
}

function expire(operation: Of<"expire">, before: Entry | undefined, wallMs: number): Evaluation {
  const rule = ruleOf(operation.expiry, wallMs);
  if (rule === undefined) return failed("BAD_ARGUMENT", operation);
  if (before === undefined || (rule === forever && before.expiresAtMs === undefined)) return nothing;
  return put(operation, before.value, rule, undefined);
}

/** `value` stays behind; `given` is what the outcome carries. */
function put(operation: Keyed, value: Value, rule: Rule, given: Value | undefined): Evaluation {
  if (!fits(operation.key, limits.storeKeyBytes)) {
    return failed("TOO_LARGE", operation, `, whose key has more than ${limits.storeKeyBytes} bytes`);
  }
  if (!fits(value, limits.storeValueBytes)) {
    return failed("TOO_LARGE", operation, `, whose value has more than ${limits.storeValueBytes} bytes`);
  }
  const { expiresAtMs, expiresAfterMs } = rule;
  return {
    kind: "done",
    change: { kind: "put", key: operation.key, value, expiresAtMs, expiresAfterMs },
    value: given,
  };
}

function holds(condition: Condition | undefined, before: Entry | undefined): boolean {
  switch (condition?.kind) {
    case undefined:
      return true;
    case "absent":
      return before === undefined;
    case "present":
      return before !== undefined;
    case "equals":
      return before !== undefined && equal(before.value, condition.value);
    case "revision":
      return (before?.revision ?? 0) === condition.revision;
  }
}

/** `undefined`: no time, or no length of one. */
function ruleOf(expiry: Expiry | undefined, wallMs: number): Rule | undefined {
  if (expiry === undefined) return forever;
  if (expiry.kind === "at") {
    return Number.isFinite(expiry.wallMs) ? { expiresAtMs: expiry.wallMs, expiresAfterMs: undefined } : undefined;
  }
  if (!Number.isFinite(expiry.ms) || expiry.ms < 0) return undefined;
  return { expiresAtMs: wallMs + expiry.ms, expiresAfterMs: expiry.ms };
}

/** What a change of its value makes of an entry's rule: `after` counts anew. */
function renewed(before: Entry | undefined, wallMs: number): Rule {
  if (before === undefined) return forever;
  const { expiresAfterMs } = before;
  return expiresAfterMs === undefined ? before : { expiresAtMs: wallMs + expiresAfterMs, expiresAfterMs };
}

function failed(code: FailureCode, operation: Keyed, more = ""): Evaluation {
  return { kind: "failed", code, what: `${operation.kind} of ${named(operation.key)}${more}` };
}

/** What there is where a condition does not hold. */
function found(condition: Condition | undefined, before: Entry | undefined): string {
  if (before === undefined) return ", which is not there";
  if (condition?.kind === "absent") return ", which is there already";
  return condition?.kind === "equals" ? ", which has another value" : `, which is of revision ${before.revision}`;
}

function typed(before: Entry | undefined): string {
  return before === undefined ? "" : `, which is ${aTypeOf(before.value)}`;
}

function aTypeOf(value: Value): string {
  const type = typeOf(value);
  if (type === "none") return type;
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

const nameCharacters = 80;

/** The key for people, short. */
export function named(key: Value): string {
  if (typeof key === "string" && key.length > nameCharacters)
    return formatValue(key.slice(0, nameCharacters).toWellFormed());
  if (sizeOf(key) > nameCharacters) return `a key that is ${aTypeOf(key)}`;
  return formatValue(key);
}
