/**
 * The Monitor: live events and log lines of some patterns, as a window on the ring in the server.
 *
 * Puts the parts together; what is shown is held by the feed and the table, how it is arranged by the layout.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { MonitorInfo } from "../../../server/protocol/monitor.ts";
import type { Host } from "../../host.ts";
import { Announcer } from "../../parts/announcer.tsx";
import { useClusterStatus } from "../../parts/use-cluster-status.ts";
import { useElementWidth } from "../../parts/use-element-width.ts";
import { useNow } from "../../parts/use-now.ts";
import { announcement } from "./announcement.ts";
import { CounterBar } from "./counter-bar.tsx";
import { Detail } from "./detail.tsx";
import { EmptyState } from "./empty-state.tsx";
import { EventTable } from "./event-table.tsx";
import { FollowButton } from "./follow-button.tsx";
import { openGap } from "./gap-lines.ts";
import { HelpDialog } from "./help-dialog.tsx";
import { lossAfter } from "./loss-lines.ts";
import { Notices } from "./notices.tsx";
import { Panes } from "./panes.tsx";
import { Toolbar } from "./toolbar.tsx";
import { useCommands } from "./use-commands.ts";
import { useKeys } from "./use-keys.ts";
import { useKeptPlace, useLayout } from "./use-layout.ts";
import { useMonitor } from "./use-monitor.ts";
import { usePause } from "./use-pause.ts";
import { useSearch } from "./use-search.ts";

/** Narrower than this, the detail goes below the table. */
const wideFromPx = 700;

export interface MonitorPanelProps {
  readonly host: Host;
  readonly monitor: MonitorInfo;
  readonly clusterName: string;
}

export function MonitorPanel({ host, monitor, clusterName }: MonitorPanelProps) {
  const arrangement = useLayout(host, monitor.monitor);
  const { layout, arrange, keep } = arrangement;
  const parts = useMonitor(host, monitor.monitor, layout);
  const { feed, table, redraw } = parts;
  const pause = usePause(feed, layout.own, keep);
  const status = useClusterStatus(host, monitor.cluster);
  const nowMs = useNow(layout.timeMode === "relative" || status?.state === "retrying");
  const [isHelpOpen, setHelpOpen] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const isWide = useElementWidth(panel) >= wideFromPx;
  const { commands, grid, searchInput } = useCommands({
    host,
    monitor: monitor.monitor,
    parts,
    arrangement,
    pause: pause.toggle,
    help: () => setHelpOpen(true),
  });
  useKeys(commands, grid, isHelpOpen);
  useSearch(layout.search, feed);
  useKeptPlace(table.kept, feed.isReady, keep);
  useEffect(() => {
    table.reorder(layout.order);
    redraw();
  }, [layout.order, table, redraw]);

  const { picture } = feed;
  const { counters } = picture;
  const selectedRow = table.selection?.row;
  const title = `Events on ${monitor.patterns.join(", ")} in ${clusterName}`;
  const detail = layout.own.isDetailOpen && selectedRow !== undefined && (
    <Detail
      host={host}
      monitor={monitor}
      row={selectedRow}
      wraps={layout.wrapsDetail}
      onWrap={() => arrange({ wrapsDetail: !layout.wrapsDetail })}
      onClose={commands.leave}
    />
  );
  return (
    <main class="panel monitor" ref={panel}>
      <h1 class="visually-hidden">{title}</h1>
      <Toolbar
        searchRef={searchInput}
        layout={layout}
        arrange={arrange}
        counters={counters}
        losses={picture.losses}
        searchProblem={feed.searchProblem}
        isPaused={pause.newRows !== undefined}
        onSearch={(search) => arrange({ search })}
        onSearchDone={commands.toTable}
        onPause={pause.toggle}
        onClear={commands.clear}
        onHelp={commands.help}
      />
      <Panes
        isWide={isWide}
        isPaused={pause.newRows !== undefined}
        share={layout.detailShare}
        onShare={(detailShare) => arrange({ detailShare })}
        detail={detail === false ? undefined : detail}
      >
        <EventTable
          gridRef={grid}
          label={title}
          feed={feed}
          table={table}
          look={{ columns: layout.columns, search: feed.search, timeMode: layout.timeMode, nowMs }}
          onColumns={(columns) => arrange({ columns })}
          onChange={redraw}
          onOpen={commands.openAt}
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
            onClearSearch={commands.clearSearch}
          />
        )}
        <FollowButton follow={table.follow} newerRows={table.newerRows} order={layout.order} onJump={commands.newest} />
      </Panes>
      <Notices
        pause={pause}
        maxRows={monitor.maxRows}
        isEvicted={table.isEvicted}
        problem={feed.problem}
        status={status}
        gap={openGap(picture.gaps)}
        loss={pause.newRows === undefined ? lossAfter(picture.losses, counters.received - 1) : undefined}
        nowMs={nowMs}
        onOldest={commands.oldest}
      />
      <CounterBar counters={counters} clusterName={clusterName} patterns={monitor.patterns} />
      <Announcer text={announcement(counters, pause.newRows, status?.state)} />
      {isHelpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
    </main>
  );
}
