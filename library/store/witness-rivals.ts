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
  /** Life of the one that was heard last. */
  #rival: string | undefined;
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
    return this.#rival !== undefined && !this.isSure;
  }

  begin(): void {
    this.#traffic.say("witness", this.#topic, "here", []);
    this.#cancel = this.#traffic.node.clock.after(limits.witnessHereMs, () => this.begin());
  }

  /** Somebody says that it is there. */
  hear({ origin }: ReceivedEvent): void {
    const { node } = this.#traffic;
    if (origin.id === node.origin.id) return;
    const isNew = this.#rival !== origin.id || this.isSure;
    this.#rival = origin.id;
    this.#quietUntilMs = this.#nowMs() + limits.witnessRivalMs;
    if (!isNew) return;
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
