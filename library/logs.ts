/** Remote logs: lines with named, typed columns, written here and handled wherever somebody subscribed. */

import { Arrival, inspect } from "./arrival.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { checkPattern } from "./core/pattern.ts";
import { checkRaisable, quoted, textFault } from "./core/topic.ts";
import { type Input, type Time, toValue, type Value } from "./core/values/index.ts";
import { MessageStream, type StreamOptions } from "./message-stream.ts";
import type { MessageKind, Raised } from "./messages.ts";
import type { Node } from "./node.ts";
import type { Stream } from "./streams.ts";
import type { WireTime } from "./wire/codec.ts";
import { signatureOfColumns } from "./wire/column-types.ts";
import { FrameKind } from "./wire/frames.ts";
import type { Column, Shape } from "./wire/shape.ts";
import { timeOfWire } from "./wire/time.ts";

export interface LogHeader {
  readonly topic: string;
  /** The log's name, as Zeek's enum has it: `DNS::LOG`, or a plain word. */
  readonly id: string;
  readonly writer: string;
  /** Empty when the log was opened without. */
  readonly columns: readonly Column[];
}

export interface LogLine {
  /** The same object for all lines of one log. */
  readonly log: LogHeader;
  readonly values: readonly Value[];
  /** When it was written. */
  readonly time: Time;
  readonly origin: Origin;
  /** Connections it came over: 0 for our own, 1 from a direct peer. */
  readonly hops: number;
  /** The body as it came, in MessagePack: a view, to be copied by whoever keeps it; gone once `values` has been read. */
  readonly raw?: Uint8Array | undefined;
}

/** May return a promise: then nothing more is read from that peer until it settles. */
export type LogHandler = (line: LogLine, topic: string) => unknown;

export interface Log {
  readonly topic: string;
  readonly id: string;
  readonly writer: string;
  readonly columns: readonly Column[];
  /**
   * Writes one line. False: more waits for a peer than should; go on after `context.drained()`. Nothing is dropped.
   * @throws SwitchyardError `SCHEMA_MISMATCH`, `BAD_VALUE`, `TOO_LARGE`, `TOO_MANY`, `SPOOL_FULL`, `CLOSED`
   */
  write(values: readonly Input[]): boolean;
  close(): void;
}

export class Logs {
  readonly #node: Node;
  readonly #columns = new Map<string, readonly Column[]>();

  constructor(node: Node) {
    this.#node = node;
    node.messages.register(logKind);
  }

  /**
   * Opens a log for writing. With `columns`, names and types travel with it and each line must have them;
   * any value may be none.
   *
   * @param id the log's name, as Zeek's enum has it
   * @param writer as Zeek's enum has it; default `Log::WRITER_ASCII`
   * @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `TOO_MANY`, `CLOSED`
   */
  open(
    topic: string,
    id: string,
    writer = "Log::WRITER_ASCII",
    options: { readonly columns?: readonly Column[] } = {},
  ): Log {
    this.#node.checkOpen();
    checkRaisable(topic);
    const columns = this.#shared((options.columns ?? []).map(({ name, type }) => ({ name, type })));
    checkHeader({ topic, id, writer, columns });
    return new OpenLog(this.#node, { topic, id, writer, columns }, signatureOfColumns(columns));
  }

  /** One array for equal columns, so that logs of one kind are seen to have one shape by a glance at it. */
  #shared(columns: readonly Column[]): readonly Column[] {
    const key = JSON.stringify(columns);
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    if (this.#columns.size >= limits.shapesPerStream) this.#columns.clear();
    this.#columns.set(key, columns);
    return columns;
  }

  /**
   * Registers a handler and, on connections with `autoSubscribe`, subscribes to the pattern.
   * @throws SwitchyardError `BAD_PATTERN`, `CLOSED`
   */
  on(pattern: string, handler: LogHandler): Promise<void> {
    checkPattern(pattern);
    return this.#node.addHandler(FrameKind.log, pattern, handler);
  }

  /** @throws SwitchyardError `NOT_SUBSCRIBED`, `CLOSED` */
  off(pattern: string, handler?: LogHandler): Promise<void> {
    return this.#node.removeHandlers(FrameKind.log, pattern, handler);
  }

  /**
   * The lines of a pattern as a loop reads them, as `events.stream` does with events.
   * @throws SwitchyardError `BAD_PATTERN`, `BAD_ARGUMENT`, `CLOSED`
   */
  stream(pattern: string, options: StreamOptions = {}): MessageStream<StreamedLine> {
    checkPattern(pattern);
    this.#node.checkOpen();
    return new MessageStream<StreamedLine>(this.#node, options, (take) => {
      const handler: LogHandler = (line, topic) => take({ line, topic }, line.hops === 0);
      return { isKnown: this.on(pattern, handler), off: () => this.off(pattern, handler) };
    });
  }
}

/** One line of a stream. */
export interface StreamedLine {
  readonly line: LogLine;
  readonly topic: string;
}

/** Whatever names a log must be a text that travels. */
function checkHeader({ id, writer, columns }: LogHeader): void {
  const texts = [id, writer, ...columns.flatMap(({ name, type }) => [name, type])];
  for (const text of texts) {
    const fault = textFault(text);
    if (fault !== undefined) throw new SwitchyardError("BAD_ARGUMENT", `${quoted(text)}, which names a log, ${fault}`);
  }
  if (columns.length > limits.messageValues)
    throw new SwitchyardError("TOO_MANY", `${columns.length} columns of ${id}`);
}

class OpenLog implements Log {
  readonly topic: string;
  readonly id: string;
  readonly writer: string;
  readonly columns: readonly Column[];
  readonly #node: Node;
  readonly #signature: string | undefined;
  #isClosed = false;

  constructor(node: Node, { topic, id, writer, columns }: LogHeader, signature: string | undefined) {
    this.topic = topic;
    this.id = id;
    this.writer = writer;
    this.columns = columns;
    this.#node = node;
    this.#signature = signature;
  }

  write(values: readonly Input[]): boolean {
    this.#node.checkOpen();
    if (this.#isClosed) throw new SwitchyardError("CLOSED", `log ${this.id} under ${this.topic}`);
    if (values.length > limits.messageValues) throw new SwitchyardError("TOO_MANY", `${values.length} values`);
    return this.#node.messages.raise(this.topic, new RaisedLine(this.#node, this, this.#signature, values));
  }

  close(): void {
    this.#isClosed = true;
  }
}

class RaisedLine implements Raised<LogLine> {
  readonly kind = FrameKind.log;
  readonly time = undefined;
  readonly name: string;
  readonly writer: string;
  readonly columns: readonly Column[];
  readonly signature: string | undefined;
  readonly values: readonly Value[];
  readonly #log: LogHeader;
  readonly #node: Node;

  constructor(node: Node, log: LogHeader, signature: string | undefined, values: readonly Input[]) {
    this.name = log.id;
    this.writer = log.writer;
    this.columns = log.columns;
    this.signature = signature;
    this.values = values.map(toValue);
    this.#log = log;
    this.#node = node;
  }

  toMessage(time: WireTime): LogLine {
    return { log: this.#log, values: this.values, time: timeOfWire(time), origin: this.#node.origin, hops: 0 };
  }
}

class ArrivedLine extends Arrival implements LogLine {
  get log(): LogHeader {
    return headerOf(this.stream, this.shape);
  }

  get values(): readonly Value[] {
    return this.readValues();
  }

  /** What `console.log` shows. */
  [inspect](): LogLine {
    const { log, values, time, origin, hops } = this;
    return { log, values, time, origin, hops };
  }
}

const headers = new WeakMap<Shape, LogHeader>();

function headerOf({ topic }: Stream, shape: Shape): LogHeader {
  let header = headers.get(shape);
  if (header === undefined) {
    const { name, writer, columns } = shape.definition;
    header = { topic, id: name, writer, columns };
    headers.set(shape, header);
  }
  return header;
}

const logKind: MessageKind<LogLine> = {
  kind: FrameKind.log,
  isDroppable: false,
  received: (...arrival) => new ArrivedLine(...arrival),
};
