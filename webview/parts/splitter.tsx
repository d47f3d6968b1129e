/** The line between two panes: drag it, or focus it and use the arrow keys. It knows shares in percent, not pixels. */
import { useRef } from "preact/hooks";

interface SplitterProps {
  readonly label: string;
  /** The direction of the line itself. */
  readonly orientation: "vertical" | "horizontal";
  /** Share of the pane after the line, in percent. */
  readonly share: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (share: number) => void;
}

export function Splitter({ label, orientation, share, min, max, onChange }: SplitterProps) {
  const line = useRef<HTMLDivElement>(null);
  const isVertical = orientation === "vertical";

  const drag = (event: PointerEvent) => {
    const box = line.current?.parentElement?.getBoundingClientRect();
    if (box === undefined || line.current?.hasPointerCapture(event.pointerId) !== true) return;
    onChange(
      isVertical ? (100 * (box.right - event.clientX)) / box.width : (100 * (box.bottom - event.clientY)) / box.height,
    );
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const larger = isVertical ? "ArrowLeft" : "ArrowUp";
    const smaller = isVertical ? "ArrowRight" : "ArrowDown";
    if (event.key === larger) onChange(share + 2);
    else if (event.key === smaller) onChange(share - 2);
    else if (event.key === "Home") onChange(min);
    else if (event.key === "End") onChange(max);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved, a focusable separator can
    <div
      ref={line}
      class={`splitter splitter-${orientation}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(share)}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus();
      }}
      onPointerMove={drag}
      onKeyDown={onKeyDown}
    />
  );
}
