/** The table and, beside or below it, the detail of a row: two panes with a line between them that can be moved. */
import type { ComponentChildren } from "preact";
import { Splitter } from "../../parts/splitter.tsx";
import { clampShare, maxDetailShare, minDetailShare } from "./layout.ts";

interface PanesProps {
  /** Beside each other, or else one above the other. */
  readonly isWide: boolean;
  readonly isPaused: boolean;
  /** Share of the second pane, in percent. */
  readonly share: number;
  readonly onShare: (share: number) => void;
  readonly detail: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Panes({ isWide, isPaused, share, onShare, detail, children }: PanesProps) {
  const hasDetail = detail !== undefined;
  const tracks = `minmax(0, ${100 - share}fr) auto minmax(0, ${share}fr)`;
  return (
    <div
      class="panes"
      style={{
        gridTemplateColumns: hasDetail && isWide ? tracks : "",
        gridTemplateRows: hasDetail && !isWide ? tracks : "",
      }}
    >
      <div class={isPaused ? "table-pane is-paused" : "table-pane"}>{children}</div>
      {hasDetail && (
        <Splitter
          label="Size of the detail"
          orientation={isWide ? "vertical" : "horizontal"}
          share={share}
          min={minDetailShare}
          max={maxDetailShare}
          onChange={(changed) => onShare(clampShare(changed))}
        />
      )}
      {detail}
    </div>
  );
}
