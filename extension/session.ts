/**
 * One run of the server process: forked over Node's IPC, spoken to by the language client.
 *
 * Invariant: the process is gone once `stop` has resolved, or once the start was rejected.
 * Knows nothing of restarts or of what is asked; it is loaded with the first start, to keep activation short.
 */
import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type CancellationToken, type LogOutputChannel, l10n } from "vscode";
import {
  CloseAction,
  ErrorAction,
  ErrorCodes,
  IPCMessageReader,
  LanguageClient,
  type LanguageClientOptions,
  LSPErrorCodes,
  ResponseError,
} from "vscode-languageclient/node";
import type { Session } from "./client.ts";
import { RequestFailure } from "./failure.ts";
import { Secrets, SecretWriter } from "./secret-writer.ts";

interface Patience {
  /** How long a process may take until it has answered `initialize`. */
  readonly startMs: number;
  /** How long it may take to end by itself before it is killed. */
  readonly stopMs: number;
}

/** How long to wait for what a process printed last. */
const lastWordsMs = 200;

/** Sends nothing to the notification area: what goes wrong is in the tree, the status bar and the log. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }
}

export async function startSession(
  module: string,
  log: LogOutputChannel,
  ended: (why: string) => void,
  { startMs, stopMs }: Patience = { startMs: 15_000, stopMs: 2_000 },
): Promise<Session> {
  const child = spawnServer(module);
  const gone = whenGone(child, log);
  const secrets = new Secrets();
  const client = createClient(child, log, secrets);
  let isAsked = false;

  const stop = async (): Promise<void> => {
    isAsked = true;
    const kill = setTimeout(() => child.kill("SIGKILL"), stopMs + 500);
    client.stop(stopMs).catch((error: unknown) => log.debug("stopping the server:", error));
    await gone;
    clearTimeout(kill);
  };

  try {
    await Promise.race([client.start(), failWhenGone(gone), failAfter(startMs)]);
  } catch (error) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    child.kill("SIGKILL");
    const why = await gone;
    throw hasEnded ? new Error(why) : error; // The client alone knows that it was cut off, not why.
  }
  void gone.then((why) => {
    if (!isAsked) ended(why);
  });
  return {
    request: async (method, params, token) => {
      const hidden = secrets.hide(params);
      try {
        return await ask(client, method, hidden.params, token);
      } finally {
        hidden.forget();
      }
    },
    on: (method, handler) => void client.onNotification(method, handler),
    stop,
  };
}

async function ask(
  client: LanguageClient,
  method: string,
  params: unknown,
  token: CancellationToken,
): Promise<unknown> {
  try {
    return await client.sendRequest<unknown>(method, params, token);
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    if (lostCodes.has(error.code)) throw new RequestFailure("SERVER_STOPPED", l10n.t("The server stopped"));
    if (error.code === LSPErrorCodes.RequestCancelled) throw new RequestFailure("CANCELLED", l10n.t("Cancelled"));
    throw error;
  }
}

/** What the client rejects with when the process goes away under a request. */
const lostCodes: ReadonlySet<number> = new Set([
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.ConnectionInactive,
  ErrorCodes.MessageWriteError,
]);

/** The editor's own Node runs it; none of the editor's flags, such as its debugger's, come along. */
function spawnServer(module: string): ChildProcess {
  return fork(module, ["--node-ipc", `--clientProcessId=${process.pid}`], {
    silent: true,
    execArgv: [],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
}

/** Resolves with a sentence when the process has ended and what it printed is in the log. */
async function whenGone(child: ChildProcess, log: LogOutputChannel): Promise<string> {
  let lastError = "";
  const printed = [
    readLines(child.stdout, (line) => log.info(`[server] ${line}`)),
    readLines(child.stderr, (line) => {
      log.error(`[server] ${line}`);
      if (/^\w*(Error|Exception)\b.*:/.test(line)) lastError = line.slice(0, 300);
    }),
  ];
  const how = await whenEnded(child);
  // Not `close`: it also waits for whoever inherited the streams, and never comes after some ways to disconnect.
  await Promise.race([Promise.all(printed), delay(lastWordsMs)]);
  const why = lastError === "" ? how : `${how} (${lastError})`;
  log.info(`[server] process ${child.pid}: ${why}`);
  return why;
}

function whenEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => {
      resolve(
        signal === null ? l10n.t("it ended with status {0}", String(code)) : l10n.t("it was ended by {0}", signal),
      );
    });
  });
}

/** Resolves at the end of the stream. */
function readLines(stream: Readable | null, line: (text: string) => void): Promise<void> {
  if (stream === null) return Promise.resolve();
  return new Promise((resolve) => {
    createInterface(stream).on("line", line).on("close", resolve);
  });
}

function createClient(child: ChildProcess, log: LogOutputChannel, secrets: Secrets): LanguageClient {
  const options: LanguageClientOptions = {
    outputChannel: log,
    traceOutputChannel: log,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: CloseAction.DoNotRestart, handled: true }), // Restarting is ours: client.ts.
    },
    initializationFailedHandler: () => false,
  };
  const transports = { reader: new IPCMessageReader(child), writer: new SecretWriter(child, secrets) };
  return new QuietClient("switchyard", "Switchyard", () => Promise.resolve(transports), options);
}

async function failWhenGone(gone: Promise<string>): Promise<never> {
  throw new Error(await gone);
}

async function failAfter(ms: number): Promise<never> {
  await delay(ms, undefined, { ref: false });
  throw new Error(l10n.t("it did not answer within {0} s", ms / 1_000));
}
