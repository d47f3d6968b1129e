/**
 * Whether a row is what somebody looks for: a piece of text, or a regular expression.
 *
 * Topics and names come again and again, so that what was found for them is remembered; a row costs little more than
 * one look at its text. Upper and lower case are made equal while searching and not as rows arrive: that costs 0.1 µs a
 * row here, and would double the memory of every row there. Knows nothing of rings, and nothing of how long it takes.
 */
import { SwitchyardError } from "../../library/index.ts";
import type { Search } from "../protocol/monitor.ts";
import { mostTextCharacters } from "./value-text.ts";

export interface Searchable {
  readonly topic: string;
  readonly name: string;
  readonly text: string;
}

/** Topics and names remembered for one search; then it starts over. Long ones are not worth the memory. */
const mostRemembered = 4096;
const mostRememberedCharacters = 256;

/** @throws SwitchyardError `BAD_ARGUMENT` for a regular expression that is none */
export function matcher(search: Search): (row: Searchable) => boolean {
  const isMatch = search.isRegex ? expression(search) : substring(search);
  const remembered = new Map<string, boolean>();

  const isMatchAgain = (word: string): boolean => {
    const known = remembered.get(word);
    if (known !== undefined) return known;
    const found = isMatch(word);
    if (word.length > mostRememberedCharacters) return found;
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(word, found);
    return found;
  };
  return (row) => isMatchAgain(row.topic) || isMatchAgain(row.name) || isMatch(row.text);
}

function substring({ text, matchCase }: Search): (text: string) => boolean {
  if (matchCase) return (whole) => whole.includes(text);
  const lower = text.toLowerCase();
  return (whole) => whole.toLowerCase().includes(lower);
}

function expression({ text, matchCase }: Search): (text: string) => boolean {
  const compiled = compile(text, matchCase ? "" : "i");
  return (whole) => compiled.test(whole.slice(0, mostTextCharacters));
}

function compile(text: string, flags: string): RegExp {
  try {
    return new RegExp(text, flags);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split(": ").at(-1) : undefined;
    throw new SwitchyardError("BAD_ARGUMENT", `the regular expression is wrong (${why ?? "it does not compile"})`, {
      cause,
    });
  }
}
