/** What is wrong in the arguments, with the place: the text around it, and a mark below the column. */
import type { TextProblem } from "../../../server/protocol/events.ts";

/** Characters shown before and after the place. */
const aroundChars = 24;

export interface ProblemView {
  readonly before: string;
  readonly at: string;
  readonly after: string;
  /** Counted from 1, in its line. */
  readonly line: number;
  readonly column: number;
}

/** The line around the place, cut to what fits. */
export function problemView(text: string, position: number): ProblemView {
  const place = Math.max(0, Math.min(position, text.length));
  const lineStart = text.lastIndexOf("\n", place - 1) + 1;
  const nextBreak = text.indexOf("\n", place);
  const lineEnd = nextBreak < 0 ? text.length : nextBreak;
  const from = Math.max(lineStart, place - aroundChars);
  const to = Math.min(lineEnd, place + 1 + aroundChars);
  return {
    before: (from > lineStart ? "…" : "") + text.slice(from, place),
    at: text.slice(place, Math.min(place + 1, lineEnd)) || " ",
    after: text.slice(Math.min(place + 1, lineEnd), to) + (to < lineEnd ? "…" : ""),
    line: text.slice(0, place).split("\n").length,
    column: place - lineStart + 1,
  };
}

export function ArgumentProblem({ text, problem }: { text: string; problem: TextProblem }) {
  const { before, at, after, line, column } = problemView(text, problem.position);
  const isOneLine = !text.includes("\n");
  return (
    <div class="input-problem argument-problem" id="arguments-problem" role="alert">
      <p>
        {isOneLine ? `Column ${column}` : `Line ${line}, column ${column}`}: {problem.message}
      </p>
      <p class="problem-place" aria-hidden="true">
        {before}
        <mark>{at}</mark>
        {after}
      </p>
    </div>
  );
}
