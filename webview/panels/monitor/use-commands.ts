/** What a person can do in a monitor, by keys and by buttons alike. */
import { useRef } from "preact/hooks";
import { clearMonitor, type MonitorId } from "../../../server/protocol/monitor.ts";
import type { Host } from "../../host.ts";
import type { KeyCommands } from "./use-keys.ts";
import type { Arrangement } from "./use-layout.ts";
import type { Monitor } from "./use-monitor.ts";

interface Surroundings {
  readonly host: Host;
  readonly monitor: MonitorId;
  readonly parts: Monitor;
  readonly arrangement: Arrangement;
  readonly pause: () => void;
  readonly help: () => void;
}

export interface Commands extends KeyCommands {
  readonly clear: () => void;
  readonly clearSearch: () => void;
  readonly toTable: () => void;
  /** Selects a row and shows it in full. */
  readonly openAt: (place: number) => void;
}

export function useCommands({ host, monitor, parts, arrangement, pause, help }: Surroundings) {
  const grid = useRef<HTMLDivElement>(null);
  const searchInput = useRef<HTMLInputElement>(null);
  const { feed, table, redraw } = parts;
  const { layout, arrange, keep } = arrangement;
  const change = (act: () => void) => {
    act();
    redraw();
  };
  const toTable = () => grid.current?.focus();
  const clearSearch = () => {
    arrange({ search: { ...layout.search, text: "" } });
    searchInput.current?.focus();
  };
  const commands: Commands = {
    down: () => change(() => table.moveSelection(1)),
    up: () => change(() => table.moveSelection(-1)),
    pageDown: () => change(() => table.moveSelection(table.pageRows)),
    pageUp: () => change(() => table.moveSelection(-table.pageRows)),
    oldest: () => change(() => table.selectOldest()),
    newest: () => {
      change(() => table.jump());
      toTable();
    },
    open: () => {
      if (table.selection === undefined) change(() => table.selectNewest());
      keep({ isDetailOpen: true });
    },
    openAt: (place) => {
      change(() => table.select(place));
      keep({ isDetailOpen: true });
    },
    leave: () => {
      const isInSearch = document.activeElement === searchInput.current;
      if (layout.own.isDetailOpen) keep({ isDetailOpen: false });
      else if (isInSearch && layout.search.text !== "") return clearSearch();
      else change(() => table.unselect());
      toTable();
    },
    clear: () => {
      change(() => table.unselect());
      keep({ isDetailOpen: false });
      const refresh = () => feed.refresh(); // The next page tells what became of the monitor.
      host.request(clearMonitor, { monitor }).then(refresh, refresh);
    },
    clearSearch,
    search: () => searchInput.current?.select(),
    pause,
    help,
    toTable,
  };
  return { commands, grid, searchInput };
}
