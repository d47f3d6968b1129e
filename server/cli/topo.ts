/** `switchyard topo`: the whole cluster as seen from one of its nodes. */
import { type Command, Option } from "commander";
import { SwitchyardError } from "../../library/index.ts";
import { dotGraph, mermaidGraph } from "./cluster-graph.ts";
import { readableCluster } from "./cluster-tree.ts";
import { type ClusterView, clusterOf } from "./cluster-view.ts";
import { join, withNode } from "./joining.ts";
import { readDurationMs } from "./options.ts";
import { waitingFor } from "./progress.ts";
import type { Shell } from "./shell.ts";
import { harmlessJson } from "./style.ts";

interface Options {
  readonly json?: true;
  readonly dot?: true;
  readonly mermaid?: true;
  readonly timeout: number;
}

export function registerTopo(program: Command, shell: Shell): void {
  program
    .command("topo")
    .description("Shows the whole cluster: nodes, their connections, and who raises, wants and forwards what.")
    .argument("[loc]", "any node of it; the context in use, where none is named", "@")
    .option("--json", 'print {"nodes":[…]} on one line: what each node tells of itself')
    .option("--dot", "print a graph for Graphviz")
    .option("--mermaid", "print a graph for Mermaid, as in Markdown")
    .addOption(
      new Option("--timeout <time>", "how long to wait for nodes that do not answer")
        .argParser(readDurationMs)
        .default(2_000, "2s"),
    )
    .addHelpText(
      "after",
      `
Examples:
  switchyard topo tcp://127.0.0.1:9999
  switchyard topo tcp://127.0.0.1:9999 --dot | dot -Tsvg > cluster.svg`,
    )
    .action((location: string, options: Options) => run(shell, location, options));
}

async function run(shell: Shell, location: string, options: Options): Promise<void> {
  if ([options.json, options.dot, options.mermaid].filter(Boolean).length > 1) {
    throw new SwitchyardError("BAD_ARGUMENT", "--json, --dot and --mermaid, of which only one can be");
  }
  await withNode(shell, { command: "topo" }, async (context) => {
    await join(shell, context, location);
    const asked = context.cluster.nodes({ timeoutMs: options.timeout });
    const reports = await waitingFor(shell, "waiting for nodes that do not answer", asked);
    shell.out.write(formatOf(options, shell)(clusterOf(reports, context.id)));
  });
}

function formatOf({ json, dot, mermaid }: Options, shell: Shell): (view: ClusterView) => string {
  if (json) return ({ nodes }) => `${harmlessJson({ nodes })}\n`;
  if (dot) return dotGraph;
  return mermaid ? mermaidGraph : (view) => readableCluster(view, shell.style);
}
