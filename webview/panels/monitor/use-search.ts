/** Hands what is typed on to the feed, once typing rests; at once when the panel opens with a search. */
import { useEffect, useRef } from "preact/hooks";
import type { Search } from "../../../server/protocol/monitor.ts";

/** After the last key. */
const searchDelayMs = 150;

export function useSearch(search: Search, feed: { look(search: Search): void }): void {
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
