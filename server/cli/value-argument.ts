/** A value as an argument of a command: what it is, or what to write instead. */
import { readValue, SwitchyardError, type Value } from "../../library/index.ts";

/**
 * Reads the arguments of a call; `what` names one of them in a message.
 * @throws SwitchyardError `BAD_VALUE`, which says which argument, where in it, and how to quote a string
 */
export function readValueArguments(texts: readonly string[], what = "argument"): readonly Value[] {
  return texts.map((text, at) => readValueArgument(text, `${what} ${at + 1}`));
}

/** Reads one. @throws SwitchyardError `BAD_VALUE` */
export function readValueArgument(text: string, what: string): Value {
  const read = readValue(text, 0);
  if ("value" in read && read.end === text.length) return read.value;
  const fault =
    "value" in read ? `column ${read.end + 1}: expected the end` : `column ${read.position + 1}: ${read.error}`;
  const hint = text.startsWith('"') ? "" : `; a string takes quotes of its own: '${JSON.stringify(text)}'`;
  throw new SwitchyardError("BAD_VALUE", `${what}, ${text}, ${fault}${hint}`);
}
