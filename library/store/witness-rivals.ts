/**
 * Whether there is another witness of the same store: each says that it is there, and only another one hears it.
 *
 * Invariant: a witness that is `sure` has listened for longer than another one is silent. Those between whom there is no
 * path do not know of each other.
 */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { ReceivedEvent } from "../events.ts";
import type { Traffic } from "./traffic.ts";

export class WitnessRivals {
  readonly #traffic: Traffic;
  readonly #topic: string;
  /** Lives of those that were heard since there last was none. */
  readonly #rivals = new Set<string>();
  /** Until when nothing may be answered. */
  #quietUntilMs: number;
  #cancel: (() => void) | undefined;

  constructor(traffic: Traffic, topic: string) {
    this.#traffic = traffic;
    this.#topic = topic;
    this.#quietUntilMs = this.#nowMs() + limits.witnessListenMs;
  }

  get isSure(): boolean {
    return this.#nowMs() >= this.#quietUntilMs;
  }

  /** There is another one, or was a moment ago. */
  get isDisputed(): boolean {
    return this.#rivals.size > 0 && !this.isSure;
  }

  begin(): void {
    this.#traffic.say("witness", this.#topic, "here", []);
    this.#cancel = this.#traffic.node.clock.after(limits.witnessHereMs, () => this.begin());
  }

  /** Somebody says that it is there. */
  hear({ origin }: ReceivedEvent): void {
    const { node } = this.#traffic;
    if (origin.id === node.origin.id) return;
    if (this.isSure) this.#rivals.clear();
    this.#quietUntilMs = this.#nowMs() + limits.witnessRivalMs;
    if (this.#rivals.has(origin.id) || this.#rivals.size >= limits.witnessesMet) return;
    this.#rivals.add(origin.id);
    node.fail(new SwitchyardError("WITNESS_CONFLICT", `store ${this.#topic}, here and at ${origin.name}`));
    this.#traffic.say("witness", this.#topic, "here", []); // it may not have heard us yet
  }

  close(): void {
    this.#cancel?.();
  }

  #nowMs(): number {
    return this.#traffic.node.clock.nowMs();
  }
}
