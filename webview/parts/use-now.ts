/** What time it is: now at each drawing, and with `ticks` drawn again every second while the page is visible. */
import { useEffect } from "preact/hooks";
import { useRounds } from "./use-rounds.ts";

export function useNow(ticks: boolean): number {
  const [, tick] = useRounds();
  useEffect(() => {
    if (!ticks) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") tick();
    }, 1_000);
    return () => clearInterval(timer);
  }, [ticks, tick]);
  return Date.now();
}
