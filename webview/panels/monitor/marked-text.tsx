/**
 * A text with what was searched for marked in it.
 *
 * Regular expressions are left alone: the server runs them with a time limit, a panel could not.
 */
import type { ComponentChildren } from "preact";
import type { Search } from "../../../server/protocol/monitor.ts";

const maxMarks = 50;

export function MarkedText({ text, search }: { text: string; search: Search }) {
  if (search.text === "" || search.isRegex) return <>{text}</>;
  return <>{markedParts(text, search)}</>;
}

function markedParts(text: string, { text: sought, matchCase }: Search): ComponentChildren[] {
  const lower = text.toLowerCase();
  // Where lower case has another length, places would not match.
  const isComparable = matchCase || lower.length === text.length;
  if (!isComparable) return [text];
  const [inText, inSought] = matchCase ? [text, sought] : [lower, sought.toLowerCase()];
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (let at = inText.indexOf(inSought); at >= 0 && parts.length < 2 * maxMarks; at = inText.indexOf(inSought, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + inSought.length)}</mark>);
    from = at + inSought.length;
  }
  parts.push(text.slice(from));
  return parts;
}
