/** The arrangement of a monitor as it was kept, and how to change and keep it. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { MonitorId } from "../../../server/protocol/monitor.ts";
import type { Host } from "../../host.ts";
import { type KeptPlace, type Layout, type OwnState, readLayout } from "./layout.ts";

/** After the last move: each keeping is a message to the editor. */
const placeDelayMs = 250;

export interface Arrangement {
  readonly layout: Layout;
  readonly arrange: (change: Partial<Layout>) => void;
  /** Changes what belongs to this one monitor. */
  readonly keep: (change: Partial<OwnState>) => void;
}

export function useLayout(host: Host, monitor: MonitorId): Arrangement {
  const [layout, setLayout] = useState(() => readLayout(host.state.get(), monitor));
  const newest = useRef(layout);
  const arrange = useCallback(
    (change: Partial<Layout>) => {
      newest.current = { ...newest.current, ...change };
      host.state.set(newest.current);
      setLayout(newest.current);
    },
    [host],
  );
  const keep = useCallback(
    (change: Partial<OwnState>) => arrange({ own: { ...newest.current.own, ...change } }),
    [arrange],
  );
  return { layout, arrange, keep };
}

/** Keeps where the person looks, once they have come to rest there. */
export function useKeptPlace(place: KeptPlace | undefined, isReady: boolean, keep: Arrangement["keep"]): void {
  const { newestRow, selectedRow } = place ?? {};
  useEffect(() => {
    if (!isReady) return undefined;
    const timer = setTimeout(
      () => keep({ place: newestRow === undefined ? undefined : { newestRow, selectedRow } }),
      placeDelayMs,
    );
    return () => clearTimeout(timer);
  }, [newestRow, selectedRow, isReady, keep]);
}
