/**
 * Routes: who gets the messages of a stream, worked out once and used until anything changes.
 *
 * Invariant: a route is only used while its `generation` is the table's, and for messages that came in over its `from`.
 * Knows nothing of bytes: the messages do.
 */

import type { ConnectionId, ForwardRule } from "./core/interest.ts";
import { limits } from "./core/limits.ts";
import { matches } from "./core/pattern.ts";
import { PatternIndex } from "./core/pattern-index.ts";
import { RecentMatches } from "./core/recent-matches.ts";
import { isReserved, isStoreTopic, nodeTopic, plainTopic } from "./core/topic.ts";
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
  /** We subscribed ourselves, over the connection that it comes from. */
  readonly isSubscribed: boolean;
  /** Handlers by the kind of message; each function once. */
  readonly handlers: HandlersByKind;
}

/** The generation of no table: such a route only remembers whom the messages went to. */
export const outdated = -1;

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

/** A node that wants something, as it is reached over one connection. */
export interface Subscriber {
  /** Its node life. */
  readonly id: string;
  readonly neighbour: Neighbour;
  /** Connections from here to there, by the path that was told last. */
  distance: number;
  /** What it wants. */
  readonly patterns: Set<string>;
}

export class RouteTable {
  /** Grows with every change that may alter a route. */
  generation = 0;
  readonly #wanted = new PatternIndex<Neighbour>();
  /** Many streams have one topic, and most changes leave what is wanted as it was. */
  readonly #recentlyWanted = new RecentMatches(this.#wanted);
  readonly #reasons = new Map<Neighbour, Map<string, number>>();
  /** Who wants something, each once for each neighbour it is behind. */
  readonly #subscribers = new PatternIndex<Subscriber>();
  readonly #behind = new Map<Neighbour, Map<string, Subscriber>>();
  readonly #rules = new Set<ForwardRule>();
  readonly #handlers = new Map<number, PatternIndex<Handler<never>>>();
  /** By topic, for as long as nothing changes; at most for `limits.recentTopics`, and then for none. */
  readonly #handled = new Map<string, HandlersByKind>();
  #handledIn = 0;
  readonly #subscriptions = new PatternIndex<Subscription>();
  /** Patterns under which our own messages are seen at home; whoever changes it calls `changed`. */
  readonly locally = new Set<string>();
  /** Topics that are offered over all connections; whoever changes it calls `changed`. */
  readonly published = new Set<string>();
  readonly #ownTopic: string;
  readonly #neighbours: ReadonlySet<Neighbour>;

  constructor(selfName: string, neighbours: ReadonlySet<Neighbour>) {
    this.#ownTopic = nodeTopic(selfName);
    this.#neighbours = neighbours;
  }

  /** Told of every change that may alter a route; empty, mostly. */
  readonly watchers = new Set<() => void>();

  changed(): void {
    this.generation += 1;
    for (const watcher of this.watchers) watcher();
  }

  /** The peer wants the pattern, for a node that is so many connections away. Told again when that changes. */
  want(neighbour: Neighbour, pattern: string, origin: string, distance: number): void {
    const subscriber = this.#subscriberOf(neighbour, origin);
    subscriber.distance = distance;
    if (subscriber.patterns.has(pattern)) return;
    subscriber.patterns.add(pattern);
    this.#subscribers.add(pattern, subscriber);
    const reasons = this.#reasons.get(neighbour) ?? new Map<string, number>();
    this.#reasons.set(neighbour, reasons);
    const count = reasons.get(pattern) ?? 0;
    reasons.set(pattern, count + 1);
    if (count === 0) this.#wanted.add(pattern, neighbour);
    this.changed();
  }

  drop(neighbour: Neighbour, pattern: string, origin: string): void {
    const subscriber = this.#behind.get(neighbour)?.get(origin);
    if (!subscriber?.patterns.delete(pattern)) return;
    this.#subscribers.remove(pattern, subscriber);
    if (subscriber.patterns.size === 0) this.#behind.get(neighbour)!.delete(origin);
    const reasons = this.#reasons.get(neighbour)!;
    const count = reasons.get(pattern)!;
    if (count > 1) reasons.set(pattern, count - 1);
    else {
      reasons.delete(pattern);
      this.#wanted.remove(pattern, neighbour);
    }
    this.changed();
  }

  /** The connection is down: nothing goes there. */
  dropAll(neighbour: Neighbour): void {
    for (const pattern of this.#reasons.get(neighbour)?.keys() ?? []) this.#wanted.remove(pattern, neighbour);
    for (const subscriber of this.#behind.get(neighbour)?.values() ?? []) {
      for (const pattern of subscriber.patterns) this.#subscribers.remove(pattern, subscriber);
    }
    this.#reasons.delete(neighbour);
    this.#behind.delete(neighbour);
    this.changed();
  }

  /** The nodes that are reached over this neighbour, itself included, and what they want. */
  *behind(neighbour: Neighbour): Generator<readonly [id: string, patterns: Iterable<string>]> {
    for (const { id, patterns } of this.#behind.get(neighbour)?.values() ?? []) yield [id, patterns];
  }

  #subscriberOf(neighbour: Neighbour, id: string): Subscriber {
    const behind = this.#behind.get(neighbour) ?? new Map<string, Subscriber>();
    this.#behind.set(neighbour, behind);
    const known = behind.get(id);
    if (known !== undefined) return known;
    const subscriber: Subscriber = { id, neighbour, distance: 0, patterns: new Set() };
    behind.set(id, subscriber);
    return subscriber;
  }

  /** Who wants the topic of a stream and is reached over one of the route's targets. */
  subscribersOf({ topic }: Stream, { targets }: Route): Subscriber[] {
    return this.#subscribers
      .match(topic)
      .filter(({ neighbour }) => !neighbour.isResting && targets.includes(neighbour));
  }

  /** Does the node want something, and is it reached over this neighbour? */
  isBehind(neighbour: Neighbour, id: string): boolean {
    return this.#behind.get(neighbour)?.has(id) ?? false;
  }

  /** The neighbour by which a subscriber of the stream is reached soonest, for what comes from `from`. */
  towards(id: string, stream: Stream, from: Neighbour | undefined): Neighbour | undefined {
    const targets = from === undefined ? this.#targetsOfOwn(stream) : this.#targetsOfForwarded(stream, from);
    let best: Subscriber | undefined;
    for (const subscriber of this.#subscribers.match(stream.topic)) {
      const { neighbour, distance } = subscriber;
      if (subscriber.id !== id || neighbour.isResting || !targets.includes(neighbour)) continue;
      if (best === undefined || distance < best.distance) best = subscriber;
    }
    return best?.neighbour;
  }

  /** Does the peer want this topic? */
  isWanted(neighbour: Neighbour, topic: string): boolean {
    return this.#recentlyWanted.match(topic).includes(neighbour);
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
    const isSubscribed = this.#isSubscribed(stream.topic, from);
    const route: Route = {
      generation: this.generation,
      from,
      targets: from === undefined ? this.#targetsOfOwn(stream) : this.#targetsOfForwarded(stream, from),
      isSubscribed,
      handlers: isSubscribed ? this.#handlersOf(stream) : noHandlers,
    };
    if (from === undefined) {
      for (const target of route.targets) {
        if (known?.targets.includes(target) !== true) target.forgetStream(stream.number); // it shall know where it begins
      }
    }
    stream.route = route;
    return route;
  }

  #targetsOfOwn({ topic }: Stream): Neighbour[] {
    const offeredToAll = this.published.has(topic) || isStoreTopic(topic); // by opening the store
    return this.#receivers(topic).filter((to) => offeredToAll || to.autoPublish || to.published.has(topic));
  }

  #targetsOfForwarded({ topic, origin }: Stream, from: Neighbour): Neighbour[] {
    const plain = plainTopic(topic);
    const rules = [...this.#rules].filter((rule) => (rule.from ?? from.id) === from.id && matches(rule.pattern, plain));
    if (rules.length === 0) return [];
    return this.#receivers(topic).filter(
      (to) => to !== from && to.peerId !== origin.id && rules.some((rule) => (rule.to ?? to.id) === to.id),
    );
  }

  /** Who wants the topic and may have it. What is for one node goes to nobody else while that one is our neighbour. */
  #receivers(topic: string): Neighbour[] {
    const receivers = this.#recentlyWanted.match(topic).filter((to) => to.isOpen && to.mayReceive(topic));
    if (!isReserved(topic)) return receivers;
    if (topic === this.#ownTopic) return [];
    const itself = [...this.#neighbours].filter(({ peerName }) => nodeTopic(peerName) === topic);
    return itself.length === 0 ? receivers : receivers.filter((neighbour) => itself.includes(neighbour));
  }

  #isSubscribed(topic: string, from: Neighbour | undefined): boolean {
    if (from === undefined) return [...this.locally].some((pattern) => matches(pattern, topic));
    return this.#subscriptions.match(topic).some((subscription) => isAskedOf(subscription, from));
  }

  /** Do we still subscribe to the topic, over whatever connection? */
  isFollowing(topic: string): boolean {
    return this.#subscriptions.match(topic).length > 0;
  }

  /** One array for all streams of a topic. */
  #handlersOf({ topic }: Stream): HandlersByKind {
    if (this.#handledIn !== this.generation || this.#handled.size >= limits.recentTopics) this.#handled.clear();
    this.#handledIn = this.generation;
    const known = this.#handled.get(topic) ?? this.#findHandlers(topic);
    this.#handled.set(topic, known);
    return known;
  }

  #findHandlers(topic: string): HandlersByKind {
    const found: (readonly Handler<never>[] | undefined)[] = new Array(FrameKind.lastMessage + 1).fill(undefined);
    for (const [kind, index] of this.#handlers) {
      const handlers = distinct(index.match(topic).sort((a, b) => a.order - b.order));
      if (handlers.length > 0) found[kind] = handlers;
    }
    found[FrameKind.question] = found[FrameKind.event]; // whoever handles events answers surveys
    return found.every((handlers) => handlers === undefined) ? noHandlers : found;
  }
}

/** No function sees one message twice, whatever patterns it was registered under: the first time counts. */
function distinct(handlers: readonly Handler<never>[]): Handler<never>[] {
  const seen = new Set<unknown>();
  return handlers.filter(({ run }) => !seen.has(run) && seen.add(run));
}
