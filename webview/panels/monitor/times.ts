/**
 * How moments and spans are written in a table of rows. Pure: the caller says what time it is now.
 *
 * Invariant: local and UTC texts of one day sort as the moments do.
 */
export type TimeMode = "local" | "utc" | "relative" | "delta";

export const timeModes: readonly { readonly mode: TimeMode; readonly label: string }[] = [
  { mode: "local", label: "Local time" },
  { mode: "utc", label: "UTC" },
  { mode: "relative", label: "Before now" },
  { mode: "delta", label: "Since the row before" },
];

const dayMs = 86_400_000;

/** Hours to milliseconds; with the date when it is another day than now. */
export function clockText(timeMs: number, nowMs: number, isUtc: boolean): string {
  const offsetMs = isUtc ? 0 : -new Date(timeMs).getTimezoneOffset() * 60_000;
  const iso = isoOf(timeMs + offsetMs);
  if (iso === undefined) return "out of range";
  const time = iso.slice(11, 23);
  const today = isoOf(nowMs + (isUtc ? 0 : -new Date(nowMs).getTimezoneOffset() * 60_000));
  return today !== undefined && today.slice(0, 10) === iso.slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
}

function isoOf(timeMs: number): string | undefined {
  return Number.isFinite(timeMs) && Math.abs(timeMs) <= 253_402_300_799_999
    ? new Date(timeMs).toISOString()
    : undefined;
}

/** A span in the two largest units that matter: `12 ms`, `3.2 s`, `4 min 05 s`, `2 h 03 min`, `5 d 01 h`. */
export function spanText(ms: number): string {
  const span = Math.abs(ms);
  if (span < 1_000) return `${Math.round(span)} ms`;
  if (span < 59_950) return `${(span / 1_000).toFixed(1)} s`;
  const seconds = Math.round(span / 1_000);
  if (seconds < 3_600) return pair(seconds, 60, "min", "s");
  if (span < dayMs) return pair(Math.floor(seconds / 60), 60, "h", "min");
  return pair(Math.floor(seconds / 3_600), 24, "d", "h");
}

function pair(small: number, perLarge: number, large: string, unit: string): string {
  return `${Math.floor(small / perLarge)} ${large} ${String(small % perLarge).padStart(2, "0")} ${unit}`;
}

export function relativeText(timeMs: number, nowMs: number): string {
  const span = nowMs - timeMs;
  return span < 0 ? `in ${spanText(span)}` : `${spanText(span)} ago`;
}

/** `beforeMs` is the time of the row before, if it is known. */
export function deltaText(timeMs: number, beforeMs: number | undefined): string {
  if (beforeMs === undefined) return "";
  return `${timeMs < beforeMs ? "−" : "+"}${spanText(timeMs - beforeMs)}`;
}
