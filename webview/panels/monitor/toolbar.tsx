/** The line above the table: pause, clear, search, what is shown, and how. */
import type { Ref } from "preact";
import type { Counters, Losses, Search } from "../../../server/protocol/monitor.ts";
import { Icon, IconButton } from "../../parts/icon.tsx";
import { MenuButton, type MenuItem } from "../../parts/menu.tsx";
import { groupDigits } from "../../parts/number-text.ts";
import { columnLabels, moveColumn, toggleColumn } from "./columns.ts";
import type { Layout } from "./layout.ts";
import { lossTotals } from "./loss-lines.ts";
import { SearchBox } from "./search-box.tsx";
import { timeModes } from "./times.ts";

interface ToolbarProps {
  readonly searchRef: Ref<HTMLInputElement>;
  readonly layout: Layout;
  readonly arrange: (change: Partial<Layout>) => void;
  readonly counters: Counters;
  readonly losses: Losses;
  readonly searchProblem: string | undefined;
  readonly isPaused: boolean;
  readonly onSearch: (search: Search) => void;
  readonly onSearchDone: () => void;
  readonly onPause: () => void;
  readonly onClear: () => void;
  readonly onHelp: () => void;
}

export function Toolbar(props: ToolbarProps) {
  const { layout, arrange, counters, losses, isPaused } = props;
  return (
    <header class="toolbar">
      <button
        type="button"
        class={isPaused ? "pause-button is-paused" : "pause-button"}
        aria-keyshortcuts="Space"
        title={isPaused ? "Show what arrives again (Space)" : "Hold the picture; rows are still collected (Space)"}
        onClick={props.onPause}
      >
        <Icon name={isPaused ? "debug-continue" : "debug-pause"} />
        <span>{isPaused ? "Resume" : "Pause"}</span>
      </button>
      <IconButton icon="clear-all" label="Clear the rows collected so far" onClick={props.onClear} />
      <SearchBox
        inputRef={props.searchRef}
        search={layout.search}
        problem={props.searchProblem}
        onChange={props.onSearch}
        onDone={props.onSearchDone}
      />
      <p class="match-count">
        shown <b>{groupDigits(counters.shown)}</b> of <b>{groupDigits(counters.received)}</b> received
      </p>
      {counters.dropped > 0 && (
        <p class="loss-count" title={lossTotals(losses)}>
          <Icon name="warning" />
          <b data-lost={counters.dropped}>{groupDigits(counters.dropped)}</b> lost
        </p>
      )}
      <span class="toolbar-end">
        <MenuButton icon="clock" label="Time" items={timeItems(layout, arrange)} />
        <MenuButton
          icon="layout"
          label="Columns and order"
          items={columnItems(layout, arrange)}
          hint="Alt+↑ and Alt+↓ move a column"
        />
        <IconButton icon="question" label="Keys and counters" keys="?" onClick={props.onHelp} />
      </span>
    </header>
  );
}

function timeItems(layout: Layout, arrange: ToolbarProps["arrange"]): readonly MenuItem[] {
  return timeModes.map(({ mode, label }) => ({
    key: mode,
    label,
    kind: "radio",
    isOn: layout.timeMode === mode,
    choose: () => arrange({ timeMode: mode }),
  }));
}

function columnItems(layout: Layout, arrange: ToolbarProps["arrange"]): readonly MenuItem[] {
  const { columns, order } = layout;
  const items: MenuItem[] = columns.map(({ id, isHidden }) => ({
    key: id,
    label: columnLabels[id],
    kind: "check",
    isOn: !isHidden,
    choose: () => arrange({ columns: toggleColumn(columns, id) }),
    move: (step) => arrange({ columns: moveColumn(columns, id, step) }),
  }));
  items.push({
    key: "newestFirst",
    label: "Newest first",
    kind: "check",
    isOn: order === "newestFirst",
    isFirstOfGroup: true,
    choose: () => arrange({ order: order === "newestFirst" ? "newestLast" : "newestFirst" }),
  });
  return items;
}
