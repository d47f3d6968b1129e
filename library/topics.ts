/** Topics: what is offered, asked for and passed on, and over which connection. */
import type { Connection } from "./connection.ts";
import { SwitchyardError } from "./core/errors.ts";
import type { ForwardRule } from "./core/interest.ts";
import { checkPattern } from "./core/pattern.ts";
import type { TopicSchema } from "./core/schema.ts";
import { checkRaisable } from "./core/topic.ts";
import type { Node } from "./node.ts";
import type { Subscription } from "./routes.ts";

/** What turns a node into a router, until it is stopped. */
export interface Forwarding {
  /** Ends it. Stopping twice is harmless. */
  stop(): void;
}

/** A schema, until it is removed. */
export interface DeclaredSchema {
  /** Removing twice is harmless. */
  remove(): void;
}

export class Topics {
  readonly #node: Node;
  readonly #subscriptions: Subscription[] = [];

  constructor(node: Node) {
    this.#node = node;
  }

  /**
   * Offers a topic over a connection, or over all, future ones too. Connections with `autoPublish` offer whatever is
   * raised by themselves.
   * @throws SwitchyardError `BAD_TOPIC`, `CLOSED`
   */
  publish(topic: string, connection?: Connection): void {
    this.#node.checkOpen();
    checkRaisable(topic);
    (connection?.published ?? this.#node.routes.published).add(topic);
    this.#node.routes.changed();
  }

  /** @throws SwitchyardError `NOT_PUBLISHED` unless it was published just so, `CLOSED` */
  unpublish(topic: string, connection?: Connection): void {
    this.#node.checkOpen();
    if (!(connection?.published ?? this.#node.routes.published).delete(topic)) {
      throw new SwitchyardError("NOT_PUBLISHED", topic);
    }
    this.#node.routes.changed();
  }

  /**
   * Asks the peer of a connection, or all peers, future ones too, for what matches. Resolves when those that are
   * connected know: what they raise from then on arrives. Subscribing twice takes unsubscribing twice.
   * @throws SwitchyardError `BAD_PATTERN`, `CLOSED`
   */
  async subscribe(pattern: string, connection?: Connection): Promise<void> {
    checkPattern(pattern);
    this.#node.checkOpen();
    const subscription = { pattern, connection: connection?.id, byHandler: false };
    this.#subscriptions.push(subscription);
    await this.#node.subscribe(subscription);
  }

  /**
   * Resolves when the peers know. What is on its way may still arrive until then.
   * @throws SwitchyardError `NOT_SUBSCRIBED` unless it was subscribed just so, `CLOSED`
   */
  async unsubscribe(pattern: string, connection?: Connection): Promise<void> {
    this.#node.checkOpen();
    const index = this.#subscriptions.findIndex(
      (each) => each.pattern === pattern && each.connection === connection?.id,
    );
    const [subscription] = index < 0 ? [] : this.#subscriptions.splice(index, 1);
    if (subscription === undefined) throw new SwitchyardError("NOT_SUBSCRIBED", pattern);
    await this.#node.unsubscribe(subscription);
  }

  /**
   * Our own handlers see what we raise ourselves under matching topics.
   * @throws SwitchyardError `BAD_PATTERN`, `CLOSED`
   */
  subscribeLocally(pattern: string): void {
    this.#node.checkOpen();
    checkPattern(pattern);
    this.#node.routes.locally.add(pattern);
    this.#node.routes.changed();
  }

  /** @throws SwitchyardError `NOT_SUBSCRIBED`, `CLOSED` */
  unsubscribeLocally(pattern: string): void {
    this.#node.checkOpen();
    if (!this.#node.routes.locally.delete(pattern)) {
      throw new SwitchyardError("NOT_SUBSCRIBED", `${pattern}, locally`);
    }
    this.#node.routes.changed();
  }

  /**
   * Passes on what comes in from `from` and matches to those `to` peers that want it; either left out means all,
   * future ones too. Interest travels the other way by itself. Nothing goes back where it came from.
   * @throws SwitchyardError `BAD_PATTERN`, `CLOSED`
   */
  forward(pattern: string, { from, to }: { from?: Connection; to?: Connection } = {}): Forwarding {
    this.#node.checkOpen();
    checkPattern(pattern);
    const rule: ForwardRule = { pattern, from: from?.id, to: to?.id };
    this.#node.interest.addRule(rule);
    return { stop: () => this.#node.interest.removeRule(rule) };
  }

  /**
   * Declares the events of what is raised here under topics that match: `raise` and `survey` refuse others with
   * `SCHEMA_MISMATCH`. Where several schemas match a topic, all of them hold. What peers raise is theirs to check.
   * @throws SwitchyardError `BAD_PATTERN`, `BAD_ARGUMENT` for a type that is none, `CLOSED`
   */
  schema(pattern: string, schema: TopicSchema): DeclaredSchema {
    this.#node.checkOpen();
    checkPattern(pattern);
    return { remove: this.#node.schemas.add(pattern, schema) };
  }
}
