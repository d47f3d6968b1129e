/**
 * The server process, as the features see it: typed requests, notifications, and a state that a person can be shown.
 *
 * Invariant: at most one session lives at a time; every request settles, whatever becomes of the process.
 * The process starts with the first request, so a window that shows nothing of ours runs nothing of ours.
 * Knows nothing of the language client: a `StartSession` makes the session.
 */
import {
  type CancellationToken,
  CancellationTokenSource,
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
} from "vscode";
import type { NotificationType, RequestType } from "../server/protocol/descriptors.ts";
import { RequestFailure, toFailure } from "./failure.ts";
import { RestartPolicy } from "./restart-policy.ts";

/** What a running server process is to this file. */
export interface Session {
  request(method: string, params: unknown, token: CancellationToken): Promise<unknown>;
  /** Heard from the next message on, until the session ends. */
  on(method: string, handler: (params: unknown) => void): void;
  /** Ends the process. Resolves when it is gone; harmless a second time. */
  stop(): Promise<void>;
}

/**
 * Starts a process. Rejects with a sentence when it does not come up, and leaves no process then.
 * `ended` is called once, with a sentence, when a session that came up ends without being asked to.
 */
export type StartSession = (ended: (why: string) => void) => Promise<Session>;

export type ServerState =
  | { readonly kind: "idle" | "starting" | "running" | "stopped" }
  | { readonly kind: "waiting"; readonly why: string; readonly dueMs: number; readonly attempt: number }
  | { readonly kind: "failed"; readonly why: string };

/** What features are handed. */
export interface Server {
  readonly state: ServerState;
  readonly onDidChangeState: Event<ServerState>;
  /**
   * Starts the server where it must, and asks it.
   * @throws RequestFailure the library's code, or one of `ClientCode`
   */
  request<Params, Result>(
    type: RequestType<Params, Result>,
    params: Params,
    token?: CancellationToken,
  ): Promise<Result>;
  /** Hears a notification, over all restarts. */
  on<Params>(type: NotificationType<Params>, handler: (params: Params) => void): Disposable;
  /** Starts it now, also when it has given up or runs already. Settles when it is up or has failed, and never throws. */
  restart(): Promise<void>;
}

/** The longest that any request may take: starting the demo cluster is the slowest. */
const longestRequestMs = 30_000;

export class ServerClient implements Server, Disposable {
  readonly #startSession: StartSession;
  readonly #policy = new RestartPolicy();
  readonly #changed = new EventEmitter<ServerState>();
  readonly #notified = new Map<string, EventEmitter<unknown>>();
  #state: ServerState = { kind: "idle" };
  #session: Promise<Session> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;

  readonly onDidChangeState = this.#changed.event;

  constructor(startSession: StartSession) {
    this.#startSession = startSession;
  }

  get state(): ServerState {
    return this.#state;
  }

  async request<Params, Result>(
    type: RequestType<Params, Result>,
    params: Params,
    token?: CancellationToken,
  ): Promise<Result> {
    const source = new CancellationTokenSource();
    const forwarded = token?.onCancellationRequested(() => source.cancel());
    if (token?.isCancellationRequested) source.cancel();
    try {
      const session = await this.#running();
      const answer = session.request(type.method, params, source.token);
      return (await withinTime(answer, type.method, () => source.cancel())) as Result;
    } catch (error) {
      throw toFailure(error);
    } finally {
      forwarded?.dispose();
      source.dispose();
    }
  }

  on<Params>(type: NotificationType<Params>, handler: (params: Params) => void): Disposable {
    return this.#emitter(type.method).event((params) => handler(params as Params));
  }

  async restart(): Promise<void> {
    if (this.#state.kind === "stopped") return;
    this.#policy.reset();
    await this.#end();
    await this.#start().catch(() => undefined); // The state says what went wrong.
  }

  /** Ends the process for good. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#become({ kind: "stopped" });
    await this.#end();
    this.dispose();
  }

  dispose(): void {
    clearTimeout(this.#restartTimer);
    for (const emitter of this.#notified.values()) emitter.dispose();
    this.#changed.dispose();
  }

  #running(): Promise<Session> {
    const state = this.#state;
    if (this.#session !== undefined) return this.#session;
    if (state.kind === "idle") return this.#start();
    const why = "why" in state ? state.why : l10n.t("it was stopped");
    return Promise.reject(new RequestFailure("SERVER_STOPPED", l10n.t("The server does not run: {0}", why)));
  }

  async #start(): Promise<Session> {
    clearTimeout(this.#restartTimer);
    this.#become({ kind: "starting" });
    let upSinceMs: number | undefined;
    const starting = this.#startSession((why) => {
      if (this.#session === starting) this.#ended(why, upSinceMs === undefined ? undefined : Date.now() - upSinceMs);
    });
    this.#session = starting;
    try {
      const session = await starting;
      if (this.#session !== starting) {
        await session.stop(); // Nobody waits for it any more.
        throw new Error(l10n.t("it was stopped"));
      }
      upSinceMs = Date.now();
      for (const [method, emitter] of this.#notified) session.on(method, (params) => emitter.fire(params));
      this.#become({ kind: "running" });
      return session;
    } catch (error) {
      if (this.#session === starting) this.#ended(toFailure(error).message, undefined);
      throw new RequestFailure("SERVER_STOPPED", l10n.t("The server did not start: {0}", toFailure(error).message));
    }
  }

  #ended(why: string, upMs: number | undefined): void {
    this.#session = undefined;
    const verdict = this.#policy.ended(upMs);
    if (verdict.kind === "giveUp") {
      this.#become({ kind: "failed", why });
      return;
    }
    this.#restartTimer = setTimeout(() => void this.#start().catch(() => undefined), verdict.afterMs);
    this.#become({ kind: "waiting", why, dueMs: Date.now() + verdict.afterMs, attempt: verdict.attempt });
  }

  async #end(): Promise<void> {
    clearTimeout(this.#restartTimer);
    const ending = this.#session;
    this.#session = undefined;
    const session = await ending?.catch(() => undefined);
    await session?.stop();
  }

  #emitter(method: string): EventEmitter<unknown> {
    const known = this.#notified.get(method);
    if (known !== undefined) return known;
    const emitter = new EventEmitter<unknown>();
    this.#notified.set(method, emitter);
    // A session that is still starting hears of it when it is up.
    if (this.#state.kind === "running") {
      void this.#session?.then((session) => session.on(method, (params) => emitter.fire(params)));
    }
    return emitter;
  }

  #become(state: ServerState): void {
    if (this.#state.kind === "stopped") return;
    this.#state = state;
    this.#changed.fire(state);
  }
}

/** Fails, and cancels, what takes longer than anything may. */
async function withinTime<Result>(answer: Promise<Result>, method: string, cancel: () => void): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      cancel();
      reject(new RequestFailure("TIMED_OUT", l10n.t("The server did not answer in time ({0})", method)));
    }, longestRequestMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
