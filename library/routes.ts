/**
 * Routes: who gets the messages of a stream, worked out once and used until anything changes.
 *
 * Invariant: a route is only used while its `generation` is the table's, and for messages that came in over its `from`.
 * Knows nothing of bytes: the messages do.
 */

import type { ConnectionId, ForwardRule } from "./core/interest.ts";
import { matches } from "./core/pattern.ts";
import { PatternIndex } from "./core/pattern-index.ts";
import { RecentMatches } from "./core/recent-matches.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Stream } from "./streams.ts";
import { FrameKind } from "./wire/frames.ts";

export interface Handler<Message> {
  readonly pattern: string;
  readonly run: (message: Message, topic: string) => unknown;
  /** When it was registered: handlers of one message run in this order. */
  readonly order: number;
  /** Cleared when it is taken off, also while a message is on its way through the handlers. */
  isActive: boolean;
}

export interface Route {
  readonly generation: number;
  /** `undefined`: raised here. */
  readonly from: Neighbour | undefined;
  readonly targets: readonly Neighbour[];
  /** Handlers by the kind of message; each function once. */
  readonly handlers: HandlersByKind;
}

/** A reason to ask peers for a pattern. */
export interface Subscription {
  readonly pattern: string;
  /** `undefined`: all, future ones too. */
  readonly connection: ConnectionId | undefined;
  /** Made by a handler: only connections with `autoSubscribe` are asked. */
  readonly byHandler: boolean;
}

export function isAskedOf({ connection, byHandler }: Subscription, neighbour: Neighbour): boolean {
  return byHandler ? neighbour.autoSubscribe : (connection ?? neighbour.id) === neighbour.id;
}

/** An array, not a Map: it is looked at for every message. */
type HandlersByKind = readonly (readonly Handler<never>[] | undefined)[];

const noHandlers: HandlersByKind = [];

export class RouteTable {
  /** Grows with every change that may alter a route. */
  generation = 0;
  readonly #wanted = new PatternIndex<Neighbour>();
  /** Many streams have one topic, and most changes leave what is wanted as it was. */
  readonly #recentlyWanted = new RecentMatches(this.#wanted);
  readonly #reasons = new Map<Neighbour, Map<string, number>>();
  readonly #rules = new Set<ForwardRule>();
  readonly #handlers = new Map<number, PatternIndex<Handler<never>>>();
  readonly #subscriptions = new PatternIndex<Subscription>();
  /** Patterns under which our own messages are seen at home; whoever changes it calls `changed`. */
  readonly locally = new Set<string>();
  /** Topics that are offered over all connections; whoever changes it calls `changed`. */
  readonly published = new Set<string>();

  changed(): void {
    this.generation += 1;
  }

  /** The peer wants the pattern, for one origin more. */
  want(neighbour: Neighbour, pattern: string): void {
    const reasons = this.#reasons.get(neighbour) ?? new Map<string, number>();
    this.#reasons.set(neighbour, reasons);
    const count = reasons.get(pattern) ?? 0;
    reasons.set(pattern, count + 1);
    if (count > 0) return;
    this.#wanted.add(pattern, neighbour);
    this.changed();
  }

  drop(neighbour: Neighbour, pattern: string): void {
    const reasons = this.#reasons.get(neighbour);
    const count = reasons?.get(pattern);
    if (reasons === undefined || count === undefined) return;
    if (count > 1) {
      reasons.set(pattern, count - 1);
      return;
    }
    reasons.delete(pattern);
    this.#wanted.remove(pattern, neighbour);
    this.changed();
  }

  /** The connection is down: nothing goes there. */
  dropAll(neighbour: Neighbour): void {
    for (const pattern of this.#reasons.get(neighbour)?.keys() ?? []) this.#wanted.remove(pattern, neighbour);
    this.#reasons.delete(neighbour);
    this.changed();
  }

  /** What the peer wants, without repeats. */
  wantedBy(neighbour: Neighbour): string[] {
    return [...(this.#reasons.get(neighbour)?.keys() ?? [])];
  }

  addRule(rule: ForwardRule): void {
    this.#rules.add(rule);
    this.changed();
  }

  removeRule(rule: ForwardRule): void {
    this.#rules.delete(rule);
    this.changed();
  }

  get rules(): Iterable<ForwardRule> {
    return this.#rules;
  }

  addHandler(kind: number, handler: Handler<never>): void {
    const index = this.#handlers.get(kind) ?? new PatternIndex<Handler<never>>();
    this.#handlers.set(kind, index);
    index.add(handler.pattern, handler);
    this.changed();
  }

  removeHandler(kind: number, handler: Handler<never>): void {
    handler.isActive = false;
    this.#handlers.get(kind)?.remove(handler.pattern, handler);
    this.changed();
  }

  addSubscription(subscription: Subscription): void {
    this.#subscriptions.add(subscription.pattern, subscription);
    this.changed();
  }

  removeSubscription(subscription: Subscription): void {
    this.#subscriptions.remove(subscription.pattern, subscription);
    this.changed();
  }

  /** The route of a stream's messages that came in over `from`. */
  route(stream: Stream, from: Neighbour | undefined): Route {
    const known = stream.route;
    if (known !== undefined && known.generation === this.generation && known.from === from) return known;
    const route: Route = {
      generation: this.generation,
      from,
      targets: from === undefined ? this.#targetsOfOwn(stream) : this.#targetsOfForwarded(stream, from),
      handlers: this.#handlersOf(stream, from),
    };
    for (const target of route.targets) {
      if (known?.targets.includes(target) !== true) target.forgetStream(stream.number);
    }
    stream.route = route;
    return route;
  }

  #targetsOfOwn({ topic }: Stream): Neighbour[] {
    const offeredToAll = this.published.has(topic);
    return this.#recentlyWanted
      .match(topic)
      .filter((neighbour) => offeredToAll || neighbour.autoPublish || neighbour.published.has(topic));
  }

  #targetsOfForwarded({ topic, origin }: Stream, from: Neighbour): Neighbour[] {
    const rules = [...this.#rules].filter((rule) => (rule.from ?? from.id) === from.id && matches(rule.pattern, topic));
    if (rules.length === 0) return [];
    return this.#recentlyWanted
      .match(topic)
      .filter((to) => to !== from && to.peerId !== origin.id && rules.some((rule) => (rule.to ?? to.id) === to.id));
  }

  #handlersOf({ topic }: Stream, from: Neighbour | undefined): HandlersByKind {
    const isSubscribed =
      from === undefined
        ? [...this.locally].some((pattern) => matches(pattern, topic))
        : this.#subscriptions.match(topic).some((subscription) => isAskedOf(subscription, from));
    if (!isSubscribed) return noHandlers;
    const found: (readonly Handler<never>[] | undefined)[] = new Array(FrameKind.lastMessage + 1).fill(undefined);
    for (const [kind, index] of this.#handlers) {
      const handlers = distinct(index.match(topic).sort((a, b) => a.order - b.order));
      if (handlers.length > 0) found[kind] = handlers;
    }
    return found;
  }
}

/** No function sees one message twice, whatever patterns it was registered under: the first time counts. */
function distinct(handlers: readonly Handler<never>[]): Handler<never>[] {
  const seen = new Set<unknown>();
  return handlers.filter(({ run }) => !seen.has(run) && seen.add(run));
}
