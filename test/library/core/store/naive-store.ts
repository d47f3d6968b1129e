/**
 * A store as plainly as can be: one list of entries, each operation done by the letter; the twin that tests compare with.
 *
 * Invariant: shares no code with the real one but values and their equality.
 */
import type { Change, Condition, Entry, Expiry, Operation, Outcome } from "../../../../library/core/store/change.ts";
import {
  Count,
  count,
  equal,
  Interval,
  set,
  Time,
  table,
  typeOf,
  type Value,
} from "../../../../library/core/values/index.ts";

export interface NaiveEntry extends Entry {
  /** When it goes, on the monotonic clock; of those `after` a while. */
  readonly dueMs: number | undefined;
  /** It was due once: the wall clock may go back, but it does not come back. */
  wasDue: boolean;
}

export class NaiveStore {
  entries: NaiveEntry[] = [];
  revision = 0;
  aheadMs: number;
  nowMs: number;

  constructor(nowMs: number, wallMs: number) {
    this.nowMs = nowMs;
    this.aheadMs = wallMs - nowMs;
  }

  get wallMs(): number {
    return this.nowMs + this.aheadMs;
  }

  observe(nowMs: number, wallMs: number): void {
    this.nowMs = nowMs;
    if (wallMs - nowMs < this.aheadMs) for (const entry of this.entries) entry.wasDue ||= this.isDue(entry);
    this.aheadMs = wallMs - nowMs;
  }

  isDue({ wasDue, dueMs, expiresAtMs, expiresAfterMs }: NaiveEntry): boolean {
    if (wasDue) return true;
    if (expiresAfterMs !== undefined) return dueMs! <= this.nowMs;
    return expiresAtMs !== undefined && expiresAtMs <= this.wallMs;
  }

  get visible(): readonly NaiveEntry[] {
    return this.entries.filter((entry) => !this.isDue(entry));
  }

  find(key: Value): NaiveEntry | undefined {
    return this.visible.find((entry) => equal(entry.key, key));
  }

  /** What is left of a while, after a restart. */
  restart(nowMs: number, wallMs: number): void {
    this.nowMs = nowMs;
    this.aheadMs = wallMs - nowMs;
    this.entries = this.entries.map((entry) => ({
      ...entry,
      wasDue: false,
      dueMs:
        entry.expiresAfterMs === undefined
          ? undefined
          : nowMs + Math.min(entry.expiresAfterMs, entry.expiresAtMs! - wallMs),
    }));
  }

  /** All that is due, as changes, in no particular order. */
  expire(): readonly Change[] {
    const due = this.entries.filter((entry) => this.isDue(entry));
    this.entries = this.visible.slice();
    this.revision += due.length;
    return due.map(({ key }) => ({ kind: "remove", key, isExpired: true }));
  }

  /** The outcome, and the change if there is one. */
  run(operation: Operation): { readonly outcome: Outcome; readonly change: Change | undefined } {
    if (operation.kind === "clear") {
      this.entries = [];
      this.revision += 1;
      return { outcome: this.#done(undefined), change: { kind: "clear" } };
    }
    const there = this.find(operation.key);
    const result = resultOf(operation, there);
    if (typeof result === "string") {
      return { outcome: { kind: "failed", revision: this.revision, code: result, what: "" }, change: undefined };
    }
    if (result === nothingToDo) return { outcome: this.#done(undefined), change: undefined };
    if (result.after === undefined) {
      this.#forget(operation.key);
      this.revision += 1;
      const change = { kind: "remove", key: operation.key, isExpired: false } as const;
      return { outcome: this.#done(result.gives), change };
    }
    this.revision += 1;
    const change = {
      kind: "put",
      key: operation.key,
      value: result.after,
      ...this.#rule(result.expiry, there),
    } as const;
    this.#put({ ...change, revision: this.revision });
    return { outcome: this.#done(result.gives), change };
  }

  #done(value: Value | undefined): Outcome {
    return { kind: "done", revision: this.revision, value };
  }

  #rule(
    expiry: Expiry | "keep" | undefined,
    there: NaiveEntry | undefined,
  ): Pick<Entry, "expiresAtMs" | "expiresAfterMs"> {
    if (expiry === undefined) return { expiresAtMs: undefined, expiresAfterMs: undefined };
    if (expiry !== "keep") {
      return expiry.kind === "at"
        ? { expiresAtMs: expiry.wallMs, expiresAfterMs: undefined }
        : { expiresAtMs: this.wallMs + expiry.ms, expiresAfterMs: expiry.ms };
    }
    const expiresAfterMs = there?.expiresAfterMs;
    return {
      expiresAtMs: expiresAfterMs === undefined ? there?.expiresAtMs : this.wallMs + expiresAfterMs,
      expiresAfterMs,
    };
  }

  #put({ key, value, revision, expiresAtMs, expiresAfterMs }: Entry): void {
    this.#forget(key);
    const dueMs = expiresAfterMs === undefined ? undefined : this.nowMs + expiresAfterMs;
    this.entries.push({ key, value, revision, expiresAtMs, expiresAfterMs, dueMs, wasDue: false });
  }

  #forget(key: Value): void {
    this.entries = this.entries.filter((entry) => !equal(entry.key, key));
  }
}

interface Result {
  readonly after: Value | undefined;
  readonly expiry: Expiry | "keep" | undefined;
  readonly gives: Value | undefined;
}

const nothingToDo: Result = { after: undefined, expiry: "keep", gives: undefined };

type Refusal = "CONFLICT" | "TYPE" | "RANGE";

function resultOf(operation: Exclude<Operation, { kind: "clear" }>, there: NaiveEntry | undefined): Result | Refusal {
  switch (operation.kind) {
    case "insert":
      if (!holds(operation.condition, there)) return "CONFLICT";
      return { after: operation.value, expiry: operation.expiry, gives: undefined };
    case "remove":
      if (!holds(operation.condition, there)) return "CONFLICT";
      return there === undefined ? nothingToDo : { after: undefined, expiry: "keep", gives: there.value };
    case "increment":
      return kept(sum(there?.value, operation.by, 1n));
    case "decrement":
      return kept(sum(there?.value, operation.by, -1n));
    case "add":
      return added(there?.value, operation.element, operation.value);
    case "take":
      return there === undefined ? nothingToDo : taken(there.value, operation.element);
    case "expire":
      if (there === undefined || (operation.expiry === undefined && there.expiresAtMs === undefined)) {
        return nothingToDo;
      }
      return { after: there.value, expiry: operation.expiry, gives: undefined };
  }
}

function kept(sum: { readonly exact: Value } | Refusal): Result | Refusal {
  return typeof sum === "string" ? sum : { after: sum.exact, expiry: "keep", gives: sum.exact };
}

function holds(condition: Condition | undefined, there: NaiveEntry | undefined): boolean {
  if (condition === undefined) return true;
  if (condition.kind === "absent") return there === undefined;
  if (condition.kind === "present") return there !== undefined;
  if (condition.kind === "revision") return condition.revision === (there === undefined ? 0 : there.revision);
  return there !== undefined && equal(there.value, condition.value);
}

/** In whole numbers without bounds, then held against those of the type. */
function sum(there: Value | undefined, by: Value, sign: bigint): { readonly exact: Value } | Refusal {
  const type = typeOf(by);
  if (type === "double") {
    if (there !== undefined && typeof there !== "number") return "TYPE";
    return { exact: (there ?? 0) + Number(sign) * (by as number) };
  }
  if (type !== "int" && type !== "count" && type !== "interval") return "TYPE";
  const onto = there === undefined ? type : typeOf(there);
  if (onto !== type && !(onto === "time" && type === "interval")) return "TYPE";
  const exact = (there === undefined ? 0n : wholeOf(there)) + sign * wholeOf(by);
  const [least, most] = onto === "count" ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
  if (exact < least || exact > most) return "RANGE";
  if (onto === "int") return { exact };
  if (onto === "count") return { exact: count(exact) };
  return { exact: onto === "time" ? new Time(exact) : new Interval(exact) };
}

function wholeOf(value: Value): bigint {
  return value instanceof Count
    ? value.value
    : value instanceof Time || value instanceof Interval
      ? value.nanoseconds
      : (value as bigint);
}

function added(there: Value | undefined, element: Value, value: Value | undefined): Result | Refusal {
  const type = there === undefined ? (value === undefined ? "set" : "table") : typeOf(there);
  if (type === "vector" && value === undefined) return put([...(there as Value[]), element]);
  if (type === "set" && value === undefined) {
    const elements = there === undefined ? [] : [...(there as Iterable<Value>)];
    if (elements.some((other) => equal(other, element))) return nothingToDo;
    return put(set([...elements, element]));
  }
  if (type !== "table" || value === undefined) return "TYPE";
  const entries = there === undefined ? [] : [...(there as Iterable<readonly [Value, Value]>)];
  return put(table([...entries.filter(([key]) => !equal(key, element)), [element, value]]));
}

function taken(there: Value, element: Value | undefined): Result | Refusal {
  const type = typeOf(there);
  if (type === "vector" && element === undefined) {
    const elements = there as readonly Value[];
    return elements.length === 0 ? nothingToDo : put(elements.slice(0, -1), elements.at(-1));
  }
  if (element === undefined) return "TYPE";
  if (type === "set") {
    const elements = [...(there as Iterable<Value>)];
    const rest = elements.filter((other) => !equal(other, element));
    return rest.length === elements.length ? nothingToDo : put(set(rest), element);
  }
  if (type !== "table") return "TYPE";
  const entries = [...(there as Iterable<readonly [Value, Value]>)];
  const found = entries.find(([key]) => equal(key, element));
  return found === undefined ? nothingToDo : put(table(entries.filter((entry) => entry !== found)), found[1]);
}

function put(after: Value, gives?: Value): Result {
  return { after, expiry: "keep", gives };
}
