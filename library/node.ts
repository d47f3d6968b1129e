/**
 * What the parts of a context share: who this node is, its neighbours, and what it subscribes to.
 *
 * Public calls come in through `context.events` and the like, which check their arguments; here they take effect.
 */
import { Acknowledgements } from "./acknowledgements.ts";
import { forgetSource } from "./announcements.ts";
import { Barriers } from "./barriers.ts";
import type { Chance, Clock } from "./clock.ts";
import { SwitchyardError } from "./core/errors.ts";
import type { Origin } from "./core/origin.ts";
import { matches } from "./core/pattern.ts";
import { SchemaTable } from "./core/schema.ts";
import type { Gap } from "./gaps.ts";
import { InterestExchange } from "./interest-exchange.ts";
import { type Lost, LostLives } from "./lost-lives.ts";
import { Messages } from "./messages.ts";
import type { Neighbour } from "./neighbour.ts";
import type { OverflowPolicy } from "./outbox.ts";
import type { Processes } from "./processes.ts";
import { Reception } from "./reception.ts";
import { Resends } from "./resends.ts";
import { type Handler, RouteTable, type Subscription } from "./routes.ts";
import type { Stream } from "./streams.ts";
import { Surveys } from "./surveys.ts";

export interface NodeOptions {
  readonly origin: Origin;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly processes: Processes;
  readonly queueMessages: number;
  readonly queueBytes: number;
  readonly onOverflow: OverflowPolicy;
  readonly spoolBytes: number;
  readonly onGap: (gap: Gap) => void;
  readonly onFailure: (error: SwitchyardError) => void;
}

const nobody: Lost = { id: "", numbers: [] };

export class Node {
  readonly origin: Origin;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly options: NodeOptions;
  readonly neighbours = new Set<Neighbour>();
  readonly routes: RouteTable;
  /** Those whose link is lost and tried again. */
  readonly resting = new Set<Neighbour>();
  readonly messages: Messages;
  readonly reception: Reception;
  readonly resends: Resends;
  readonly acknowledgements: Acknowledgements;
  readonly interest: InterestExchange;
  readonly barriers: Barriers;
  readonly surveys: Surveys;
  readonly schemas = new SchemaTable();
  /** Run when the node closes, each once. */
  readonly closers = new Set<() => void>();
  readonly startedAtMs: number;
  isClosed = false;
  /** Of neighbours that are gone; see `refusedMessages`. */
  #refusedBefore = 0;
  readonly #lostLives = new LostLives();

  readonly #registrations: Registration[] = [];
  #handlerCount = 0;
  #drainWaiters: (() => void)[] = [];
  readonly #emptyWaiters: (() => void)[] = [];

  constructor(options: NodeOptions) {
    this.options = options;
    this.origin = options.origin;
    this.clock = options.clock;
    this.chance = options.chance;
    this.startedAtMs = options.clock.wallMs();
    this.routes = new RouteTable(this.origin.name, this.neighbours);
    const { origin, routes, clock, neighbours, resting } = this;
    const flowing = () => this.#flowing();
    this.messages = new Messages({
      ...{ self: origin, routes, clock, neighbours, resting, flowing },
      failure: options.onFailure,
    });
    this.interest = new InterestExchange(this.origin, this.routes, (from, what) => this.refused(from, what));
    this.resends = new Resends({
      ...{ clock, routes, flowing },
      drops: this.messages.drops,
      spoolBytes: options.spoolBytes,
      hasLeft: (id, topic) => this.interest.hasLeft(id, topic),
      nameOf: (id) => this.#nameOf(id),
      ownStream: (serial) => this.messages.streams.ownKept(serial),
    });
    this.messages.keepIn(this.resends);
    this.reception = new Reception(this.messages, {
      ...{ routes, clock },
      gap: options.onGap,
      mustAcknowledge: (stream, from, isMissing) => this.acknowledgements.note(stream, from, isMissing),
    });
    this.acknowledgements = new Acknowledgements({
      ...{ self: origin.id, clock, routes, neighbours, reception: this.reception, resends: this.resends },
      streams: this.messages.streams,
      refused: (from, what) => this.refused(from, what),
    });
    this.barriers = new Barriers(this.origin.id, this.neighbours, (origin) => this.interest.toldOf(origin));
    this.surveys = new Surveys(this);
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

  /** Nothing new is begun from here on; what runs until then ends. */
  close(): void {
    this.isClosed = true;
    for (const closer of [...this.closers]) closer();
    this.closers.clear();
  }

  connected(neighbour: Neighbour): void {
    const { id, numbers } = this.#lostLives.met(neighbour.origin) ?? nobody;
    const streams = numbers.map((number) => this.messages.streams.byNumber(number));
    this.#haveParted(streams.filter((stream) => stream?.origin.id === id) as readonly Stream[]);
    this.neighbours.add(neighbour);
    this.routes.changed();
  }

  #haveParted(streams: readonly Stream[]): void {
    const nowMs = this.clock.nowMs();
    for (const stream of streams) this.messages.streams.parted(stream, nowMs);
  }

  /** Messages may go there from now on; first those that were kept `before`, while it was away. */
  opened(neighbour: Neighbour, before: Neighbour | undefined): void {
    neighbour.isOpen = true;
    if (before !== undefined) {
      this.messages.resume(before, neighbour);
      this.forgotten(before);
    }
    this.routes.changed();
  }

  /** A link is lost. `isKept`: it is tried again, and messages for the peer are kept meanwhile. */
  disconnected(neighbour: Neighbour, isKept: boolean): void {
    if (this.neighbours.delete(neighbour)) this.#refusedBefore += neighbour.refusedMessages;
    const own = forgetSource(neighbour);
    if (neighbour.hasLeft) this.#haveParted(own);
    else this.#lostLives.lost(neighbour.origin, own);
    this.interest.disconnect(neighbour, isKept);
    this.messages.patience.lost(neighbour);
    this.barriers.lost(neighbour);
    neighbour.unlink();
    if (!isKept) {
      this.messages.letGo(neighbour);
      return;
    }
    neighbour.rest();
    this.resting.add(neighbour);
    this.routes.changed(); // who is behind it cannot be reached
  }

  /** It is back, or will not come back. */
  forgotten(resting: Neighbour): void {
    this.resting.delete(resting);
    resting.outbox.close();
    this.routes.dropAll(resting);
    this.messages.letGo(resting);
  }

  #nameOf(id: string): string {
    for (const { peerId, peerName } of this.neighbours) if (peerId === id) return peerName;
    return id;
  }

  async subscribe(subscription: Subscription): Promise<void> {
    this.checkOpen();
    await this.barriers.ask(this.interest.subscribe(subscription));
  }

  async unsubscribe(subscription: Subscription): Promise<void> {
    this.checkOpen();
    const asked = this.interest.unsubscribe(subscription);
    this.#unfollow(subscription.pattern);
    await this.barriers.ask(asked);
  }

  /** Of topics that we subscribe to no longer, nothing is missing. */
  #unfollow(pattern: string): void {
    for (const stream of this.messages.streams) {
      if (!stream.isFollowed || !matches(pattern, stream.topic)) continue;
      if (!this.routes.isFollowing(stream.topic)) this.reception.unfollow(stream);
    }
  }

  /** `byHandler`: only connections with `autoSubscribe` are asked. */
  async addHandler<Message>(
    kind: number,
    pattern: string,
    run: Handler<Message>["run"],
    byHandler = true,
  ): Promise<void> {
    this.checkOpen();
    const handler = { pattern, run, order: this.#handlerCount++, isActive: true } as Handler<never>;
    const subscription: Subscription = { pattern, connection: undefined, byHandler };
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

  /** Resolves when everything that must arrive is acknowledged, or after so long. */
  async whenAcknowledged(timeoutMs: number): Promise<void> {
    this.acknowledgements.flush();
    if (this.resends.isEmpty) return;
    await new Promise<void>((resolve) => {
      const cancel = this.clock.after(timeoutMs, resolve);
      this.#emptyWaiters.push(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Ends whatever has a timer of its own. */
  stop(): void {
    this.acknowledgements.stop();
    this.reception.stop();
  }

  /** Resolves when no peer has more waiting than it should. */
  whenDrained(): Promise<void> {
    this.messages.departures.looked();
    if (this.#isFlowing) return Promise.resolve();
    this.messages.patience.beginAll();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  get #isFlowing(): boolean {
    return this.messages.patience.isFlowing && this.resends.isFlowing;
  }

  #flowing(): void {
    if (this.resends.isEmpty) for (const done of this.#emptyWaiters.splice(0)) done();
    if (this.#drainWaiters.length === 0 || !this.#isFlowing) return;
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
