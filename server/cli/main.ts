#!/usr/bin/env node
/** The `switchyard` command as a process. */
import { constants } from "node:os";
import { runCommandLine } from "./command-line.ts";
import { ProcessShell } from "./shell.ts";

/** How long a slow reader of our output may take, once all is done. */
const finishMs = 5_000;

const shell = new ProcessShell(process);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    const stopStatus = 128 + constants.signals[signal];
    if (shell.stopped.aborted) process.exit(stopStatus); // asked twice: at once
    shell.stop(stopStatus);
  });
}

const status = await runCommandLine(process.argv.slice(2), shell);
await shell.out.finish(shell.stopped.aborted ? 1_000 : finishMs);
shell.progress("");
process.exit(status || shell.status); // the last of the output may have failed
