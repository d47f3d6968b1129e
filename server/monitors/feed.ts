/**
 * The events and log lines of one cluster, as rows for its monitors.
 *
 * Invariant: a monitor is handed each message once, however many of its patterns match; a message that several monitors
 * want is put into words once. A pattern is subscribed to while some monitor holds it, and no longer.
 * Knows nothing of what monitors do with rows.
 */
import { type Clock, type Context, type Gap, type LogLine, matches, type ReceivedEvent } from "../../library/index.ts";
import { type KeptRow, keepEvent, keepLine } from "./kept-row.ts";

/** Whom a feed hands what it has. */
export interface Taker {
  keep(row: KeptRow): void;
  /** Messages under the patterns will not come. */
  lost(gap: Gap): void;
}

/** After this many rows in one turn of the event loop its peer waits for the next turn, and panels get their answers. */
const mostRowsInTurn = 1_000;

export class Feed {
  readonly #context: Context;
  readonly #clock: Clock;
  readonly #held = new Map<string, number>(); // how many monitors hold each pattern
  #lastMessage: object | undefined;
  #lastRow: KeptRow | undefined;
  #rowsInTurn = 0;

  constructor(context: Context, clock: Clock) {
    this.#context = context;
    this.#clock = clock;
  }

  /**
   * Hands `taker` every message under the patterns, also those that this node raises itself, and what is lost of them.
   * Resolves, with what stops it, when the connected peers know.
   * @throws SwitchyardError `BAD_PATTERN`, `CLOSED`; then nothing stays subscribed
   */
  async open(patterns: readonly string[], taker: Taker): Promise<() => Promise<void>> {
    const { events, logs } = this.#context;
    // One function for all patterns: it is run once for a message, however many of them match.
    const onEvent = (event: ReceivedEvent, topic: string): Promise<void> | undefined => {
      taker.keep(this.#rowOf(event, topic, keepEvent));
      return this.#rest();
    };
    const onLine = (line: LogLine, topic: string): Promise<void> | undefined => {
      taker.keep(this.#rowOf(line, topic, keepLine));
      return this.#rest();
    };
    const onGap = (gap: Gap): void => {
      if (patterns.some((pattern) => matches(pattern, gap.topic))) taker.lost(gap);
    };
    const held = this.#hold(new Set(patterns));
    this.#context.on("gap", onGap);
    try {
      await Promise.all(held.flatMap((pattern) => [events.on(pattern, onEvent), logs.on(pattern, onLine)]));
    } catch (error) {
      this.#context.off("gap", onGap);
      this.#release(held);
      throw error;
    }
    return async () => {
      this.#context.off("gap", onGap);
      this.#release(held);
      await Promise.all(held.flatMap((pattern) => [events.off(pattern, onEvent), logs.off(pattern, onLine)]));
    };
  }

  #rowOf<Message extends object>(
    message: Message,
    topic: string,
    keep: (message: Message, topic: string, nowMs: number) => KeptRow,
  ): KeptRow {
    if (message !== this.#lastMessage || this.#lastRow === undefined) {
      this.#lastMessage = message;
      this.#lastRow = keep(message, topic, this.#clock.wallMs());
    }
    return this.#lastRow;
  }

  /** What the peer waits for before it is read again, when it has had its share of this turn. */
  #rest(): Promise<void> | undefined {
    this.#rowsInTurn++;
    if (this.#rowsInTurn === 1) this.#clock.soon(() => (this.#rowsInTurn = 0));
    return this.#rowsInTurn === mostRowsInTurn ? new Promise((resolve) => this.#clock.soon(resolve)) : undefined;
  }

  /** Asks for this node's own messages too, all of them or none. */
  #hold(patterns: Iterable<string>): string[] {
    const held: string[] = [];
    try {
      for (const pattern of patterns) {
        const times = this.#held.get(pattern) ?? 0;
        if (times === 0) this.#context.topics.subscribeLocally(pattern);
        this.#held.set(pattern, times + 1);
        held.push(pattern);
      }
    } catch (error) {
      this.#release(held);
      throw error;
    }
    return held;
  }

  #release(patterns: readonly string[]): void {
    for (const pattern of patterns) {
      const times = this.#held.get(pattern) ?? 0;
      this.#held.set(pattern, times - 1);
      if (times > 1) continue;
      this.#held.delete(pattern);
      this.#context.topics.unsubscribeLocally(pattern);
    }
  }
}
