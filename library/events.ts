/** Events: a name with values, raised under a topic, handled by whoever subscribed. */

import { Arrival, inspect } from "./arrival.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { checkPattern } from "./core/pattern.ts";
import { quoted, textFault } from "./core/topic.ts";
import { type Input, type Time, time as timeValue, toValue, type Value } from "./core/values/index.ts";
import type { MessageKind, Raised } from "./messages.ts";
import type { Node } from "./node.ts";
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

/** May return a promise: then nothing more is read from that peer until it settles. */
export type EventHandler = (event: ReceivedEvent, topic: string) => unknown;

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
  return new MadeEvent(name, args.map(toValue), options.time === undefined ? undefined : timeValue(options.time));
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

  constructor(node: Node) {
    this.#node = node;
    node.messages.register(eventKind);
  }

  /**
   * Registers a handler and, on connections with `autoSubscribe`, subscribes to the pattern. Several handlers of a topic
   * all run, in the order of registration; one function registered under several patterns runs once for each event.
   * Resolves when the peers that are connected know: what they raise from then on arrives.
   *
   * @throws SwitchyardError `BAD_PATTERN`, `CLOSED`
   */
  on(pattern: string, handler: EventHandler): Promise<void> {
    checkPattern(pattern);
    return this.#node.addHandler(FrameKind.event, pattern, handler);
  }

  /**
   * Takes off one handler of the pattern, or all of them, and unsubscribes when it was the last.
   * @throws SwitchyardError `NOT_SUBSCRIBED`, `CLOSED`
   */
  off(pattern: string, handler?: EventHandler): Promise<void> {
    return this.#node.removeHandlers(FrameKind.event, pattern, handler);
  }

  /**
   * Raises `event` under `topic`: every node with a matching subscription receives it.
   * Returns at once, and does nothing where nobody subscribes. Events of one node under one topic
   * arrive in the order they were raised. Who raises many waits for `context.drained()` now and then.
   *
   * @param topic 1 to 1024 bytes of UTF-8, no `*`; no leading `.` but in `.node.<name>`, which reaches one node
   * @throws SwitchyardError `BAD_TOPIC`, `TOO_LARGE`, `TOO_MANY`, or `CLOSED` after `context.close()`
   */
  raise(topic: string, event: Event): void {
    this.#node.checkOpen();
    const made = event instanceof MadeEvent ? event : remade(event);
    this.#node.messages.raise(topic, new RaisedEvent(made, this.#node));
  }
}

/** Somebody wrote the object by hand. */
function remade({ name, args, time }: Event): Event {
  return event(name, args, time === undefined ? {} : { time });
}

const noColumns: ShapeName["columns"] = [];

class RaisedEvent implements Raised<ReceivedEvent> {
  readonly kind = FrameKind.event;
  readonly signature = undefined;
  readonly writer = "";
  readonly columns = noColumns;
  readonly name: string;
  readonly values: readonly Value[];
  readonly time: WireTime | undefined;
  readonly #node: Node;

  constructor({ name, args, time }: Event, node: Node) {
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
  received: (...arrival) => new ArrivedEvent(...arrival),
};
