/** Nodes for the server to talk to; closed when the test ends. */
import { onTestFinished } from "vitest";
import { Context, type ListenOptions } from "../../library/index.ts";

let count = 0;

/** A node that listens in this process, where no port can be taken. */
export async function listeningNode(
  name: string,
  options: ListenOptions = {},
  location = `inproc://server-test-${count++}`,
): Promise<{ readonly context: Context; readonly location: string }> {
  const context = new Context({ name });
  onTestFinished(() => context.close());
  const listener = await context.connections.listen(location, options);
  return { context, location: listener.location };
}
