/** How often a fault is tried: what fits a normal run, and what a soak takes; see docs/testing.md. */

/** `ci` times in a normal run; `soak` times where `SOAK` is set. */
export function repeats(ci: number, soak: number): number {
  return process.env["SOAK"] === undefined ? ci : soak;
}
