/** The feed and the table of one monitor, for as long as its panel is there. */
import { useEffect, useState } from "preact/hooks";
import type { MonitorId } from "../../../server/protocol/monitor.ts";
import type { Host } from "../../host.ts";
import { useRounds } from "../../parts/use-rounds.ts";
import { MonitorFeed } from "./feed.ts";
import type { Layout } from "./layout.ts";
import { TableModel } from "./table-model.ts";

export interface Monitor {
  readonly feed: MonitorFeed;
  readonly table: TableModel;
  /** Draws the panel again: call it after changing the table. */
  readonly redraw: () => void;
}

export function useMonitor(host: Host, monitor: MonitorId, layout: Layout): Monitor {
  const [, redraw] = useRounds();
  const [{ feed, table }] = useState(() => {
    const made = {
      feed: new MonitorFeed(host, monitor, () => {
        made.table.pictured();
        redraw();
      }),
    } as { feed: MonitorFeed; table: TableModel };
    made.table = new TableModel(made.feed, layout.order);
    if (layout.search.text !== "") made.feed.look(layout.search);
    // How many rows a search shows up to a pause is only known from having seen its end.
    const { pausedAt, place } = layout.own;
    const isSeen = pausedAt === undefined || layout.search.text === "";
    made.feed.startAt({ pausedAt, row: isSeen ? place?.newestRow : undefined });
    if (isSeen && place !== undefined) made.table.restore(place);
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
  return { feed, table, redraw };
}
