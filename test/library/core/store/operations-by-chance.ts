/** Operations by chance on few keys, so that they meet; with the numbers at the edges of their types among them. */
import type { Condition, Expiry, Operation } from "../../../../library/core/store/change.ts";
import { count, Interval, set, Time, table, type Value, vector } from "../../../../library/core/values/index.ts";
import type { SeededChance } from "../../../simulator/chance.ts";

const keys: readonly Value[] = ["a", "b", "", 7n, count(7), set(["x", "y"]), vector([1n, null])];
const amounts: readonly Value[] = [
  ...[1n, -1n, 5n, 2n ** 62n, -(2n ** 62n), -(2n ** 63n), 2n ** 63n - 1n],
  ...[0, 1, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n].map((number) => count(number)),
  ...[0.5, -0, Number.NaN, 1e300],
  ...[1n, -1n, 2n ** 62n, -(2n ** 63n)].map((nanoseconds) => new Interval(nanoseconds)),
];
const elements: readonly Value[] = ["x", "y", 1n, null, set(["x"])];
const containers: readonly Value[] = [set([]), set(["x", 1n]), vector(["x"]), vector([]), table([["x", 1n]])];
const values: readonly Value[] = [...amounts, ...containers, ...elements, new Time(5n), true, "text"];

export function operationByChance(chance: SeededChance, wallMs: number): Operation {
  const key = chance.pick(keys);
  switch (chance.integer(0, 13)) {
    case 0:
      return chance.flip(0.1) ? { kind: "clear" } : { kind: "take", key };
    case 1:
    case 2:
    case 3:
      return {
        kind: "insert",
        key,
        value: chance.pick(values),
        expiry: expiry(chance, wallMs),
        condition: condition(chance),
      };
    case 4:
      return { kind: "remove", key, condition: condition(chance) };
    case 5:
    case 6:
    case 7:
      return { kind: "increment", key, by: chance.pick(chance.flip(0.9) ? amounts : values) };
    case 8:
      return { kind: "decrement", key, by: chance.pick(amounts) };
    case 9:
    case 10:
      return {
        kind: "add",
        key,
        element: chance.pick(elements),
        value: chance.flip(0.3) ? chance.pick(values) : undefined,
      };
    case 11:
    case 12:
      return { kind: "take", key, element: chance.flip(0.8) ? chance.pick(elements) : undefined };
    default:
      return { kind: "expire", key, expiry: expiry(chance, wallMs) };
  }
}

function expiry(chance: SeededChance, wallMs: number): Expiry | undefined {
  if (chance.flip(0.6)) return undefined;
  const ms = chance.integer(0, 5_000);
  return chance.flip() ? { kind: "after", ms } : { kind: "at", wallMs: wallMs + ms - 200 };
}

function condition(chance: SeededChance): Condition | undefined {
  if (chance.flip(0.7)) return undefined;
  const kind = chance.pick(["absent", "present", "equals", "revision"] as const);
  if (kind === "equals") return { kind, value: chance.pick(values) };
  return kind === "revision" ? { kind, revision: chance.integer(0, 5) } : { kind };
}
