/**
 * A server for the features: answers what a test tells it to, and says what a test wants said.
 *
 * Invariant: a request that the test did not foresee fails, by its name.
 */
import type { Server, ServerState } from "../../extension/client.ts";
import { RequestFailure } from "../../extension/failure.ts";
import type { NotificationType, RequestType } from "../../server/protocol/descriptors.ts";
import { FakeEvent } from "./editor.ts";

export class FakeServer implements Server {
  state: ServerState = { kind: "running" };
  /** All requests, in order. */
  readonly asked: { readonly method: string; readonly params: unknown }[] = [];
  readonly #answers = new Map<string, (params: never) => unknown>();
  readonly #said = new Map<string, FakeEvent<never>>();
  readonly #changed = new FakeEvent<ServerState>();
  restarts = 0;

  readonly onDidChangeState = this.#changed.event as Server["onDidChangeState"];

  answer<Params, Result>(
    type: RequestType<Params, Result>,
    answer: (params: Params) => Result | Promise<Result>,
  ): void {
    this.#answers.set(type.method, answer as (params: never) => unknown);
  }

  async request<Params, Result>(type: RequestType<Params, Result>, params: Params): Promise<Result> {
    this.asked.push({ method: type.method, params });
    const answer = this.#answers.get(type.method);
    if (answer === undefined) throw new RequestFailure("UNFORESEEN", `nobody answers ${type.method}`);
    return (await answer(params as never)) as Result;
  }

  on<Params>(type: NotificationType<Params>, handler: (params: Params) => void): { dispose(): void } {
    const event = this.#said.get(type.method) ?? new FakeEvent<never>();
    this.#said.set(type.method, event);
    return event.event(handler as (params: never) => void);
  }

  async restart(): Promise<void> {
    this.restarts += 1;
  }

  say<Params>(type: NotificationType<Params>, params: Params): void {
    this.#said.get(type.method)?.fire(params as never);
  }

  become(state: ServerState): void {
    this.state = state;
    this.#changed.fire(state);
  }

  /** What was asked by this method, oldest first. */
  askedOf<Params, Result>(type: RequestType<Params, Result>): readonly Params[] {
    return this.asked.filter(({ method }) => method === type.method).map(({ params }) => params as Params);
  }
}
