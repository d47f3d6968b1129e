/**
 * The Monitor: live events and log lines of some patterns, as a window on the ring in the server.
 *
 * Puts the parts together; what is shown is held by the feed and the table, how it is arranged by the layout.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { clearMonitor, type MonitorInfo } from "../../../server/protocol/monitor.ts";
import type { Host } from "../../host.ts";
import { Announcer } from "../../parts/announcer.tsx";
import { groupDigits } from "../../parts/number-text.ts";
import { Splitter } from "../../parts/splitter.tsx";
import { useClusterStatus } from "../../parts/use-cluster-status.ts";
import { useElementWidth } from "../../parts/use-element-width.ts";
import { useNow } from "../../parts/use-now.ts";
import { CounterBar } from "./counter-bar.tsx";
import { Detail } from "./detail.tsx";
import { EmptyState } from "./empty-state.tsx";
import { EventTable } from "./event-table.tsx";
import { FollowButton } from "./follow-button.tsx";
import { openGap } from "./gap-lines.ts";
import { HelpDialog } from "./help-dialog.tsx";
import { clampShare, maxDetailShare, minDetailShare } from "./layout.ts";
import { Notices } from "./notices.tsx";
import { Toolbar } from "./toolbar.tsx";
import { type KeyCommands, useKeys } from "./use-keys.ts";
import { useLayout, useMonitor } from "./use-monitor.ts";
import { useSearch } from "./use-search.ts";

/** Narrower than this, the detail goes below the table. */
const wideFromPx = 700;

export interface MonitorPanelProps {
  readonly host: Host;
  readonly monitor: MonitorInfo;
  readonly clusterName: string;
}

export function MonitorPanel({ host, monitor, clusterName }: MonitorPanelProps) {
  const [layout, arrange] = useLayout(host, monitor.monitor);
  const { feed, table, redraw } = useMonitor(host, monitor.monitor, layout);
  const status = useClusterStatus(host, monitor.cluster);
  const nowMs = useNow(layout.timeMode === "relative" || status?.state === "retrying");
  const [isDetailOpen, setDetailOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isPausedByFull, setPausedByFull] = useState(false);
  const panel = useRef<HTMLElement>(null);
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
    if (counters.evicted === 0 || layout.own.saidFull) return;
    arrange({ own: { ...layout.own, saidFull: true } });
    if (feed.pausedAt !== undefined) return;
    setPausedByFull(true);
    feed.pause();
  }, [counters.evicted, layout.own, arrange, feed]);
  useEffect(() => {
    if (feed.isReady && layout.own.pausedAt !== pausedAt) arrange({ own: { ...layout.own, pausedAt } });
  }, [pausedAt, layout.own, arrange, feed.isReady]);

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
  const commands: KeyCommands = {
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
  useKeys(commands, grid, isHelpOpen);

  const selectedRow = table.selection?.row;
  const isDetailShown = isDetailOpen && selectedRow !== undefined;
  const title = `Events on ${monitor.patterns.join(", ")} in ${clusterName}`;
  const direction = isWide ? "columns" : "rows";
  const share = `minmax(0, ${100 - layout.detailShare}fr) auto minmax(0, ${layout.detailShare}fr)`;
  return (
    <main class="panel monitor" ref={panel}>
      <h1 class="visually-hidden">{title}</h1>
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
            label={title}
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
              nowMs={nowMs}
              search={feed.search}
              keptRows={counters.kept}
              isReady={feed.isReady}
              onClearSearch={clearSearch}
            />
          )}
          <FollowButton
            follow={table.follow}
            newerRows={table.newerRows}
            order={layout.order}
            onJump={() => {
              changeTable(() => table.jump());
              grid.current?.focus();
            }}
          />
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
      <CounterBar counters={counters} clusterName={clusterName} patterns={monitor.patterns} />
      <Announcer text={`${groupDigits(counters.received)} received, ${groupDigits(counters.shown)} shown`} />
      {isHelpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
    </main>
  );
}
