/** Patterns as a person types several of them: separated by spaces or commas. */
import { l10n } from "vscode";

const maxBytes = 1_024;
const maxStars = 8;

export function readPatterns(typed: string): readonly string[] {
  return [...new Set(typed.split(/[\s,]+/).filter((pattern) => pattern !== ""))];
}

/** What is wrong with them, in one sentence; `undefined` when nothing is. */
export function patternProblem(typed: string): string | undefined {
  const patterns = readPatterns(typed);
  if (patterns.length === 0) return l10n.t("Type at least one topic or pattern");
  const long = patterns.find((pattern) => new TextEncoder().encode(pattern).length > maxBytes);
  if (long !== undefined) return l10n.t("{0}… is longer than {1} bytes", long.slice(0, 20), maxBytes);
  const starry = patterns.find((pattern) => pattern.split("*").length - 1 > maxStars);
  return starry === undefined ? undefined : l10n.t("{0} has more than {1} *", starry, maxStars);
}
