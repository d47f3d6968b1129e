/**
 * Reads one literal that is neither quoted nor a container, such as `42`, `10.0.0.0/8` or `5 min`.
 *
 * Invariant: literals that begin alike are told apart by trying the longer one first; each is read in linear time.
 */
import { parseAddress } from "./address.ts";
import { Enum, isEnumName } from "./enum.ts";
import { intervalPattern, parseInterval } from "./interval.ts";
import { parseCount, parseInt64 } from "./numbers.ts";
import { parsePort } from "./port.ts";
import { parseSubnet } from "./subnet.ts";
import { parseTime, timePattern } from "./time.ts";
import type { Value } from "./types.ts";

/** What was read, and the index behind it; or what was expected, and at which index. Both count UTF-16 units from 0. */
export type Read =
  | { readonly value: Value; readonly end: number }
  | { readonly error: string; readonly position: number };

/** One kind of literal: how it looks, and what it means, `undefined` where it only looks like one. */
interface Form {
  readonly pattern: RegExp;
  readonly parse: (text: string) => Value | undefined;
  /** What to write, for whoever wrote something that only looks like it. */
  readonly expected: string;
}

function form(pattern: RegExp, parse: (text: string) => Value | undefined, expected: string): Form {
  return { pattern: new RegExp(pattern, "y"), parse, expected: `expected ${expected}` };
}

const v6 = form(
  /\[?[0-9a-fA-F]*:[0-9a-fA-F:.]*\]?(?:\/\d+)?/,
  parseLocated,
  "an address such as [2001:db8::1] or a subnet such as [2001:db8::]/32",
);

const forms: readonly Form[] = [
  form(timePattern, parseTime, "a time such as 2018-03-24T17:15:20.600843Z, within 1677-09-21 to 2262-04-11"),
  form(/[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*(?![\w:.])/, parseWord, "a name of at most 1024 characters"),
  form(intervalPattern, parseInterval, "an interval exact to 0.001 usecs, of at most 292 years"),
  v6,
  form(/\d+(?:\.\d+){2,}(?:\/\d+)?/, parseLocated, "an address such as 10.0.0.1 or a subnet such as 10.0.0.0/8"),
  form(/\d+\/\w*/, parsePort, "a port such as 80/tcp: 0 to 65535, and tcp, udp, icmp or unknown"),
  form(/[+-]?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/, parseDouble, "a double below 1.8e308, or inf"),
  form(/[+-]inf/, (text) => (text === "-inf" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY), ""),
  form(/[+-]\d+/, parseInt64, "an int of 64 bits"),
  form(/\d+/, parseCount, "a count of 64 bits"),
  form(/-(?![>\w.])/, () => null, ""),
];

export function readLiteral(text: string, start: number): Read {
  for (const each of forms) {
    const read = tryForm(each, text, start);
    if (read !== undefined) return read;
  }
  return { error: 'expected a value such as 42, "text" or 10.0.0.1', position: start };
}

/** Reads `[2001:db8::1]` or `[2001:db8::]/32`; `undefined` when what begins at `start` is a vector. */
export function readBracketed(text: string, start: number): Read | undefined {
  return bracketed(text, start) ? tryForm(v6, text, start) : undefined;
}

const bracketedPattern = /\[[0-9a-fA-F]*:[0-9a-fA-F:.]*\]/y;

function bracketed(text: string, start: number): boolean {
  bracketedPattern.lastIndex = start;
  return bracketedPattern.test(text);
}

function tryForm({ pattern, parse, expected }: Form, text: string, start: number): Read | undefined {
  pattern.lastIndex = start;
  const literal = pattern.exec(text)?.[0];
  if (literal === undefined) return undefined;
  const value = parse(literal);
  if (value === undefined) return { error: expected, position: start };
  const end = start + literal.length;
  return /[\w.:/+]/.test(text.charAt(end)) ? { error: "expected the end of the value", position: end } : { value, end };
}

const words: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["T", true],
  ["F", false],
  ["inf", Number.POSITIVE_INFINITY],
  ["nan", Number.NaN],
]);

function parseWord(word: string): Value | undefined {
  return words.get(word) ?? (isEnumName(word) ? new Enum(word) : undefined);
}

function parseLocated(text: string): Value | undefined {
  if (text.includes("/")) return parseSubnet(text);
  return text.startsWith("[") ? parseAddress(text.slice(1, -1)) : parseAddress(text);
}

/** A number too large for a double would silently become infinite; whoever wants that writes `inf`. */
function parseDouble(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
