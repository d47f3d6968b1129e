/** Colours for terminals, and only there; and text from the cluster made harmless to print. */

export interface Style {
  dim(text: string): string;
  bold(text: string): string;
  topic(text: string): string;
  warning(text: string): string;
}

const plain: Style = {
  dim: (text) => text,
  bold: (text) => text,
  topic: (text) => text,
  warning: (text) => text,
};

const coloured: Style = {
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  topic: (text) => `\u001b[36m${text}\u001b[39m`,
  warning: (text) => `\u001b[33m${text}\u001b[39m`,
};

/** Colours where a person looks, unless `NO_COLOR` asks for none (no-color.org); `FORCE_COLOR` asks for them anywhere. */
export function styleFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Style {
  if (env["NO_COLOR"]) return plain;
  return isTerminal || env["FORCE_COLOR"] ? coloured : plain;
}

/**
 * What does something to a terminal, or is there and cannot be seen: control characters, those that turn the direction of
 * text, separators of lines, and what has no width. Emoji and scripts need joiners and variation selectors: they stay.
 */
const hostile = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\u00ad\u200b\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/gu;

/** Text from elsewhere on one line of its own: what would move a cursor or turn the writing is shown as `\u001b`. */
export function printable(text: string): string {
  return text.replace(hostile, escaped);
}

/** JSON that says the same and does nothing to a terminal. */
export function harmlessJson(value: unknown): string {
  return printable(JSON.stringify(value));
}

/** In UTF-16 units, as JSON has it. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** At most `width` characters, the last of them an ellipsis where some are missing. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** `1 234 567`: digits in groups, for people. */
export function inGroups(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, word: string, words = `${word}s`): string {
  return `${inGroups(count)} ${count === 1 ? word : words}`;
}
