/** Messages of stores with a few mistakes in them, by chance: values and JSON text, that still look like some. */
import type { Chance } from "../wire/chance.ts";
import { spoiled } from "../wire/chance.ts";

const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "polluted"];
const numbers = [-1, 0, 0.5, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e308];
const numbersThatAreNone = [Number.NaN, Number.POSITIVE_INFINITY, -0];
/** Longer than an operation's or a batch's columns ever are. */
const long = 2_000;

/** The value, or another one in the place of a piece of it. */
export function spoiledValue(value: unknown, chance: Chance): unknown {
  let result = value;
  for (let left = 1 + chance.below(3); left > 0; left--) result = spoiledOnce(result, chance, false);
  // Arguments of an event are always a vector.
  return Array.isArray(result) ? result : [result];
}

/** Text of JSON with a mistake in what it means, or in its characters. */
export function spoiledText(text: string, chance: Chance): unknown {
  if (chance.below(3) === 0) {
    const bytes = spoiled(new TextEncoder().encode(text), chance);
    return new TextDecoder().decode(bytes);
  }
  if (chance.below(50) === 0) return chance.oneOf<unknown>([undefined, null, 7, "", "null", "[]", "[".repeat(100_000)]);
  const json: unknown = JSON.parse(text);
  const told = JSON.stringify(spoiledOnce(json, chance, true));
  const name = chance.oneOf(names);
  // Put in as text: of an object that is written out, `__proto__` would be no name.
  return told.startsWith("{") && chance.below(2) === 0
    ? told.replace("{", `{"${name}":{"polluted":1,"kind":"fence"},`)
    : told;
}

function spoiledOnce(value: unknown, chance: Chance, isJson: boolean): unknown {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (keys.length === 0 || chance.below(4) === 0) return chance.below(6) === 0 ? value : piece(value, chance, isJson);
  const key = chance.oneOf(keys);
  if (!Array.isArray(value)) {
    const { [key]: old, ...rest } = value as Record<string, unknown>;
    return chance.below(5) === 0 ? rest : { ...rest, [key]: spoiledOnce(old, chance, isJson) };
  }
  const at = Number(key);
  const result: unknown[] = [...(value as unknown[])];
  const how = chance.below(6);
  if (how === 0) result.splice(at, 1);
  else if (how === 1) result.splice(at, 0, result[at]);
  else if (how === 2) result.length = at;
  else result[at] = spoiledOnce(result[at], chance, isJson);
  return result;
}

function piece(value: unknown, chance: Chance, isJson: boolean): unknown {
  const number = chance.oneOf(isJson ? numbers : [...numbers, ...numbersThatAreNone]);
  return chance.oneOf<unknown>([
    ...[null, true, false, "", number, number, number, chance.oneOf(names), [], [value], [[number]]],
    ...["d".repeat(long), Array.from({ length: long }, () => number), [value, value, value]],
    ...(isJson ? [{}, { epoch: number, revision: number }] : [5n, 2n ** 64n - 1n, new Uint8Array(3)]),
  ]);
}

/** All numbers in a piece of data, at any depth. */
export function allNumbers(data: unknown): readonly number[] {
  if (typeof data === "number") return [data];
  return typeof data === "object" && data !== null ? Object.values(data).flatMap(allNumbers) : [];
}
