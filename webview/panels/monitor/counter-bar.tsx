/** The foot of the monitor: its counters, and what it listens to. */
import type { Counters } from "../../../server/protocol/monitor.ts";
import { Icon } from "../../parts/icon.tsx";
import { groupDigits } from "../../parts/number-text.ts";
import { counterTexts } from "./counter-texts.ts";

interface CounterBarProps {
  readonly counters: Counters;
  readonly clusterName: string;
  readonly patterns: readonly string[];
}

export function CounterBar({ counters, clusterName, patterns }: CounterBarProps) {
  const source = `${clusterName} · ${patterns.join(", ")}`;
  return (
    <footer class="counter-bar">
      <dl class="counters" aria-label="Counters">
        {counterTexts(counters).map(({ id, label, count, meaning, isLoss }) => (
          <div key={id} class={isLoss ? "counter counter-loss" : "counter"} title={meaning}>
            <dt>
              {isLoss && <Icon name="warning" />}
              {label}
            </dt>
            <dd data-counter={id} data-count={count}>
              {groupDigits(count)}
            </dd>
          </div>
        ))}
      </dl>
      <p class="source" title={source}>
        {source}
      </p>
    </footer>
  );
}
