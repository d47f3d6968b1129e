/** Pausing: by the person, or once by itself when the buffer is full for the first time; kept while the panel is away. */
import { useEffect, useState } from "preact/hooks";
import type { MonitorFeed } from "./feed.ts";
import type { OwnState } from "./layout.ts";

export interface Pause {
  /** What arrived meanwhile; nothing while the picture moves. */
  readonly newRows: number | undefined;
  readonly isByFullBuffer: boolean;
  readonly toggle: () => void;
}

export function usePause(feed: MonitorFeed, own: OwnState, keep: (change: Partial<OwnState>) => void): Pause {
  const [isByFullBuffer, setByFullBuffer] = useState(false);
  const { pausedAt, isReady, picture } = feed;
  const { evicted } = picture.counters;

  useEffect(() => {
    if (evicted === 0 || own.saidFull) return;
    keep({ saidFull: true });
    if (feed.pausedAt !== undefined) return;
    setByFullBuffer(true);
    feed.pause();
  }, [evicted, own.saidFull, keep, feed]);

  useEffect(() => {
    if (isReady && own.pausedAt !== pausedAt) keep({ pausedAt });
  }, [isReady, own.pausedAt, pausedAt, keep]);

  const toggle = () => {
    setByFullBuffer(false);
    if (feed.pausedAt === undefined) feed.pause();
    else feed.resume();
  };
  const newRows = pausedAt === undefined ? undefined : Math.max(0, picture.newest - pausedAt);
  return { newRows, isByFullBuffer, toggle };
}
