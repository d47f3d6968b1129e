/** `switchyard completion`: what makes a shell complete our command lines. */
import { Argument, type Command } from "commander";
import { type ShellName, scripts, shells } from "./completion/scripts.ts";
import type { Shell } from "./shell.ts";

export function registerCompletion(program: Command, shell: Shell): void {
  program
    .command("completion")
    .description("Prints a script that makes a shell complete commands, options, contexts, files and topics.")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .addHelpText(
      "after",
      `
Examples, of which the first two last as long as the shell:
  source <(switchyard completion bash)
  source <(switchyard completion zsh)
  switchyard completion fish > ~/.config/fish/completions/switchyard.fish`,
    )
    .action((name: ShellName) => shell.out.write(scripts[name]));
}
