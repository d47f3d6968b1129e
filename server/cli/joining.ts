/**
 * Joins a cluster for the length of one command, and tells people what happens to the connection meanwhile.
 *
 * Invariant: what is opened here is closed when the command ends, in whatever way; what was sent has left before.
 */
import { type Connection, Context, type SwitchyardError } from "../../library/index.ts";
import type { Shell } from "./shell.ts";
import { printable } from "./style.ts";

/** How long a slow peer may take for what was sent, when the command is done. */
const graceMs = 30_000;
/** The same, when somebody pressed Ctrl-C and waits. */
const hurriedGraceMs = 1_000;

/** The name that nodes of the cluster see: which command it is, and that it will not stay. */
function nameFor(command: string): string {
  return `${command}-${Math.random().toString(16).slice(2, 6).padEnd(4, "0")}`;
}

/** Runs `use` with a node of its own, which is gone afterwards. */
export async function withNode<Result>(
  shell: Shell,
  { command, name }: { readonly command: string; readonly name?: string | undefined },
  use: (context: Context) => Promise<Result>,
): Promise<Result> {
  const context = new Context({ name: name ?? nameFor(command) });
  context.on("error", (error) => shell.say(printable(error.message)));
  try {
    return await use(context);
  } finally {
    await context.close({ graceMs: shell.stopped.aborted ? hurriedGraceMs : graceMs });
  }
}

/** Connects to `location`, and says when that connection is lost and found again. */
export async function join(shell: Shell, context: Context, location: string): Promise<Connection> {
  const connection = await context.connections.open(location);
  tellOf(shell, connection);
  return connection;
}

/** Says once that a connection is lost, and once that it is back. */
export function tellOf(shell: Shell, connection: Connection): void {
  const where = printable(connection.location);
  let isLost = false;
  connection.on("down", (_error: SwitchyardError | undefined, retryInMs: number | undefined) => {
    if (isLost || retryInMs === undefined) return;
    isLost = true;
    shell.say(`${where}: connection lost; trying again until it answers`);
  });
  connection.on("up", () => {
    if (isLost) shell.say(`${where}: connected again; what was sent meanwhile did not arrive`);
    isLost = false;
  });
  connection.on("closed", (error) => {
    if (error !== undefined) shell.failed();
  });
}
