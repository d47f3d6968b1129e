/** An event as it is given to a command: topic, name, and arguments in the text form of values. */
import { checkTopic, type Event, event } from "../../library/index.ts";
import { readValueArguments } from "./value-argument.ts";

/**
 * Complains before anything is opened. @returns what makes the event, anew each time it is raised
 * @throws SwitchyardError `BAD_TOPIC`, `BAD_VALUE`, `BAD_NAME`
 */
export function givenEvent(topic: string, name: string, args: readonly string[]): () => Event {
  const values = readValueArguments(args);
  if (!topic.startsWith(".node.")) checkTopic(topic); // that one node has no other name
  event(name, values);
  return () => event(name, values);
}
