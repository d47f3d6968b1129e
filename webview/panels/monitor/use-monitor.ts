/** The feed and the table of one monitor, for as long as its panel is there. */
import { useCallback, useEffect, useReducer, useState } from "preact/hooks";
import { type ClusterId, type ClusterStatus, clusterChanged, listClusters } from "../../../server/protocol/clusters.ts";
import type { MonitorId } from "../../../server/protocol/monitor.ts";
import type { Host } from "../../host.ts";
import { MonitorFeed } from "./feed.ts";
import { type Layout, readLayout } from "./layout.ts";
import { TableModel } from "./table-model.ts";

export interface Monitor {
  readonly feed: MonitorFeed;
  readonly table: TableModel;
  /** Draws the panel again: call it after changing the table. */
  readonly redraw: () => void;
}

export function useMonitor(host: Host, monitor: MonitorId, layout: Layout): Monitor {
  const [, redraw] = useReducer((count: number, _: undefined) => count + 1, 0);
  const draw = useCallback(() => redraw(undefined), []);
  const [{ feed, table }] = useState(() => {
    const made = {
      feed: new MonitorFeed(host, monitor, () => {
        made.table.pictured();
        draw();
      }),
    } as { feed: MonitorFeed; table: TableModel };
    made.table = new TableModel(made.feed, layout.order);
    return made;
  });
  useEffect(() => {
    const tell = () => feed.setVisible(document.visibilityState === "visible");
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => {
      document.removeEventListener("visibilitychange", tell);
      feed.close();
    };
  }, [feed]);
  return { feed, table, redraw: draw };
}

/** The layout as it was kept, and how to change and keep it. */
export function useLayout(host: Host): readonly [Layout, (change: Partial<Layout>) => void] {
  const [layout, setLayout] = useState(() => readLayout(host.state.get()));
  const arrange = useCallback(
    (change: Partial<Layout>) =>
      setLayout((before) => {
        const after = { ...before, ...change };
        host.state.set(after);
        return after;
      }),
    [host],
  );
  return [layout, arrange];
}

/** The state of the cluster; nothing until it is known. */
export function useClusterStatus(host: Host, cluster: ClusterId): ClusterStatus | undefined {
  const [status, setStatus] = useState<ClusterStatus>();
  useEffect(() => {
    const aborting = new AbortController();
    host.request(listClusters, {}, aborting.signal).then(
      (clusters) => setStatus((known) => known ?? clusters.find((each) => each.cluster === cluster)),
      () => undefined, // The panel works without: gaps and problems come with each page.
    );
    const stop = host.on(clusterChanged, (changed) => {
      if (changed.cluster === cluster) setStatus(changed);
    });
    return () => {
      stop();
      aborting.abort();
    };
  }, [host, cluster]);
  return status;
}

/** What time it is: now at each drawing, and with `ticks` drawn again every second. */
export function useNow(ticks: boolean): number {
  const [, tick] = useReducer((count: number, _: undefined) => count + 1, 0);
  useEffect(() => {
    if (!ticks) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") tick(undefined);
    }, 1_000);
    return () => clearInterval(timer);
  }, [ticks]);
  return Date.now();
}
