/** Hands a message to its handlers: each in turn; one that throws hurts nobody, one that takes its time stops the source. */
import { SwitchyardError } from "./core/errors.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Handler } from "./routes.ts";
import type { Stream } from "./streams.ts";

export type Handlers = readonly Handler<unknown>[] | undefined;

export class Handover {
  readonly #onFailure: (error: SwitchyardError) => void;

  constructor(onFailure: (error: SwitchyardError) => void) {
    this.#onFailure = onFailure;
  }

  /** `from`: the neighbour that is not read meanwhile, if a handler returns a promise. */
  hand(stream: Stream, handlers: readonly Handler<unknown>[], message: unknown, from: Neighbour | undefined): void {
    stream.delivered += 1;
    for (const handler of handlers) {
      if (!handler.isActive) continue;
      try {
        const busy = handler.run(message, stream.topic);
        if (busy instanceof Promise) this.#await(busy, from, stream.topic);
      } catch (cause) {
        this.#failed(stream.topic, cause);
      }
    }
  }

  #await(busy: Promise<unknown>, from: Neighbour | undefined, topic: string): void {
    from?.hold();
    busy
      .catch((cause: unknown) => this.#failed(topic, cause))
      .finally(() => from?.release())
      .catch((cause: unknown) => this.#failed(topic, cause));
  }

  #failed(topic: string, cause: unknown): void {
    const what = cause instanceof Error ? cause.message : String(cause);
    this.#onFailure(new SwitchyardError("HANDLER_FAILED", `handler for ${topic}: ${what}`, { cause }));
  }
}
