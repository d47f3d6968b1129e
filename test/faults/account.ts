/**
 * The account of one stream of numbered messages: what was raised, what came, what was told to be missing.
 *
 * Invariant: knows nothing of how messages travel, nor of the counters of the nodes: those are held against it.
 */
import { type Context, count, event, type Value } from "../../library/index.ts";

/** What `gap` tells. Written down here too, so that a test of it does not rest on the library's word. */
export interface Gap {
  readonly origin: { readonly name: string; readonly id: string };
  readonly topic: string;
  readonly missing: number;
}

export type Kind = "event" | "log";

export class Account {
  /** Numbers in the order they came. */
  readonly received: number[] = [];
  readonly gaps: Gap[] = [];
  raised = 0;
  readonly #kind: Kind;
  readonly #topic: string;
  readonly #filling: Value;

  constructor(kind: Kind, topic: string, filling: Value = null) {
    this.#kind = kind;
    this.#topic = topic;
    this.#filling = filling;
  }

  /** Raises so many more at this node. */
  raise(source: Context, messages: number): void {
    const log = this.#kind === "log" ? source.logs.open(this.#topic, "Fault::LOG") : undefined;
    for (let i = 0; i < messages; i++) {
      const values = [count(this.raised++), this.#filling];
      if (log === undefined) source.events.raise(this.#topic, event("fault", values));
      else log.write(values);
    }
  }

  /** Takes down what this node gets. Resolves when its peers know. */
  async keepAt(sink: Context): Promise<void> {
    const take = (values: readonly Value[]): void => {
      this.received.push(Number(values[0]));
    };
    onGap(sink, (gap) => {
      if (gap.topic === this.#topic) this.gaps.push(gap);
    });
    if (this.#kind === "event") await sink.events.on(this.#topic, ({ args }) => take(args));
    else await sink.logs.on(this.#topic, ({ values }) => take(values));
  }

  get last(): number {
    return this.received.at(-1) ?? -1;
  }

  get missing(): number {
    return this.gaps.reduce((sum, { missing }) => sum + missing, 0);
  }

  /** M1 and M3: nothing twice, nothing out of order. */
  checkOrder(): void {
    for (const [i, number] of this.received.entries()) {
      const before = this.received[i - 1] ?? -1;
      if (number <= before) throw new Error(`${this.#kind} ${number} came after ${before}`);
    }
  }

  /** M4: what came and what is known to be missing is what was raised. */
  checkSum(): void {
    const { raised, received, missing } = this;
    if (received.length + missing === raised) return;
    throw new Error(`${raised} ${this.#kind}s raised, ${received.length} came and ${missing} were told to be missing`);
  }

  /** All of these came, and so did all that was raised after them. */
  checkAllFrom(first: number): void {
    const tail = this.received.filter((number) => number >= first);
    if (tail.length === this.raised - first) return;
    throw new Error(`of the ${this.raised - first} ${this.#kind}s from ${first} on, ${tail.length} came`);
  }
}

function onGap(context: Context, listener: (gap: Gap) => void): void {
  const emitter: { on(name: string, listener: (gap: Gap) => void): unknown } = context as never;
  emitter.on("gap", listener);
}
