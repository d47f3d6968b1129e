/** `switchyard lsp`: the language server, for any editor. */
import type { Command } from "commander";
import type { Shell } from "./shell.ts";

export function registerLsp(program: Command, _shell: Shell): void {
  program
    .command("lsp")
    .description("Runs the language server until the editor goes.")
    .requiredOption("--stdio", "speak over standard input and output")
    .addHelpText(
      "after",
      `
Example, for an editor that starts it itself:
  switchyard lsp --stdio`,
    )
    .action(async () => {
      const { runLanguageServer } = await import("../server.ts");
      runLanguageServer();
      await new Promise(() => undefined); // it ends the process itself, with the editor
    });
}
