/** What a table without rows says: why it is empty, and what to do. */
import type { MonitorInfo, Search } from "../../../server/protocol/monitor.ts";
import { Icon } from "../../parts/icon.tsx";
import { counted } from "../../parts/number-text.ts";
import { type KnownStatus, statusText } from "../../parts/use-cluster-status.ts";

interface EmptyStateProps {
  readonly monitor: MonitorInfo;
  readonly clusterName: string;
  readonly status: KnownStatus | undefined;
  readonly nowMs: number;
  readonly search: Search;
  readonly keptRows: number;
  readonly isReady: boolean;
  readonly onClearSearch: () => void;
}

export function EmptyState(props: EmptyStateProps) {
  const { monitor, clusterName, status, nowMs, search, keptRows, isReady, onClearSearch } = props;
  if (!isReady) return null;
  if (search.text !== "" && keptRows > 0) {
    return (
      <div class="empty">
        <Icon name="search" />
        <p>
          None of {counted(keptRows, "row")} matches <b class="code">{search.text}</b>
        </p>
        <button type="button" class="button" onClick={onClearSearch}>
          Clear search
        </button>
      </div>
    );
  }
  if (status !== undefined && status.state !== "up") {
    return (
      <div class="empty">
        <Icon name="debug-disconnect" />
        <p>{clusterName} is not connected</p>
        <p class="quiet">{statusText(status, nowMs)} The monitor goes on when the connection is back.</p>
      </div>
    );
  }
  return (
    <div class="empty">
      <Icon name="pulse" />
      <p>
        Waiting for events on <Patterns patterns={monitor.patterns} /> …
      </p>
      <p class="quiet">
        {clusterName} was asked for {counted(monitor.patterns.length, "pattern")}. Events and log lines appear here as
        they are raised.
      </p>
    </div>
  );
}

function Patterns({ patterns }: { patterns: readonly string[] }) {
  return (
    <>
      {patterns.map((pattern, index) => (
        <span key={pattern}>
          {index > 0 && ", "}
          <b class="code">{pattern}</b>
        </span>
      ))}
    </>
  );
}
