/** Hands what is typed on to the feed, once typing rests. What the panel opened with, the feed knows already. */
import { useEffect, useRef } from "preact/hooks";
import type { Search } from "../../../server/protocol/monitor.ts";

/** After the last key. */
const searchDelayMs = 150;

export function useSearch(search: Search, feed: { look(search: Search): void }): void {
  const last = useRef(search);
  useEffect(() => {
    const { text, matchCase, isRegex } = last.current;
    if (search.text === text && search.matchCase === matchCase && search.isRegex === isRegex) return undefined;
    const timer = setTimeout(() => {
      last.current = search;
      feed.look(search);
    }, searchDelayMs);
    return () => clearTimeout(timer);
  }, [search, feed]);
}
