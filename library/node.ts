/**
 * What the parts of a context share: who this node is, its neighbours, and what it subscribes to.
 *
 * Public calls come in through `context.events` and the like, which check their arguments; here they take effect.
 */
import { releaseStreams } from "./announcements.ts";
import { Barriers } from "./barriers.ts";
import type { Chance, Clock } from "./clock.ts";
import { SwitchyardError } from "./core/errors.ts";
import type { Origin } from "./core/origin.ts";
import { InterestExchange } from "./interest-exchange.ts";
import { Messages } from "./messages.ts";
import type { Neighbour } from "./neighbour.ts";
import type { OverflowPolicy } from "./outbox.ts";
import { type Handler, RouteTable, type Subscription } from "./routes.ts";

export interface NodeOptions {
  readonly origin: Origin;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly queueMessages: number;
  readonly queueBytes: number;
  readonly onOverflow: OverflowPolicy;
  readonly onFailure: (error: SwitchyardError) => void;
}

export class Node {
  readonly origin: Origin;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly options: NodeOptions;
  readonly neighbours = new Set<Neighbour>();
  readonly routes: RouteTable;
  readonly messages: Messages;
  readonly interest: InterestExchange;
  readonly barriers: Barriers;
  readonly startedAtMs: number;
  isClosed = false;
  /** Of neighbours that are gone; see `refusedMessages`. */
  #refusedBefore = 0;

  readonly #registrations: Registration[] = [];
  #handlerCount = 0;
  #drainWaiters: (() => void)[] = [];

  constructor(options: NodeOptions) {
    this.options = options;
    this.origin = options.origin;
    this.clock = options.clock;
    this.chance = options.chance;
    this.startedAtMs = options.clock.wallMs();
    this.routes = new RouteTable(this.origin.name, this.neighbours);
    this.messages = new Messages(this.origin, this.routes, this.clock, this.neighbours, {
      failure: options.onFailure,
      flowing: () => this.#flowing(),
    });
    this.interest = new InterestExchange(this.origin, this.routes, (from, what) => this.refused(from, what));
    this.barriers = new Barriers(this.origin.id, this.neighbours);
  }

  get registrations(): readonly Registration[] {
    return this.#registrations;
  }

  fail(error: SwitchyardError): void {
    this.options.onFailure(error);
  }

  /** Messages that neighbours passed on and nobody got, because they may not. */
  get refusedMessages(): number {
    let sum = this.#refusedBefore;
    for (const { refusedMessages } of this.neighbours) sum += refusedMessages;
    return sum;
  }

  /** A neighbour did for others what it may not: it is left out, and told of once in a while. */
  refused(from: Neighbour, what: string): void {
    const times = from.refusals.happened(this.clock.nowMs());
    if (times === 0) return;
    const often = times === 1 ? "" : ` and ${times - 1} more since this was told last`;
    this.fail(new SwitchyardError("FORBIDDEN", `${from.peerName} passed on ${what}${often}, which nobody got`));
  }

  /** @throws SwitchyardError `CLOSED` */
  checkOpen(): void {
    if (this.isClosed) throw new SwitchyardError("CLOSED", `context ${this.origin.name}`);
  }

  connected(neighbour: Neighbour): void {
    this.neighbours.add(neighbour);
    this.routes.changed();
  }

  disconnected(neighbour: Neighbour): void {
    if (this.neighbours.delete(neighbour)) this.#refusedBefore += neighbour.refusedMessages;
    releaseStreams(neighbour, () => true);
    this.interest.disconnect(neighbour);
    this.messages.patience.lost(neighbour);
    this.barriers.lost(neighbour);
  }

  async subscribe(subscription: Subscription): Promise<void> {
    this.checkOpen();
    await this.barriers.ask(this.interest.subscribe(subscription), 1);
  }

  async unsubscribe(subscription: Subscription): Promise<void> {
    this.checkOpen();
    await this.barriers.ask(this.interest.unsubscribe(subscription), 1);
  }

  async addHandler<Message>(kind: number, pattern: string, run: Handler<Message>["run"]): Promise<void> {
    this.checkOpen();
    const handler = { pattern, run, order: this.#handlerCount++, isActive: true } as Handler<never>;
    const subscription: Subscription = { pattern, connection: undefined, byHandler: true };
    this.#registrations.push({ kind, handler, subscription });
    this.routes.addHandler(kind, handler);
    await this.subscribe(subscription);
  }

  /** Without `run`, all of the pattern. @throws SwitchyardError `NOT_SUBSCRIBED` */
  async removeHandlers<Message>(
    kind: number,
    pattern: string,
    run: Handler<Message>["run"] | undefined,
  ): Promise<void> {
    this.checkOpen();
    const removed = this.#registrations.filter(
      ({ kind: its, handler }) => its === kind && handler.pattern === pattern && (run ?? handler.run) === handler.run,
    );
    if (removed.length === 0) throw new SwitchyardError("NOT_SUBSCRIBED", `no handler for ${pattern}`);
    for (const registration of removed) {
      this.#registrations.splice(this.#registrations.indexOf(registration), 1);
      this.routes.removeHandler(kind, registration.handler);
    }
    await Promise.all(removed.map(({ subscription }) => this.unsubscribe(subscription)));
  }

  /** Resolves when no peer has more waiting than it should. */
  whenDrained(): Promise<void> {
    this.messages.departures.flush();
    if (this.messages.patience.isFlowing) return Promise.resolve();
    this.messages.patience.beginAll();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  #flowing(): void {
    if (this.#drainWaiters.length === 0 || !this.messages.patience.isFlowing) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** A handler, and the subscription that it stands for. */
export interface Registration {
  readonly kind: number;
  readonly handler: Handler<never>;
  readonly subscription: Subscription;
}
