/**
 * What a panel talks to: typed requests and notifications of `server/protocol`, and a place for its state.
 *
 * A panel gets a `Host` handed in, so it runs in any browser against any implementation.
 * Knows nothing of VS Code; `message-host.ts` carries it over messages.
 */
import type { ClusterId } from "../server/protocol/clusters.ts";
import { type NotificationType, type RequestType, request } from "../server/protocol/descriptors.ts";

export interface Host {
  /**
   * Resolves with the answer. Rejects with `RequestFailed`, whose code is the one of the failure, `TIMED_OUT` when
   * there is no answer in time, or `ABORTED` when `signal` says so: a late answer is then dropped.
   */
  request<Params, Result>(type: RequestType<Params, Result>, params: Params, signal?: AbortSignal): Promise<Result>;
  /** Calls `handler` with each such notification, until the function returned is called. */
  on<Params>(type: NotificationType<Params>, handler: (params: Params) => void): () => void;
  /** Survives the panel being hidden and the window being reloaded. Plain JSON; check what comes out. */
  readonly state: { get(): unknown; set(value: unknown): void };
}

/** How a request fails: a code for programs, a sentence for people. */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The panel commands: what a panel asks of the extension itself, beside the requests that it relays.
 * They are requests like all others; there are no more than these two.
 */

/** Opens the *Raise event* form, filled with this. */
export const raiseAgain = request<
  { readonly cluster: ClusterId; readonly topic: string; readonly name: string; readonly args: string },
  null
>("switchyard/panel/raiseAgain");

/** Puts a text on the clipboard. */
export const copyText = request<{ readonly text: string }, null>("switchyard/panel/copy");
