/**
 * The Monitor: live events and log lines of some patterns, as a window on the ring in the server.
 *
 * Puts the parts together; what is shown is held by the feed and the table, how it is arranged by the layout.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { clearMonitor, type MonitorInfo, type Search } from "../../../server/protocol/monitor.ts";
import type { Host } from "../../host.ts";
import { Announcer } from "../../parts/announcer.tsx";
import { Icon } from "../../parts/icon.tsx";
import { groupDigits } from "../../parts/number-text.ts";
import { Splitter } from "../../parts/splitter.tsx";
import { useClusterStatus } from "../../parts/use-cluster-status.ts";
import { useElementWidth } from "../../parts/use-element-width.ts";
import { CounterBar } from "./counter-bar.tsx";
import { Detail } from "./detail.tsx";
import { EmptyState } from "./empty-state.tsx";
import { EventTable } from "./event-table.tsx";
import { openGap } from "./gap-lines.ts";
import { HelpDialog } from "./help-dialog.tsx";
import { commandOf, type KeyCommand, type KeyPlace } from "./keys.ts";
import { clampShare, maxDetailShare, minDetailShare } from "./layout.ts";
import { Notices } from "./notices.tsx";
import { Toolbar } from "./toolbar.tsx";
import { useLayout, useMonitor, useNow } from "./use-monitor.ts";

/** After the last key typed into the search. */
const searchDelayMs = 150;
/** Narrower than this, the detail goes below the table. */
const wideFromPx = 700;

export interface MonitorPanelProps {
  readonly host: Host;
  readonly monitor: MonitorInfo;
  readonly clusterName: string;
}

export function MonitorPanel({ host, monitor, clusterName }: MonitorPanelProps) {
  const [layout, arrange] = useLayout(host);
  const { feed, table, redraw } = useMonitor(host, monitor.monitor, layout);
  const status = useClusterStatus(host, monitor.cluster);
  const nowMs = useNow(layout.timeMode === "relative");
  const [isDetailOpen, setDetailOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isPausedByFull, setPausedByFull] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const searchInput = useRef<HTMLInputElement>(null);
  const isWide = useElementWidth(panel) >= wideFromPx;

  const { picture, pausedAt } = feed;
  const { counters } = picture;
  const isPaused = pausedAt !== undefined;

  useSearch(layout.search, feed);
  useEffect(() => {
    table.reorder(layout.order);
    redraw();
  }, [layout.order, table, redraw]);
  useEffect(() => {
    if (counters.evicted === 0 || layout.saidFull) return;
    arrange({ saidFull: true });
    if (feed.pausedAt !== undefined) return;
    setPausedByFull(true);
    feed.pause();
  }, [counters.evicted, layout.saidFull, arrange, feed]);

  const changeTable = (change: () => void) => {
    change();
    redraw();
  };
  const pause = () => {
    if (isPaused) feed.resume();
    else feed.pause();
    setPausedByFull(false);
  };
  const closeDetail = () => {
    setDetailOpen(false);
    grid.current?.focus();
  };
  const clear = () => {
    changeTable(() => table.unselect());
    setDetailOpen(false);
    host.request(clearMonitor, { monitor: monitor.monitor }).then(
      () => feed.refresh(),
      () => feed.refresh(), // The next page tells what became of the monitor.
    );
  };
  const clearSearch = () => {
    arrange({ search: { ...layout.search, text: "" } });
    searchInput.current?.focus();
  };
  const leave = () => {
    if (isDetailOpen) return closeDetail();
    if (document.activeElement === searchInput.current && layout.search.text !== "") return clearSearch();
    changeTable(() => table.unselect());
    grid.current?.focus();
  };
  const commands: Readonly<Record<KeyCommand, () => void>> = {
    down: () => changeTable(() => table.moveSelection(1)),
    up: () => changeTable(() => table.moveSelection(-1)),
    pageDown: () => changeTable(() => table.moveSelection(table.pageRows)),
    pageUp: () => changeTable(() => table.moveSelection(-table.pageRows)),
    oldest: () => changeTable(() => table.selectOldest()),
    newest: () => changeTable(() => table.jump()),
    open: () => {
      if (table.selection === undefined) changeTable(() => table.selectNewest());
      setDetailOpen(true);
    },
    leave,
    search: () => searchInput.current?.select(),
    pause,
    help: () => setHelpOpen(true),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const command = event.defaultPrevented ? undefined : commandOf(event, keyPlace(event.target, grid.current));
    if (command === undefined || isHelpOpen) return;
    event.preventDefault();
    commands[command]();
  };

  const selectedRow = table.selection?.row;
  const isDetailShown = isDetailOpen && selectedRow !== undefined;
  const direction = isWide ? "columns" : "rows";
  const share = `minmax(0, ${100 - layout.detailShare}fr) auto minmax(0, ${layout.detailShare}fr)`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of all that is in it
    <div class="panel monitor" ref={panel} onKeyDown={onKeyDown}>
      <Toolbar
        searchRef={searchInput}
        layout={layout}
        arrange={arrange}
        counters={counters}
        searchProblem={feed.searchProblem}
        isPaused={isPaused}
        onSearch={(search) => arrange({ search })}
        onSearchDone={() => grid.current?.focus()}
        onPause={pause}
        onClear={clear}
        onHelp={() => setHelpOpen(true)}
      />
      <div
        class={isDetailShown ? `panes panes-${direction}` : "panes"}
        style={{ [isWide ? "gridTemplateColumns" : "gridTemplateRows"]: isDetailShown ? share : "" }}
      >
        <div class={isPaused ? "table-pane is-paused" : "table-pane"}>
          <EventTable
            gridRef={grid}
            label={`Events on ${monitor.patterns.join(", ")} in ${clusterName}`}
            feed={feed}
            table={table}
            look={{ columns: layout.columns, search: feed.search, timeMode: layout.timeMode, nowMs }}
            onColumns={(columns) => arrange({ columns })}
            onChange={redraw}
            onOpen={(place) => {
              changeTable(() => table.select(place));
              setDetailOpen(true);
            }}
          />
          {picture.shown.to === picture.shown.from && !table.isEvicted && (
            <EmptyState
              monitor={monitor}
              clusterName={clusterName}
              status={status}
              search={feed.search}
              keptRows={counters.kept}
              isReady={feed.isReady}
              onClearSearch={clearSearch}
            />
          )}
          {table.follow !== "following" && table.newerRows > 0 && (
            <JumpButton
              newerRows={table.newerRows}
              isHeld={table.follow === "held"}
              isAtTop={layout.order === "newestFirst"}
              onJump={() => {
                changeTable(() => table.jump());
                grid.current?.focus();
              }}
            />
          )}
        </div>
        {isDetailShown && (
          <>
            <Splitter
              label="Size of the detail"
              orientation={isWide ? "vertical" : "horizontal"}
              share={layout.detailShare}
              min={minDetailShare}
              max={maxDetailShare}
              onChange={(detailShare) => arrange({ detailShare: clampShare(detailShare) })}
            />
            <Detail
              host={host}
              monitor={monitor}
              row={selectedRow}
              wraps={layout.wrapsDetail}
              onWrap={() => arrange({ wrapsDetail: !layout.wrapsDetail })}
              onClose={closeDetail}
            />
          </>
        )}
      </div>
      <Notices
        paused={
          isPaused ? { newRows: Math.max(0, picture.newest - pausedAt), isByFullBuffer: isPausedByFull } : undefined
        }
        maxRows={monitor.maxRows}
        isEvicted={table.isEvicted}
        problem={feed.problem}
        status={status}
        gap={openGap(picture.gaps)}
        nowMs={nowMs}
        onResume={pause}
        onOldest={() => changeTable(() => table.selectOldest())}
      />
      <CounterBar counters={counters} />
      <Announcer text={`${groupDigits(counters.received)} received, ${groupDigits(counters.shown)} shown`} />
      {isHelpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

interface JumpButtonProps {
  readonly newerRows: number;
  readonly isHeld: boolean;
  readonly isAtTop: boolean;
  readonly onJump: () => void;
}

function JumpButton({ newerRows, isHeld, isAtTop, onJump }: JumpButtonProps) {
  return (
    <button
      type="button"
      class={isAtTop ? "jump-button at-top" : "jump-button"}
      title={isHeld ? "The rows hold still under the pointer; move it away and they follow the newest again" : "End"}
      onClick={onJump}
    >
      <Icon name={isHeld ? "pinned" : isAtTop ? "arrow-up" : "arrow-down"} />
      <span>Jump to newest · {groupDigits(newerRows)}</span>
    </button>
  );
}

/** Hands the search on once typing rests; at once when the panel opens with one. */
function useSearch(search: Search, feed: { look(search: Search): void }): void {
  const last = useRef<Search>({ text: "", matchCase: false, isRegex: false });
  const isFirst = useRef(true);
  useEffect(() => {
    const { text, matchCase, isRegex } = last.current;
    const isSame = search.text === text && search.matchCase === matchCase && search.isRegex === isRegex;
    const delayMs = isFirst.current ? 0 : searchDelayMs;
    isFirst.current = false;
    if (isSame) return undefined;
    const timer = setTimeout(() => {
      last.current = search;
      feed.look(search);
    }, delayMs);
    return () => clearTimeout(timer);
  }, [search, feed]);
}

function keyPlace(target: EventTarget | null, grid: HTMLElement | null): KeyPlace {
  if (target === grid) return "table";
  if (!(target instanceof Element)) return "panel";
  if (target.matches("input, textarea")) return "text";
  return target.matches("button, [role=separator], [role^=menu]") ? "control" : "panel";
}
