/** How long the event loop of a process was kept from its work at most. */
import { monitorEventLoopDelay } from "node:perf_hooks";

const resolutionMs = 1;

/** Begins to watch; what it returns ends that and tells the longest stall, in ms. */
export function stallMeter(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return () => {
    histogram.disable();
    return Math.max(histogram.max / 1e6 - resolutionMs, 0.001);
  };
}
