/** The arguments of an event, as a person types them: values in their text form, comma separated. Knows no events. */
import { readValue, SwitchyardError, type Value } from "../library/index.ts";
import type { TextProblem } from "./protocol/events.ts";

export type Arguments = { readonly values: readonly Value[] } | { readonly problem: TextProblem };

/** Reads all of `text`; none when it is blank. */
export function readArguments(text: string): Arguments {
  const values: Value[] = [];
  let at = afterBlanks(text, 0);
  while (at < text.length || values.length > 0) {
    const read = readValue(text, at);
    if ("error" in read) return { problem: { message: read.error, position: Math.min(read.position, text.length) } };
    values.push(read.value);
    at = afterBlanks(text, read.end);
    if (at === text.length) break;
    if (text[at] !== ",") return { problem: { message: 'expected the end or ","', position: at } };
    at++;
  }
  return { values };
}

/** @throws SwitchyardError `BAD_VALUE` with the column, from 1 */
export function parseArguments(text: string): readonly Value[] {
  const read = readArguments(text);
  if ("values" in read) return read.values;
  throw new SwitchyardError("BAD_VALUE", `arguments at ${read.problem.position + 1}: ${read.problem.message}`);
}

function afterBlanks(text: string, start: number): number {
  const found = text.slice(start).search(/\S/);
  return found < 0 ? text.length : start + found;
}
