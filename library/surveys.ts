/**
 * Surveys: asks a question of many, takes the answers, and passes those of others back the way their question came.
 *
 * The question travels as an event does; an answer goes from neighbour to neighbour and triggers no handler. Invariant:
 * each survey ends once: with enough answers, at its deadline, by its signal, or because the node closes.
 */
import { AnswerPaths } from "./core/answer-paths.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { type Survey, SurveyBook } from "./core/survey.ts";
import { Time, type Value } from "./core/values/index.ts";
import type { Event, ReceivedEvent } from "./events.ts";
import type { MessageKind } from "./messages.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Node } from "./node.ts";
import { ArrivedQuestion, OwnQuestion, RaisedQuestion, readLead } from "./question.ts";
import { answerFields, packAnswer, readAnswer, valuesOf, type WireAnswer } from "./wire/answer.ts";
import { type Field, FrameKind } from "./wire/frames.ts";

/** What one node said to a survey. */
export interface Answer {
  /** The node that answers. */
  readonly node: Origin;
  /** The question's name, unless the node chose another. */
  readonly name: string;
  readonly args: readonly Value[];
  readonly time: Time;
  /** Connections it came over: 0 from our own handler, 1 from a direct peer. */
  readonly hops: number;
  /** How long after the question it came. */
  readonly afterMs: number;
}

export interface SurveyOptions {
  /** Enough answers: the survey ends with the last of them. Default: it waits the whole time. 1 to 10,000. */
  readonly expected?: number | undefined;
  /** How long answers are waited for. Default 5000; above 0, at most a day. */
  readonly timeoutMs?: number | undefined;
  /** Ends the survey early, with the answers that have come. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each answer that counts, as it comes. */
  readonly onAnswer?: ((answer: Answer) => unknown) | undefined;
}

interface Running {
  readonly onAnswer: SurveyOptions["onAnswer"];
  readonly settle: (answers: readonly Answer[], failure: Failure | undefined) => void;
  cancelTimer: () => void;
}

interface Failure {
  readonly error: unknown;
}

export class Surveys {
  readonly #node: Node;
  readonly #book = new SurveyBook<Answer>();
  readonly #running = new Map<number, Running>();
  readonly #paths = new AnswerPaths<Neighbour>();
  /** Answers that found no way back, or no room on it. */
  #dropped = 0;

  constructor(node: Node) {
    this.#node = node;
    node.messages.register(this.#kind());
    node.closers.add(() => this.#close());
  }

  counts() {
    const { late, repeated, refused } = this.#book;
    return {
      ...{ answersLate: late, answersRepeated: repeated, answersRefused: refused },
      answersDropped: this.#dropped,
    };
  }

  /** @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `TOO_LARGE`, `TOO_MANY` */
  ask(topic: string, question: Event, options: SurveyOptions): Promise<readonly Answer[]> {
    const { expected, timeoutMs, signal, onAnswer } = checked(options);
    if (signal?.aborted) return Promise.resolve([]);
    const { origin, clock, messages } = this.#node;
    const id = this.#newId();
    const raised = new RaisedQuestion(question, { survey: id, timeoutMs }, origin);
    const startedMs = clock.nowMs();
    const survey = this.#book.begin(id, { expected, startedMs, deadlineMs: startedMs + timeoutMs });
    const outcome = this.#run(id, { onAnswer, signal });
    try {
      messages.raise(topic, raised);
    } catch (error) {
      this.#end(id, { error });
      return outcome;
    }
    survey.asked = this.#targetsOf(topic);
    this.#watch(id, survey);
    return outcome;
  }

  /** The peers to which what we raise under this topic goes. */
  #targetsOf(topic: string): ReadonlySet<string> {
    const { messages, routes } = this.#node;
    const stream = messages.streams.own(topic, false);
    const targets = stream === undefined ? [] : routes.route(stream, undefined).targets;
    return new Set(targets.map(({ peerId }) => peerId));
  }

  /** Nobody who has not seen the question can guess it. */
  #newId(): number {
    for (;;) {
      const bytes = this.#node.chance.bytes(4);
      const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
      if (!this.#book.knows(id)) return id;
    }
  }

  #run(id: number, { onAnswer, signal }: Pick<SurveyOptions, "onAnswer" | "signal">): Promise<readonly Answer[]> {
    const onAbort = (): void => this.#end(id);
    signal?.addEventListener("abort", onAbort, { once: true });
    return new Promise((resolve, reject) => {
      this.#running.set(id, {
        onAnswer,
        settle: (answers, failure) => {
          signal?.removeEventListener("abort", onAbort);
          if (failure === undefined) resolve(answers);
          else reject(failure.error);
        },
        cancelTimer: () => {},
      });
    });
  }

  /** A timer may come a little early; then the rest is waited for. */
  #watch(id: number, survey: Survey<Answer>): void {
    const running = this.#running.get(id);
    if (running === undefined) return; // our own handlers were all that was expected
    const { clock } = this.#node;
    const leftMs = survey.terms.deadlineMs - clock.nowMs();
    if (leftMs <= 0) this.#end(id);
    else running.cancelTimer = clock.after(leftMs, () => this.#watch(id, survey));
  }

  #end(id: number, failure?: Failure): void {
    const survey = this.#book.end(id);
    const running = this.#running.get(id);
    if (survey === undefined || running === undefined) return;
    this.#running.delete(id);
    running.cancelTimer();
    running.settle(survey.answers, failure);
  }

  #close(): void {
    const { name } = this.#node.origin;
    const error = new SwitchyardError("CLOSED", `context ${name}, during a survey`);
    for (const id of this.#book.open) this.#end(id, { error });
  }

  #kind(): MessageKind<ReceivedEvent> {
    return {
      kind: FrameKind.question,
      isDroppable: true,
      received: (...arrival) => new ArrivedQuestion(...arrival),
      noticed: (from, route, { origin }, shape, bytes, start) => {
        const lead = readLead(shape, bytes, start);
        if (lead === undefined) return false;
        if (origin.id === this.#node.origin.id) return true;
        const isOfUse = route.targets.length > 0 || route.handlers[FrameKind.question] !== undefined;
        const to = route.targets.map(({ peerId }) => peerId);
        const way = { back: from, to, timeoutMs: lead.timeoutMs };
        if (isOfUse) this.#paths.remember(origin.id, lead.survey, way, this.#node.clock.nowMs());
        return true;
      },
    };
  }

  /**
   * Answers a question that one of our handlers got. False: there is no way back any more.
   * @throws SwitchyardError `TOO_LARGE`, `TOO_MANY`
   */
  answer(question: OwnQuestion | ArrivedQuestion, { name, args, time }: Event): boolean {
    const { origin, clock, isClosed } = this.#node;
    const packed = packAnswer(name, time ?? new Time(BigInt(Math.floor(clock.wallMs())) * 1_000_000n), args);
    const isOwn = question instanceof OwnQuestion;
    const survey = isOwn ? OwnQuestion.surveyOf(question) : ArrivedQuestion.surveyOf(question);
    const answer: WireAnswer = { asker: question.origin.id, survey, hops: 0, node: origin, ...packed };
    if (isOwn) {
      this.#take(answer, undefined);
      return true;
    }
    const path = this.#paths.find(answer.asker, survey, clock.nowMs());
    if (path !== undefined && !isClosed && this.#send(path.back, answer)) return true;
    this.#dropped += 1;
    return false;
  }

  /** An answer came, for us or to be passed back. @throws SwitchyardError `BAD_FRAME` */
  receive(from: Neighbour, fields: readonly Field[]): void {
    const answer = readAnswer(fields);
    const { asker, node, hops } = answer;
    const self = this.#node.origin.id;
    const isForged = (hops === 0) !== (node.id === from.peerId) || node.id === self || node.id === asker;
    if (isForged) this.#book.refused += 1;
    else if (asker === self) this.#take({ ...answer, hops: hops + 1 }, from.peerId);
    else this.#passBack(from, answer);
  }

  #passBack(from: Neighbour, answer: WireAnswer): void {
    const path = this.#paths.find(answer.asker, answer.survey, this.#node.clock.nowMs());
    const hops = answer.hops + 1;
    if (path !== undefined && !path.to.includes(from.peerId)) {
      this.#book.refused += 1;
      return;
    }
    const isPassable = path !== undefined && hops < limits.hops && path.passed < limits.surveyAnswers;
    if (isPassable && this.#send(path.back, { ...answer, hops })) path.passed += 1;
    else this.#dropped += 1;
  }

  /** To the peer, over the connection that there is now. False: it is gone, or has enough waiting as it is. */
  #send(back: Neighbour, answer: WireAnswer): boolean {
    const { neighbours, options } = this.#node;
    const to = neighbours.has(back) ? back : [...neighbours].find(({ peerId }) => peerId === back.peerId);
    if (to === undefined || to.outbox.queuedBytes + answer.body.length > options.queueBytes / 2) return false;
    to.send(FrameKind.reply, answerFields(answer));
    return true;
  }

  #take(answer: WireAnswer, from: string | undefined): void {
    const { survey: id, node, hops, name, body } = answer;
    const nowMs = this.#node.clock.nowMs();
    const taken = this.#book.take({ survey: id, from, node: node.id, bytes: body.length }, nowMs, ({ terms }) => {
      const { time, values } = valuesOf(answer);
      return { node, name, args: values, time, hops, afterMs: nowMs - terms.startedMs };
    });
    if (taken === undefined) return;
    this.#tell(id, taken.answer);
    if (taken.survey.isComplete) this.#end(id);
  }

  /** A callback that fails hurts nobody else. */
  #tell(id: number, answer: Answer): void {
    const failed = (cause: unknown): void =>
      this.#node.fail(
        new SwitchyardError("HANDLER_FAILED", `onAnswer for ${answer.name}: ${String(cause)}`, { cause }),
      );
    try {
      const busy = this.#running.get(id)?.onAnswer?.(answer);
      if (busy instanceof Promise) busy.catch(failed);
    } catch (cause) {
      failed(cause);
    }
  }
}

type Checked = SurveyOptions & { readonly timeoutMs: number };

function checked({ expected, timeoutMs = 5_000, ...rest }: SurveyOptions): Checked {
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0)) {
    throw new SwitchyardError("BAD_ARGUMENT", `timeoutMs ${String(timeoutMs)} of a survey, which must be above 0`);
  }
  if (timeoutMs > limits.surveyMs) {
    throw new SwitchyardError("OUT_OF_RANGE", `timeoutMs ${timeoutMs} of a survey, at most ${limits.surveyMs}`);
  }
  const isCount = expected === undefined || (Number.isInteger(expected) && expected >= 1);
  if (!isCount || (expected ?? 0) > limits.surveyAnswers) {
    const wanted = `a whole number of 1 to ${limits.surveyAnswers}`;
    throw new SwitchyardError("BAD_ARGUMENT", `expected ${String(expected)} of a survey, which must be ${wanted}`);
  }
  return { expected, timeoutMs, ...rest };
}
