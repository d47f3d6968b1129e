/** A router as a process, and a node of the test's own that is connected to it and gone when the test ends. */
import { onTestFinished } from "vitest";
import { Context } from "../../../library/index.ts";
import { listeningNode } from "./command.ts";

export async function cluster() {
  const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
  const context = new Context({ name: "sender" });
  onTestFinished(() => context.close());
  const connection = await context.connections.open(location);
  return { location, context, connection };
}
