/**
 * A host at the other end of a message port: matches answers to requests and hands out notifications.
 *
 * Invariant: each request settles exactly once: by its answer, its deadline or its signal. A message that has no
 * shape of ours is dropped and counted. Knows nothing of what the requests mean.
 */
import type { NotificationType, RequestType } from "../server/protocol/descriptors.ts";
import { type Host, RequestFailed } from "./host.ts";

/** Where messages go and come from, and where state is kept. */
export interface Port {
  post(message: unknown): void;
  listen(handler: (message: unknown) => void): void;
  readonly state: Host["state"];
}

/** What may arrive; anything else is dropped. */
export type Incoming =
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: "notification"; readonly method: string; readonly params: unknown };

/** The message, when it has one of the shapes. */
export function readMessage(message: unknown): Incoming | undefined {
  if (!isRecord(message)) return undefined;
  const { id, method, failure } = message;
  if (typeof method === "string" && id === undefined) {
    return { kind: "notification", method, params: message["params"] };
  }
  if (typeof id !== "number" || !Number.isSafeInteger(id)) return undefined;
  if (isRecord(failure)) {
    const { code, message: text } = failure;
    return typeof code === "string" && typeof text === "string"
      ? { kind: "failure", id, code, message: text }
      : undefined;
  }
  return "result" in message ? { kind: "result", id, result: message["result"] } : undefined;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (failure: RequestFailed) => void;
}

export class MessageHost implements Host {
  readonly state: Host["state"];
  /** Messages without a shape of ours, or answers to what was never asked. */
  dropped = 0;

  readonly #port: Port;
  readonly #timeoutMs: number;
  readonly #pending = new Map<number, Pending>();
  readonly #handlers = new Map<string, Set<(params: unknown) => void>>();
  #lastId = 0;

  constructor(port: Port, timeoutMs = 10_000) {
    this.#port = port;
    this.#timeoutMs = timeoutMs;
    this.state = port.state;
    port.listen((message) => this.#receive(message));
  }

  request<Params, Result>(type: RequestType<Params, Result>, params: Params, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted) return Promise.reject(new RequestFailed("ABORTED", "no longer wanted"));
    const id = ++this.#lastId;
    return new Promise<Result>((resolve, reject) => {
      const give = (code: string, message: string) => {
        settle();
        reject(new RequestFailed(code, message));
      };
      const timer = setTimeout(
        () => give("TIMED_OUT", `no answer within ${this.#timeoutMs / 1_000} s; is the server running?`),
        this.#timeoutMs,
      );
      const abort = () => give("ABORTED", "no longer wanted");
      const settle = () => {
        this.#pending.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      signal?.addEventListener("abort", abort);
      this.#pending.set(id, {
        resolve: (result) => {
          settle();
          // The server keeps the contract that both sides are compiled against.
          resolve(result as Result);
        },
        reject: (failure) => {
          settle();
          reject(failure);
        },
      });
      this.#port.post({ id, method: type.method, params });
    });
  }

  on<Params>(type: NotificationType<Params>, handler: (params: Params) => void): () => void {
    const handlers = this.#handlers.get(type.method) ?? new Set();
    this.#handlers.set(type.method, handlers);
    const untyped = (params: unknown) => handler(params as Params);
    handlers.add(untyped);
    return () => handlers.delete(untyped);
  }

  #receive(message: unknown): void {
    const incoming = readMessage(message);
    if (incoming === undefined) {
      this.dropped++;
    } else if (incoming.kind === "notification") {
      for (const handler of this.#handlers.get(incoming.method) ?? []) handler(incoming.params);
    } else {
      this.#settle(incoming);
    }
  }

  #settle(answer: Exclude<Incoming, { kind: "notification" }>): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) {
      // One that we gave up waiting for may still come; one never asked for is a mistake.
      if (answer.id < 1 || answer.id > this.#lastId) this.dropped++;
    } else if (answer.kind === "result") {
      pending.resolve(answer.result);
    } else {
      pending.reject(new RequestFailed(answer.code, answer.message));
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
