/**
 * `switchyard complete`: what the scripts of `switchyard completion` ask.
 *
 * Invariant: answers within a moment, and says nothing where it does not know; what a shell would take for something
 * else is left out.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { Context, type NodeReport } from "../../library/index.ts";
import { makeProgram } from "./command-line.ts";
import { type Candidate, offerOf, type World } from "./completion/candidates.ts";
import { wordsOf } from "./completion/words.ts";
import { targetOf } from "./connection-options.ts";
import { readContexts } from "./contexts/context-file.ts";
import type { Shell } from "./shell.ts";

/** How long somebody who pressed the key may wait for a cluster. */
const patienceMs = 300;
const topicsAtMost = 200;

export function registerComplete(program: Command, shell: Shell): void {
  program
    .command("complete", { hidden: true })
    .description("Prints what may come next on a command line: a line each, with a tab before what it means.")
    .requiredOption("--line <text>", "the command line up to the cursor")
    .addHelpText("after", "\nExample:\n  switchyard complete --line 'switchyard logs t'")
    .action(({ line }: { readonly line: string }) => run(shell, line));
}

async function run(shell: Shell, line: string): Promise<void> {
  const words = wordsOf(line).slice(1);
  const named = words.filter((word) => !word.startsWith("-") && word !== "help");
  const program = await makeProgram(named[0], shell);
  const offer = await offerOf(program, words, worldOf(shell));
  if (offer === "files") shell.out.line(":files");
  else for (const candidate of offer) if (isPlain(candidate.text)) shell.out.line(lineOf(candidate));
}

/** Needs no quotes in any shell. */
function isPlain(text: string): boolean {
  return /^[\w@.:/+-]+$/.test(text);
}

function lineOf({ text, description }: Candidate): string {
  return `${text}\t${description.replace(/[\p{Cc}\p{Cf}]+/gu, " ")}`;
}

function worldOf(shell: Shell): World {
  return {
    contexts: async () => {
      const { saved } = await readContexts().catch(() => ({
        saved: new Map() as Awaited<ReturnType<typeof readContexts>>["saved"],
      }));
      return [...saved].map(([name, { location, description = location }]) => ({ text: `@${name}`, description }));
    },
    topics: (location) => soon(reportsAt(shell, location).then(topicsOf)),
    stores: (location) => soon(reportsAt(shell, location).then(storesOf)),
  };
}

function soon(candidates: Promise<Candidate[]>): Promise<Candidate[]> {
  return Promise.race([candidates.catch(() => []), delay(patienceMs, [])]);
}

async function reportsAt(shell: Shell, written: string): Promise<readonly NodeReport[]> {
  const { location, options } = await targetOf(shell, written, {});
  const context = new Context();
  try {
    await context.connections.open(location, { ...options, retry: false, timeoutMs: patienceMs });
    return await context.cluster.nodes({ timeoutMs: patienceMs / 2 });
  } finally {
    await context.close({ graceMs: 0 });
  }
}

function topicsOf(reports: readonly NodeReport[]): Candidate[] {
  const topics = reports.flatMap((node) => [...node.topics.map(({ topic }) => topic), ...node.offers]);
  return shown(topics, "a topic");
}

function storesOf(reports: readonly NodeReport[]): Candidate[] {
  const stores = reports.flatMap(({ stores = [] }) => stores.map(({ topic }) => topic));
  return shown(stores, "a store");
}

function shown(topics: readonly string[], description: string): Candidate[] {
  const sorted = [...new Set(topics)].filter((topic) => !topic.startsWith(".")).sort();
  return sorted.slice(0, topicsAtMost).map((text) => ({ text, description }));
}
