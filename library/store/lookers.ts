/** Those who wait until something is so, of which nobody tells but that it may be so now. */
import { SwitchyardError } from "../core/errors.ts";
import type { Node } from "../node.ts";

export class Lookers {
  readonly #node: Node;
  readonly #what: string;
  readonly #lookers = new Set<() => void>();

  /** `what` is waited for, in the words of a failure. */
  constructor(node: Node, what: string) {
    this.#node = node;
    this.#what = what;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#lookers.size;
  }

  /** It may be so. */
  look(): void {
    const lookers = [...this.#lookers];
    this.#lookers.clear();
    for (const look of lookers) look();
  }

  /**
   * Without a time it waits for as long as the node lives.
   * @throws SwitchyardError `NO_AUTHORITY` where it is not so in time, `CLOSED`
   */
  async until(isSo: () => boolean, timeoutMs?: number): Promise<void> {
    const { clock, closers } = this.#node;
    const endMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.nowMs() + timeoutMs;
    while (!isSo()) {
      this.#node.checkOpen();
      if (clock.nowMs() >= endMs) throw new SwitchyardError("NO_AUTHORITY", `${this.#what}, ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const end = (): void => {
          cancel?.();
          closers.delete(end);
          this.#lookers.delete(end);
          resolve();
        };
        const cancel = timeoutMs === undefined ? undefined : clock.after(Math.max(endMs - clock.nowMs(), 1), end);
        closers.add(end);
        this.#lookers.add(end);
      });
    }
  }
}
