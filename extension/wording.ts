/**
 * How numbers, times and texts from a cluster are put into words, everywhere in the extension.
 *
 * Invariant: a text from a cluster is never markup, and nothing in it can hide or reorder what stands around it.
 */
import { l10n } from "vscode";

/** `1 240`: grouped, with a space that does not break. */
export function count(value: number): string {
  return String(Math.trunc(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** `0.4/s`, `12/s`, `1 240/s`: two digits below ten, whole ones above, so that what hardly changes reads the same. */
export function rate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 0.1) return l10n.t("{0}/s", "<0.1");
  return l10n.t(
    "{0}/s",
    perSecond > 0 && perSecond < 9.95 ? trimmed(perSecond.toFixed(1)) : count(Math.round(perSecond)),
  );
}

/** `8 s`, `5 min`, `3 h`, `2 days`: how long something takes or took, in its largest whole unit. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds < 120) return l10n.t("{0} s", seconds);
  if (seconds < 7_200) return l10n.t("{0} min", Math.round(seconds / 60));
  if (seconds < 172_800) return l10n.t("{0} h", Math.round(seconds / 3_600));
  return l10n.t("{0} days", count(Math.round(seconds / 86_400)));
}

/** Control characters, and those that reverse or hide text, as escapes that can be seen. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
}

/** A text as Markdown that shows just this text. */
export function markdown(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]()#+\-.!|<>~&$:@]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function trimmed(digits: string): string {
  return digits.endsWith(".0") ? digits.slice(0, -2) : digits;
}
