/**
 * Joins a cluster for the length of one command, and tells people what happens to the connection meanwhile.
 *
 * Invariant: what is opened here is closed when the command ends, in whatever way; what was sent has left before.
 */
import { type Connection, Context, type ContextOptions, type SwitchyardError } from "../../library/index.ts";
import { type ConnectionOptions, targetOf } from "./connection-options.ts";
import { waitingFor } from "./progress.ts";
import { minding, type Shell } from "./shell.ts";
import { conflictWords } from "./store-facts.ts";
import { printable } from "./style.ts";

/** How long a slow peer may take for what was sent, when the command is done. */
const graceMs = 30_000;
/** The same, when somebody pressed Ctrl-C and waits. */
const hurriedGraceMs = 1_000;

/** The name that nodes of the cluster see: which command it is, and that it will not stay. */
function nameFor(command: string): string {
  return `${command}-${Math.random().toString(16).slice(2, 6).padEnd(4, "0")}`;
}

interface NodeWish {
  readonly command: string;
  readonly name?: string | undefined;
  readonly settings?: Omit<ContextOptions, "name">;
}

/** Runs `use` with a node of its own, which is gone afterwards. */
export async function withNode<Result>(
  shell: Shell,
  { command, name, settings = {} }: NodeWish,
  use: (context: Context) => Promise<Result>,
): Promise<Result> {
  const context = new Context({ ...settings, name: name ?? nameFor(command) });
  context.on("error", (error) => shell.say(printable(error.message)));
  context.on("authority-conflict", (conflict) => shell.say(conflictWords(conflict)));
  try {
    return await use(context);
  } finally {
    const closed = context.close({ graceMs: shell.stopped.aborted ? hurriedGraceMs : graceMs });
    await waitingFor(shell, "waiting until a slow peer has taken the rest", closed);
  }
}

/**
 * Connects, and says when that connection is lost and found again.
 * @param written a location, `@NAME`, or `@` for the context in use
 * @param how by default, what the options of the command say
 */
export async function join(
  shell: Shell,
  context: Context,
  written: string,
  how: ConnectionOptions = shell.connection,
): Promise<Connection> {
  const { location, options } = await targetOf(shell, written, how);
  const opened = context.connections.open(location, options);
  const connection = await minding(shell, waitingFor(shell, `connecting to ${location}`, opened));
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
