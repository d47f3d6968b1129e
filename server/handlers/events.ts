/** Raising events, and what a person wants to know before doing so. */
import { event, typeOf } from "../../library/index.ts";
import { parseArguments, readArguments } from "../argument-text.ts";
import type { Binding } from "../binding.ts";
import { object, text } from "../checks.ts";
import { checkArguments, findReceivers, raiseEvent } from "../protocol/events.ts";
import type { Sessions } from "../sessions.ts";
import { Subscribers } from "../topology/subscribers.ts";

export function bindEvents(binding: Binding, sessions: Sessions): void {
  binding.answer(checkArguments, object({ text }), (typed) => {
    const read = readArguments(typed.text);
    return "problem" in read ? read : { types: read.values.map(typeOf) };
  });

  binding.answer(findReceivers, object({ cluster: text, topic: text }), async ({ cluster, topic }) => {
    const session = sessions.cluster(cluster);
    const reports = await session.topology.reports();
    if (reports === undefined) return { receivers: [], known: false };
    return { receivers: new Subscribers(reports, session.context.id).of(topic), known: true };
  });

  const raised = object({ cluster: text, topic: text, name: text, args: text });
  binding.answer(raiseEvent, raised, ({ cluster, topic, name, args }) => ({
    peers: sessions.cluster(cluster).raise(topic, event(name, parseArguments(args))),
  }));
}
