/** What was raised from this form: a click fills the form with it again. */

import { counted } from "../../parts/number-text.ts";
import type { Raised } from "./raised.ts";

interface HistoryProps {
  readonly history: readonly Raised[];
  readonly onRefill: (raised: Raised) => void;
}

export function History({ history, onRefill }: HistoryProps) {
  if (history.length === 0) return null;
  return (
    <section class="history" aria-labelledby="history-title">
      <h2 id="history-title">Raised from here</h2>
      <ul>
        {history.map((raised) => (
          <li key={raised.timeMs}>
            <button type="button" class="history-line" title="Fill the form with this" onClick={() => onRefill(raised)}>
              <span class="quiet">{new Date(raised.timeMs).toLocaleTimeString()}</span>
              <span class="history-topic">{raised.topic}</span>
              <span class="history-event code">
                {raised.name}({raised.args})
              </span>
              <span class="quiet">{counted(raised.peers, "peer")}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
