/** Events: a name with values, raised under a topic, handled by whoever subscribed. */

import { Arrival, inspect } from "./arrival.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { checkPattern } from "./core/pattern.ts";
import { checkNotOfStore, quoted, textFault } from "./core/topic.ts";
import { type Input, type Time, time as timeValue, toValue, type Value } from "./core/values/index.ts";
import { MessageStream, type StreamOptions } from "./message-stream.ts";
import type { MessageKind, Raised } from "./messages.ts";
import type { Node } from "./node.ts";
import { ArrivedQuestion, OwnQuestion } from "./question.ts";
import type { Answer, SurveyOptions } from "./surveys.ts";
import type { WireTime } from "./wire/codec.ts";
import { FrameKind } from "./wire/frames.ts";
import type { ShapeName } from "./wire/shape.ts";
import { timeOfWire, wireTimeOf } from "./wire/time.ts";

/** A plain object, never changed: a name with values. */
export interface Event {
  readonly name: string;
  readonly args: readonly Value[];
  /** When it happened; `undefined`: when it is raised. */
  readonly time: Time | undefined;
}

/** An event as handlers get it. Its arguments are built when they are first read. */
export interface ReceivedEvent extends Event {
  readonly time: Time;
  /** The node that raised it. */
  readonly origin: Origin;
  /** Connections it came over: 0 for our own, 1 from a direct peer. */
  readonly hops: number;
  /** The body as it came, in MessagePack: a view, to be copied by whoever keeps it; gone once `args` has been read. */
  readonly raw?: Uint8Array | undefined;
}

/**
 * Answers the question of a survey, with values or with an event of another name. Of each node the first answer counts.
 * Harmless where nobody asked: `isWanted` tells.
 *
 * Returns whether the answer set out; false where it is not wanted, or where there is no way back any more.
 * @throws SwitchyardError `BAD_ARGUMENT`, `BAD_VALUE`, `OUT_OF_RANGE`, `TOO_LARGE`, `TOO_MANY`
 */
export interface Reply {
  (answer?: readonly Input[] | Event): boolean;
  /** This event is the question of a survey. */
  readonly isWanted: boolean;
}

/** May return a promise: then nothing more is read from that peer until it settles. It may reply later, too. */
export type EventHandler = (event: ReceivedEvent, topic: string, reply: Reply) => unknown;

type Run = (event: ReceivedEvent, topic: string) => unknown;

/**
 * Makes an event. Plain JavaScript arguments become values as docs/values.md says (a number is a double).
 *
 * @param name 1 to 1024 bytes; by convention `[<module>::]<name>`
 * @throws SwitchyardError `BAD_ARGUMENT`, `BAD_VALUE`, `OUT_OF_RANGE`, `TOO_LARGE`, `TOO_MANY`
 */
export function event(name: string, args: readonly Input[] = [], options: { time?: Time | Date } = {}): Event {
  const fault = textFault(name);
  if (fault !== undefined) throw new SwitchyardError("BAD_ARGUMENT", `event name ${quoted(name)} ${fault}`);
  if (!Array.isArray(args)) throw new SwitchyardError("BAD_ARGUMENT", `the arguments of ${name} must be an array`);
  if (args.length > limits.messageValues) throw new SwitchyardError("TOO_MANY", `${args.length} arguments of ${name}`);
  // Not map, which makes other arrays once V8 optimizes it, so that code is thrown away; nor grown, which reserves 17 places.
  const values = new Array<Value>(args.length);
  for (let i = 0; i < values.length; i++) values[i] = toValue(args[i]);
  return new MadeEvent(name, values, options.time === undefined ? undefined : timeValue(options.time));
}

class MadeEvent implements Event {
  readonly name: string;
  readonly args: readonly Value[];
  readonly time: Time | undefined;

  constructor(name: string, args: readonly Value[], time: Time | undefined) {
    this.name = name;
    this.args = args;
    this.time = time;
  }
}

export class Events {
  readonly #node: Node;
  /** What runs for each handler: always the same, so that the same handler is known again. */
  readonly #runs = new WeakMap<EventHandler, Run>();

  constructor(node: Node) {
    this.#node = node;
    node.messages.register(eventKind);
  }

  /**
   * Registers a handler and, on connections with `autoSubscribe`, subscribes to the pattern. Several handlers of a topic
   * all run, in the order of registration; one function registered under several patterns runs once for each event.
   * Resolves when the peers that are connected know: what they raise from then on arrives.
   *
   * The questions of surveys come to the same handlers, which answer with their third argument.
   *
   * @throws SwitchyardError `BAD_PATTERN`, `CLOSED`
   */
  on(pattern: string, handler: EventHandler): Promise<void> {
    checkPattern(pattern);
    return this.#node.addHandler(FrameKind.event, pattern, this.#runOf(handler));
  }

  /**
   * Takes off one handler of the pattern, or all of them, and unsubscribes when it was the last.
   * @throws SwitchyardError `NOT_SUBSCRIBED`, `CLOSED`
   */
  off(pattern: string, handler?: EventHandler): Promise<void> {
    return this.#node.removeHandlers(FrameKind.event, pattern, handler && this.#runOf(handler));
  }

  /**
   * Raises `event` under `topic`: every node with a matching subscription receives it.
   * Returns at once, and does nothing where nobody subscribes. Events of one node under one topic
   * arrive in the order they were raised. Who raises many waits for `context.drained()` now and then.
   *
   * @param topic 1 to 1024 bytes of UTF-8, no `*`; no leading `.` but in `.node.<name>`, which reaches one node
   * @throws SwitchyardError `BAD_TOPIC`, `SCHEMA_MISMATCH`, `TOO_LARGE`, `TOO_MANY`, or `CLOSED` after `context.close()`
   */
  raise(topic: string, event: Event): void {
    this.#node.checkOpen();
    checkNotOfStore(topic);
    const made = event instanceof MadeEvent ? event : remade(event);
    if (!this.#node.schemas.isEmpty) this.#node.schemas.check(topic, made.name, made.args);
    this.#node.messages.raise(topic, new RaisedEvent(made, this.#node));
  }

  /**
   * Asks a question of every node that handles events under `topic`, and takes the first answer of each. The question
   * travels as an event does, and our own handlers answer where the topic is subscribed locally; answers come back the
   * same way and trigger no handler. Resolves with the answers in the order they came, when `expected` have come or the
   * time is over. What comes later, and what a node says again, is dropped and counted by `context.stats()`.
   *
   * A node that leaves meanwhile is no failure: it does not answer. Closing the context is: it rejects with `CLOSED`.
   *
   * @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `OUT_OF_RANGE`, `SCHEMA_MISMATCH`, `TOO_LARGE`, `TOO_MANY`, `CLOSED`
   */
  survey(topic: string, question: Event, options: SurveyOptions = {}): Promise<readonly Answer[]> {
    const answers = this.#survey(topic, question, options);
    answers.catch(() => {}); // whoever does not wait for it is not ended by it
    return answers;
  }

  async #survey(topic: string, question: Event, options: SurveyOptions): Promise<readonly Answer[]> {
    this.#node.checkOpen();
    checkNotOfStore(topic);
    const made = question instanceof MadeEvent ? question : remade(question);
    if (!this.#node.schemas.isEmpty) this.#node.schemas.check(topic, made.name, made.args);
    return this.#node.surveys.ask(topic, made, options);
  }

  /**
   * The events of a pattern as a loop reads them: `for await (const { event, topic, reply } of events.stream("a.*"))`.
   *
   * Subscribes at once, and unsubscribes when the loop ends or `signal` aborts; when the context closes, what has come
   * is still read. While `capacity` events wait for the loop, nothing more is read from the peers that send them, so
   * nothing is lost. Our own events, which nobody can hold up, are dropped then and counted by `dropped`.
   *
   * @param options.capacity default 1024; beyond it only the rest of what was read with it is kept
   * @throws SwitchyardError `BAD_PATTERN`, `BAD_ARGUMENT`, `CLOSED`
   */
  stream(pattern: string, options: StreamOptions = {}): MessageStream<StreamedEvent> {
    checkPattern(pattern);
    this.#node.checkOpen();
    return new MessageStream<StreamedEvent>(this.#node, options, (take) => {
      const handler: EventHandler = (event, topic, reply) => take({ event, topic, reply }, event.hops === 0);
      return { isKnown: this.on(pattern, handler), off: () => this.off(pattern, handler) };
    });
  }

  #runOf(handler: EventHandler): Run {
    let run = this.#runs.get(handler);
    if (run === undefined) {
      run = (event, topic) => handler(event, topic, this.#replyTo(event));
      this.#runs.set(handler, run);
    }
    return run;
  }

  #replyTo(question: ReceivedEvent): Reply {
    if (question instanceof ArrivedEvent) return noReply; // by far the most, and seen at a glance
    if (!(question instanceof ArrivedQuestion || question instanceof OwnQuestion)) return noReply;
    const reply = (answer: readonly Input[] | Event = []): boolean =>
      this.#node.surveys.answer(question, answerOf(answer, question.name));
    return Object.assign(reply, { isWanted: true });
  }
}

/** One event of a stream. */
export interface StreamedEvent {
  readonly event: ReceivedEvent;
  readonly topic: string;
  readonly reply: Reply;
}

const noReply: Reply = Object.assign(() => false, { isWanted: false });

function answerOf(answer: readonly Input[] | Event, name: string): Event {
  if (answer instanceof MadeEvent) return answer;
  if (Array.isArray(answer)) return event(name, answer as readonly Input[]);
  if (typeof answer === "object" && answer !== null && "name" in answer) return remade(answer);
  throw new SwitchyardError("BAD_ARGUMENT", `an answer to ${name} must be an array of values, or an event`);
}

/** Somebody wrote the object by hand. */
function remade({ name, args, time }: Event): Event {
  return event(name, args, time === undefined ? {} : { time });
}

const noColumns: ShapeName["columns"] = [];

export class RaisedEvent implements Raised<ReceivedEvent> {
  readonly kind = FrameKind.event;
  readonly signature = undefined;
  readonly writer = "";
  readonly columns = noColumns;
  readonly name: string;
  readonly values: readonly Value[];
  readonly time: WireTime | undefined;
  readonly #node: { readonly origin: Origin };

  constructor({ name, args, time }: Event, node: { readonly origin: Origin }) {
    this.name = name;
    this.values = args;
    this.time = time === undefined ? undefined : wireTimeOf(time);
    this.#node = node;
  }

  toMessage(time: WireTime): ReceivedEvent {
    return { name: this.name, args: this.values, time: timeOfWire(time), origin: this.#node.origin, hops: 0 };
  }
}

class ArrivedEvent extends Arrival implements ReceivedEvent {
  get name(): string {
    return this.shape.definition.name;
  }

  get args(): readonly Value[] {
    return this.readValues();
  }

  /** What `console.log` shows. */
  [inspect](): ReceivedEvent {
    const { name, args, time, origin, hops } = this;
    return { name, args, time, origin, hops };
  }
}

const eventKind: MessageKind<ReceivedEvent> = {
  kind: FrameKind.event,
  isDroppable: true,
  received: (stream, shape, bytes, start, hops) => new ArrivedEvent(stream, shape, bytes, start, hops),
};
