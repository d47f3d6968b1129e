/** A host straight over a fake ring, for tests without a browser: answers when told to, remembers what was asked. */
import type { NotificationType, RequestType } from "../../../server/protocol/descriptors.ts";
import { type Host, RequestFailed } from "../../../webview/host.ts";
import type { FakeRing, ReadParams } from "./fake-ring.ts";

export class RingHost implements Host {
  readonly asked: ReadParams[] = [];
  readonly state = { get: () => undefined, set: () => undefined };
  /** Thrown instead of the next answer. */
  failure: RequestFailed | undefined;
  readonly #ring: FakeRing;
  readonly #handlers = new Set<(params: unknown) => void>();
  readonly #waiting: (() => void)[] = [];

  constructor(ring: FakeRing) {
    this.#ring = ring;
  }

  get inFlight(): number {
    return this.#waiting.length;
  }

  request<Params, Result>(_type: RequestType<Params, Result>, params: Params, signal?: AbortSignal): Promise<Result> {
    const read = params as unknown as ReadParams;
    this.asked.push(read);
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new RequestFailed("ABORTED", "no longer wanted")));
      this.#waiting.push(() => {
        try {
          if (this.failure !== undefined) throw this.failure;
          resolve(this.#ring.read(read) as Result);
        } catch (error) {
          reject(error instanceof RequestFailed ? error : new RequestFailed("BAD_ARGUMENT", String(error)));
        }
        this.failure = undefined;
      });
    });
  }

  on<Params>(_type: NotificationType<Params>, handler: (params: Params) => void): () => void {
    const untyped = (params: unknown) => handler(params as Params);
    this.#handlers.add(untyped);
    return () => this.#handlers.delete(untyped);
  }

  /** Answers what waits, as the ring is now. */
  answer(): void {
    for (const settle of this.#waiting.splice(0)) settle();
  }

  tell(): void {
    const params = { monitor: "monitor-1", version: this.#ring.version };
    for (const handler of this.#handlers) handler(params);
  }
}
