/** Says a changing text to screen readers: politely, and at most once in five seconds. */
import { useEffect, useRef, useState } from "preact/hooks";

const gapMs = 5_000;

export function Announcer({ text }: { text: string }) {
  const [said, setSaid] = useState("");
  const newest = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  newest.current = text;

  // The timer only runs while there is something new to say.
  useEffect(() => {
    if (text === said || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setSaid(newest.current);
    }, gapMs);
  }, [text, said]);
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
