/** Raising events, what a person wants to know before doing so, and what nodes say to it. */
import { type Answer, event, typeOf } from "../../library/index.ts";
import { parseArguments, readArguments } from "../argument-text.ts";
import type { Binding } from "../binding.ts";
import { object, text, wholeNumber } from "../checks.ts";
import { listText } from "../monitors/value-text.ts";
import { cut, visible } from "../monitors/visible-text.ts";
import { askSurvey, checkArguments, findReceivers, raiseEvent, type SurveyAnswer } from "../protocol/events.ts";
import type { Sessions } from "../sessions.ts";
import { Subscribers } from "../topology/subscribers.ts";

/** Longer than that nobody looks at a form; the editor gives up after 30 s. */
const longestSurveyMs = 20_000;
const mostAnswers = 1_000;

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

  const question = { cluster: text, topic: text, name: text, args: text, timeoutMs: wholeNumber(1, longestSurveyMs) };
  binding.answer(askSurvey, object(question), async ({ cluster, topic, name, args, timeoutMs }, signal) => {
    const asked = event(name, parseArguments(args));
    const answers = await sessions.cluster(cluster).context.events.survey(topic, asked, { timeoutMs, signal });
    const shown = answers.slice(0, mostAnswers).map(answerOf);
    return { answers: shown, leftOut: answers.length - shown.length };
  });
}

function answerOf({ node, hops, afterMs, name, args }: Answer): SurveyAnswer {
  const { text: values } = listText(args);
  return {
    ...{ node: visible(node.name), nodeId: node.id, hops, afterMs: Math.round(afterMs * 1_000) / 1_000 },
    ...{ name: visible(name), text: cut(values) },
  };
}
