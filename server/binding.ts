/**
 * Between the editor protocol and the language server protocol that carries it: requests to handlers, failures back.
 *
 * Invariant: a handler is given checked parameters, and whatever it throws becomes the answer and nothing else.
 * Knows nothing of what handlers do.
 */
import { type CancellationToken, type Connection, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { Check } from "./checks.ts";
import { toFailure } from "./failure.ts";
import type { Failure, NotificationType, RequestType } from "./protocol/descriptors.ts";

export type Handle<Params, Result> = (params: Params, signal: AbortSignal) => Result | Promise<Result>;

export class Binding {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Answers a request. `signal` is aborted when nobody waits for the answer any more. */
  answer<Params, Result>(
    { method }: RequestType<Params, Result>,
    check: Check<Params>,
    handle: Handle<Params, Result>,
  ): void {
    this.#connection.onRequest(method, async (params: unknown, token: CancellationToken): Promise<unknown> => {
      try {
        return await handle(check(params ?? {}, "params"), signalOf(token));
      } catch (error) {
        return this.#failed(error, method);
      }
    });
  }

  /** Sends a notification; to a client that is gone it is lost. */
  tell<Params>({ method }: NotificationType<Params>, params: Params): void {
    this.#connection.sendNotification(method, params).catch(() => undefined);
  }

  /** Writes a line to the log that the client shows. */
  log(text: string): void {
    this.tell({ kind: "notification", method: "window/logMessage" }, { type: warning, message: text });
  }

  #failed(error: unknown, method: string): ResponseError<Failure> {
    const failure = toFailure(error);
    if (failure.code === "INTERNAL") this.log(`${method}: ${error instanceof Error ? error.stack : String(error)}`);
    return new ResponseError(LSPErrorCodes.RequestFailed, failure.message, failure);
  }
}

/** The protocol's number for a warning. */
const warning = 2;

function signalOf(token: CancellationToken): AbortSignal {
  const abort = new AbortController();
  if (token.isCancellationRequested) abort.abort();
  else token.onCancellationRequested(() => abort.abort());
  return abort.signal;
}
