/**
 * Joins a cluster to send it something, and tells when that went nowhere or got lost on the way.
 *
 * Invariant: when it is over, all has left that will.
 */
import type { Context } from "../../library/index.ts";
import { join, withNode } from "./joining.ts";
import type { Shell } from "./shell.ts";
import { inGroups, printable } from "./style.ts";

export interface Sending {
  readonly command: string;
  readonly name: string | undefined;
  readonly location: string;
  /** For people: where it is sent to, and what it is: `zeek.dns`, `lines`. */
  readonly where: string;
  readonly what: string;
  readonly isQuiet: boolean;
}

export async function withReceivers(
  shell: Shell,
  { command, name, location, where, what, isQuiet }: Sending,
  send: (context: Context) => Promise<void>,
): Promise<void> {
  const connection = await withNode(shell, { command, name }, async (context) => {
    const connection = await join(shell, context, location);
    const sentBefore = connection.stats().sentMessages;
    await send(context);
    await context.drained();
    if (connection.stats().sentMessages === sentBefore && context.stats().raised > 0 && !isQuiet) {
      shell.say(`nobody subscribes to ${printable(where)} at ${printable(location)}: the ${what} went nowhere`);
    }
    return connection;
  });
  const { droppedMessages } = connection.stats();
  if (droppedMessages === 0) return;
  shell.failed();
  shell.say(`switchyard: ${inGroups(droppedMessages)} ${what} did not get to ${printable(location)}; ${command} again`);
}
