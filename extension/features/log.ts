/** The log of the extension and of its server, and what a person is told when something they started went wrong. */
import { commands, env, type LogOutputChannel, l10n, window } from "vscode";
import type { Activation } from "../activation.ts";
import { toFailure } from "../failure.ts";

export function activate({ subscriptions, log, server }: Activation): void {
  subscriptions.push(
    commands.registerCommand("switchyard.showLog", () => log.show()),
    commands.registerCommand("switchyard.restartServer", () => server.restart()),
    server.onDidChangeState((state) => {
      if ("why" in state) log.error(`server ${state.kind}: ${state.why}`);
      else log.info(`server ${state.kind}`);
    }),
  );
}

/** What a person can do about a failure. */
export interface Remedy {
  readonly label: string;
  /** True: what had failed went well. */
  readonly run: () => Promise<boolean>;
}

/**
 * Says that what a person asked for failed: what, why, and with which code. For failures of their own commands only;
 * trouble in the background is shown in tree, status bar and log. True: a remedy helped.
 */
export async function tellFailure(
  log: LogOutputChannel,
  what: string,
  error: unknown,
  remedies: readonly Remedy[] = [],
): Promise<boolean> {
  const { code, message } = toFailure(error);
  if (code === "CANCELLED") return false;
  const sentence = `${what}: ${message}`;
  log.error(`${sentence} [${code}]`);
  const showLog = l10n.t("Show Log");
  const copyDetails = l10n.t("Copy Details");
  const chosen = await window.showErrorMessage(sentence, ...remedies.map(({ label }) => label), showLog, copyDetails);
  if (chosen === showLog) log.show();
  if (chosen === copyDetails) await env.clipboard.writeText(`${sentence}\n${l10n.t("Code {0}", code)}`);
  return (await remedies.find(({ label }) => label === chosen)?.run()) ?? false;
}
