/** The counters at the foot of the monitor. */
import type { Counters } from "../../../server/protocol/monitor.ts";
import { Icon } from "../../parts/icon.tsx";
import { groupDigits } from "../../parts/number-text.ts";
import { counterTexts } from "./counter-texts.ts";

export function CounterBar({ counters }: { counters: Counters }) {
  return (
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
  );
}
