/**
 * The built `switchyard` command, running beside the editor: nodes to connect to, and ears elsewhere in the cluster.
 *
 *     const node = startCommand("node", "--listen", "tcp://127.0.0.1:0", "--json");
 *     const { listening } = JSON.parse(await node.line(/"ready":true/));
 *
 * Invariant: `stop` leaves no process behind. A command that ends while a line is awaited fails with what it printed.
 */
import { fileURLToPath } from "node:url";
import { startGroup } from "../../.ci/rig.mjs";

const command = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface RunningCommand {
  /** What it printed on standard output up to now. */
  readonly lines: readonly string[];
  /** The first line that matches, printed already or yet to come. */
  line(pattern: RegExp): Promise<string>;
  /** Its exit status, once it has ended by itself. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

export function startCommand(...args: readonly string[]): RunningCommand {
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  const group = startGroup(process.execPath, [command, ...args], {
    onLine: (line) => {
      lines.push(line);
      for (const look of [...waiting]) look(line);
    },
  });

  function line(pattern: RegExp): Promise<string> {
    const printed = lines.find((text) => pattern.test(text));
    if (printed !== undefined) return Promise.resolve(printed);
    return new Promise((resolve, reject) => {
      const look = (text: string) => {
        if (!pattern.test(text)) return;
        waiting.delete(look);
        resolve(text);
      };
      waiting.add(look);
      void group.ended.then((status) =>
        reject(
          new Error(`switchyard ${args.join(" ")} ended with status ${status} before ${pattern}\n${group.output()}`),
        ),
      );
    });
  }

  return { lines, line, ended: group.ended, stop: group.stop };
}
