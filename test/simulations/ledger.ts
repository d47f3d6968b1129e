/**
 * What was raised and what arrived, and whether the one follows from the other.
 *
 * Each message carries its number among those of its sender, kind and topic. Invariant: the checks know nothing of how
 * messages travel; what should have arrived is told to them.
 */
import type { Context } from "../../library/context.ts";
import { count, equal, formatValue, type Value } from "../../library/core/values/index.ts";
import { event } from "../../library/events.ts";

export type Kind = "event" | "log";

export interface Raised {
  readonly origin: string;
  readonly kind: Kind;
  readonly topic: string;
  readonly number: number;
  readonly value: Value;
}

/** One handler, and what it got. */
export interface Observer {
  readonly node: string;
  readonly kind: Kind;
  readonly pattern: string;
  readonly received: Raised[];
  /** Resolves when the peers know of it. */
  readonly isKnown: Promise<void>;
  off(): Promise<void>;
}

export class Ledger {
  readonly raised: Raised[] = [];
  readonly observers: Observer[] = [];
  readonly #numbers = new Map<string, number>();

  raise(context: Context, kind: Kind, topic: string, value: Value = null): Raised {
    const key = `${context.name} ${kind} ${topic}`;
    const number = this.#numbers.get(key) ?? 0;
    this.#numbers.set(key, number + 1);
    const raised: Raised = { origin: context.name, kind, topic, number, value };
    this.raised.push(raised);
    const values = [count(number), value];
    if (kind === "event") context.events.raise(topic, event("test::event", values));
    else context.logs.open(topic, "Test::LOG").write(values);
    return raised;
  }

  observe(context: Context, kind: Kind, pattern: string): Observer {
    const received: Raised[] = [];
    const take = (origin: string, values: readonly Value[], topic: string): void => {
      received.push({ origin, kind, topic, number: Number(values[0]), value: values[1] ?? null });
    };
    const { events, logs } = context;
    const observer = { node: context.name, kind, pattern, received };
    const registered =
      kind === "event"
        ? register(events, pattern, (it: { origin: { name: string }; args: readonly Value[] }, topic: string) =>
            take(it.origin.name, it.args, topic),
          )
        : register(logs, pattern, (it: { origin: { name: string }; values: readonly Value[] }, topic: string) =>
            take(it.origin.name, it.values, topic),
          );
    this.observers.push({ ...observer, ...registered });
    return this.observers.at(-1)!;
  }

  /** Every observer got exactly what it should have got of all that was raised, in order, as it was sent. */
  check(shouldArrive: (raised: Raised, observer: Observer) => boolean, since = 0): void {
    const raised = this.raised.slice(since);
    for (const observer of this.observers) {
      const expected = raised.filter((each) => each.kind === observer.kind && shouldArrive(each, observer));
      checkSame(observer, expected);
    }
  }

  /** Whatever arrived was raised, arrived once, and in order. Nothing is said of what did not arrive. */
  checkOrder(): void {
    for (const observer of this.observers) checkOrder(observer);
  }
}

interface Registry<Message> {
  on(pattern: string, handler: (message: Message, topic: string) => unknown): Promise<void>;
  off(pattern: string, handler: (message: Message, topic: string) => unknown): Promise<void>;
}

function register<Message>(
  registry: Registry<Message>,
  pattern: string,
  handler: (message: Message, topic: string) => void,
): { isKnown: Promise<void>; off(): Promise<void> } {
  return { isKnown: registry.on(pattern, handler), off: () => registry.off(pattern, handler) };
}

function checkOrder(observer: Observer): void {
  const last = new Map<string, number>();
  for (const each of observer.received) {
    const key = streamOf(each);
    const before = last.get(key) ?? -1;
    if (each.number <= before) throw fault(observer, `got ${described(each)} after number ${before}`);
    last.set(key, each.number);
  }
}

function checkSame(observer: Observer, expected: readonly Raised[]): void {
  checkOrder(observer);
  const received = new Map(observer.received.map((each) => [`${streamOf(each)} ${each.number}`, each]));
  for (const each of expected) {
    const key = `${streamOf(each)} ${each.number}`;
    const arrived = received.get(key);
    if (arrived === undefined) throw fault(observer, `did not get ${described(each)}`);
    if (!equal(arrived.value, each.value)) {
      throw fault(observer, `got ${formatValue(arrived.value)} in place of ${formatValue(each.value)}`);
    }
    received.delete(key);
  }
  for (const each of received.values()) throw fault(observer, `got ${described(each)}, which nobody asked for`);
}

function streamOf({ origin, topic }: Raised): string {
  return `${origin} ${topic}`;
}

function described({ origin, kind, topic, number }: Raised): string {
  return `${kind} ${number} of ${origin} under ${topic}`;
}

function fault({ node, kind, pattern }: Observer, what: string): Error {
  return new Error(`${node}'s handler of ${kind}s for ${pattern} ${what}`);
}
