/**
 * When the connection was down, for the lines that a monitor draws between its rows.
 *
 * Invariant: oldest first, at most `mostGaps`, and only the newest may still be open. Knows nothing of connections.
 */
import type { Page } from "../protocol/monitor.ts";

const mostGaps = 100;

export class Gaps {
  #list: Page["gaps"] = [];

  /** None of the lists handed out changes later. */
  get list(): Page["gaps"] {
    return this.#list;
  }

  /** The connection came up, or was lost. Being told the same twice is harmless. False: nothing changed. */
  linkChanged(isUp: boolean, nowMs: number): boolean {
    const newest = this.#list.at(-1);
    const open = newest !== undefined && newest.toMs === undefined ? newest : undefined;
    if (isUp === (open === undefined)) return false;
    if (open === undefined) this.#list = [...this.#list, { fromMs: nowMs }].slice(-mostGaps);
    else this.#list = [...this.#list.slice(0, -1), { fromMs: open.fromMs, toMs: nowMs }];
    return true;
  }
}
