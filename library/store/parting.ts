/**
 * A former authority on its way to following another one: first, what only it has is saved.
 *
 * Invariant: nothing takes the place of what it has before that is saved or known to be nothing. What cannot be saved is
 * tried again, told once for each reason, and the store takes no writes here meanwhile.
 */
import { type FailureCode, SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { Party } from "../core/store/term-messages.ts";
import type { Unmatched } from "../core/store/unmatched.ts";
import { type Diverged, saveDiverged } from "./diverged.ts";
import type { ElectiveOptions } from "./elective-options.ts";

interface Pending {
  readonly winner: Party;
  /** Asked for when nothing changes any more. */
  readonly unmatched: () => Unmatched;
}

export class Parting {
  readonly #options: ElectiveOptions;
  readonly #onRetry: () => void;
  /** Entries that were saved so far. */
  saved = 0;
  #pending: Pending | undefined;
  /** Why it is not saved yet. */
  #failure: FailureCode | undefined;
  #cancelRetry: (() => void) | undefined;

  /** `onRetry`: it is time to call `save` again. */
  constructor(options: ElectiveOptions, onRetry: () => void) {
    this.#options = options;
    this.#onRetry = onRetry;
  }

  /** There is something to be saved. */
  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /** It could not be saved so far. */
  get isUnsaved(): boolean {
    return this.#failure !== undefined;
  }

  /** `save` makes no sense before `onRetry`. */
  get isPaused(): boolean {
    return this.#cancelRetry !== undefined;
  }

  begin(winner: Party, unmatched: () => Unmatched): void {
    this.#pending = { winner, unmatched };
  }

  /** False: it is not saved, and will be tried again. */
  async save(): Promise<boolean> {
    const pending = this.#pending;
    if (pending === undefined) return true;
    try {
      const diverged = await this.#write(pending);
      this.saved += diverged.count;
      if (this.#pending === pending) this.cancel();
      this.#options.onDiverged(diverged);
    } catch (cause) {
      if (this.#pending === pending) this.#fail(cause);
    }
    return this.#pending === undefined;
  }

  /** There is nothing to be saved any more: it is, or what we have goes on after all. */
  cancel(): void {
    this.#pending = undefined;
    this.#failure = undefined;
    this.close();
  }

  close(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #write({ winner, unmatched }: Pending): Promise<Diverged> {
    const { topic, traffic, keep } = this.#options;
    const { origin, clock } = traffic.node;
    return saveDiverged({
      ...{ topic, winner, keep, node: origin.name },
      ...{ unmatched: unmatched(), wallMs: clock.wallMs() },
    });
  }

  #fail(cause: unknown): void {
    const { topic, traffic } = this.#options;
    const code = cause instanceof SwitchyardError ? cause.code : "INTERNAL";
    if (code !== this.#failure) {
      const what = `store ${topic} (${cause instanceof Error ? cause.message : String(cause)})`;
      traffic.node.fail(new SwitchyardError("DIVERGED_UNSAVED", what, { cause }));
    }
    this.#failure = code;
    this.#cancelRetry = traffic.node.clock.after(limits.divergedRetryMs, () => {
      this.#cancelRetry = undefined;
      this.#onRetry();
    });
  }
}
