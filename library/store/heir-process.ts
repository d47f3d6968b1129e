/**
 * Whether the process of an heir is gone, for which an authority need not wait (F4).
 *
 * Invariant: what an heir says of its process counts only for its own life, only if that process was seen to run on this
 * machine, and only as long as it always says the same. So nobody is taken for gone who was never here, and a lie gives no
 * more than the heir has anyway: it may say goodbye whenever it likes.
 */
import type { Processes } from "../processes.ts";

export class HeirProcess {
  readonly #processes: Processes;
  #life: string | undefined;
  #told: string | undefined;
  #counts = false;

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** The heir answers, and says what its process is known by. */
  hear(life: string, told: string | undefined): void {
    if (this.#life === life) {
      if (told !== this.#told) this.#counts = false;
      return;
    }
    this.#life = life;
    this.#told = told;
    this.#counts = told !== undefined && this.#processes.runs(told);
  }

  /** Could it be seen that it is gone? */
  isKnown(life: string): boolean {
    return this.#counts && this.#life === life;
  }

  isGone(life: string): boolean {
    return this.isKnown(life) && this.#processes.isGone(this.#told!);
  }
}
