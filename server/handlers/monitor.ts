/** Monitors, and the pages that panels read of them. */
import type { Binding } from "../binding.ts";
import { flag, list, object, optional, text, wholeNumber } from "../checks.ts";
import type { PageRequest } from "../monitors/monitor-session.ts";
import { clearMonitor, closeMonitor, openMonitor, readMonitor, readRow, type Search } from "../protocol/monitor.ts";
import type { Sessions } from "../sessions.ts";

const mostPatterns = 100;
const mostRows = 1_000_000;
const rowNumber = wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

const search = object<Search>({ text, matchCase: flag, isRegex: flag });

export function bindMonitor(binding: Binding, sessions: Sessions): void {
  const wanted = object<{ cluster: string; patterns: readonly string[]; maxRows?: number }>({
    cluster: text,
    patterns: list(text, 1, mostPatterns),
    maxRows: optional(wholeNumber(1, mostRows)),
  });
  binding.answer(openMonitor, wanted, ({ cluster, patterns, maxRows }) =>
    sessions.openMonitor(cluster, patterns, maxRows),
  );

  const named = object({ monitor: text });
  binding.answer(closeMonitor, named, async ({ monitor }) => {
    await sessions.closeMonitor(monitor);
    return null;
  });
  binding.answer(clearMonitor, named, ({ monitor }) => {
    sessions.monitor(monitor).clear();
    return null;
  });

  const page = object<PageRequest & { monitor: string }>({
    monitor: text,
    first: rowNumber,
    limit: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    search: optional(search),
    upTo: optional(rowNumber),
  });
  binding.answer(readMonitor, page, ({ monitor, ...window }) => sessions.monitor(monitor).read(window));

  binding.answer(
    readRow,
    object({ monitor: text, row: rowNumber }),
    ({ monitor, row }) => sessions.monitor(monitor).readRow(row) ?? null,
  );
}
