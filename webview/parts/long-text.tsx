/** A text from the cluster that may be very long: its beginning first, more when asked, never so much that it blocks. */
import { useState } from "preact/hooks";
import { groupDigits } from "./number-text.ts";

/** What one click adds at most: more would take the browser too long to lay out. */
const stepChars = 100_000;

interface LongTextProps {
  readonly text: string;
  /** Its whole length, when `text` itself was cut. */
  readonly length?: number;
  readonly startChars?: number;
}

export function LongText({ text, length = text.length, startChars = 300 }: LongTextProps) {
  const [shownChars, setShownChars] = useState(startChars);
  const isLong = text.length > startChars;
  const isWhole = shownChars >= text.length;
  const restChars = text.length - shownChars;
  return (
    <>
      <span class="long-text">{isWhole ? text : text.slice(0, shownChars)}</span>
      {!isWhole && <span class="cut">…</span>}
      {isWhole && length > text.length && (
        <span class="cut">… {groupDigits(length - text.length)} more characters never entered this panel</span>
      )}
      {isLong && (
        <button
          type="button"
          class="link-button"
          onClick={() => setShownChars(isWhole ? startChars : shownChars + stepChars)}
        >
          {isWhole
            ? "Show less"
            : restChars <= stepChars
              ? `Show all ${groupDigits(text.length)} characters`
              : `Show ${groupDigits(stepChars)} more of ${groupDigits(text.length)} characters`}
        </button>
      )}
    </>
  );
}
