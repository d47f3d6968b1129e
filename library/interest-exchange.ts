/** Carries interest between the table that decides, the routes that use it, and the neighbours that are told. */
import { releaseStreams } from "./announcements.ts";
import { mayHear, mayUseSome } from "./core/access.ts";
import { SwitchyardError } from "./core/errors.ts";
import { isNodeId } from "./core/handshake.ts";
import { type ForwardRule, type InterestChange, InterestTable } from "./core/interest.ts";
import { limits } from "./core/limits.ts";
import { LostWays } from "./core/lost-ways.ts";
import type { Origin } from "./core/origin.ts";
import { checkPattern, matches, overlaps } from "./core/pattern.ts";
import { isReserved, isStoreTopic, nodeTopic, quoted, storeRoleOf } from "./core/topic.ts";
import type { Neighbour } from "./neighbour.ts";
import { isAskedOf, type RouteTable, type Subscription } from "./routes.ts";
import { malformed } from "./wire/fields.ts";
import { type Field, FrameKind } from "./wire/frames.ts";

/** Pieces of interest in one frame. */
const batch = 256;

export class InterestExchange {
  readonly #table: InterestTable;
  readonly #routes: RouteTable;
  readonly #neighbours = new Map<number, Neighbour>();
  readonly #ways = new LostWays();
  /** By origin: how often its interest was told on or taken back; the oldest is forgotten. */
  readonly #told = new Map<string, number>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #refused: (from: Neighbour, what: string) => void;

  /** `refused` is told what a neighbour passed on that is not let in. */
  constructor(self: Origin, routes: RouteTable, refused: (from: Neighbour, what: string) => void) {
    this.#refused = refused;
    this.#table = new InterestTable(self.id);
    this.#routes = routes;
    this.#hold({ pattern: nodeTopic(self.name), connection: undefined, byHandler: false });
  }

  get subscriptions(): ReadonlySet<Subscription> {
    return this.#subscriptions;
  }

  /** A link is ready: tells the neighbour all that it must know. */
  connect(neighbour: Neighbour): void {
    this.#neighbours.set(neighbour.id, neighbour);
    const asked = [...this.#subscriptions].filter((subscription) => isAskedOf(subscription, neighbour));
    this.#tell(
      this.#table.connect(
        neighbour.id,
        neighbour.peerId,
        asked.map(({ pattern }) => pattern),
      ),
    );
    this.#routes.changed();
  }

  /** A link is lost. What the peer wanted goes on to be known to the routes while something is kept for it. */
  disconnect(neighbour: Neighbour, isKept: boolean): void {
    if (this.#neighbours.get(neighbour.id) === neighbour) {
      this.#neighbours.delete(neighbour.id);
      this.#tell(this.#table.disconnect(neighbour.id, neighbour.hasLeft));
      for (const [id, patterns] of this.#routes.behind(neighbour)) {
        const isGone = neighbour.hasLeft && id === neighbour.peerId;
        for (const pattern of patterns) this.#ways[isGone ? "left" : "lost"](id, pattern);
      }
    }
    if (!isKept) this.#routes.dropAll(neighbour);
  }

  /** Did this node take back all that made it want the topic? */
  hasLeft(id: string, topic: string): boolean {
    return this.#ways.hasLeft(id, topic);
  }

  /** How often interest of this node was told on from here, or taken back. */
  toldOf(origin: string): number {
    return this.#told.get(origin) ?? 0;
  }

  #noteTold(origin: string): void {
    const count = (this.#told.get(origin) ?? 0) + 1;
    if (!this.#told.has(origin) && this.#told.size >= limits.lostWays) {
      const [oldest] = this.#told.keys();
      if (oldest !== undefined) this.#told.delete(oldest);
    }
    this.#told.set(origin, count);
  }

  /** Adds a subscription; returns the neighbours that are asked. */
  subscribe(subscription: Subscription): Neighbour[] {
    this.#hold(subscription);
    const asked = [...this.#neighbours.values()].filter((neighbour) => isAskedOf(subscription, neighbour));
    for (const neighbour of asked) this.#tell(this.#table.want(neighbour.id, subscription.pattern));
    return asked;
  }

  /** Takes one away; returns the neighbours that were asked. */
  unsubscribe(subscription: Subscription): Neighbour[] {
    this.#subscriptions.delete(subscription);
    this.#routes.removeSubscription(subscription);
    const asked = [...this.#neighbours.values()].filter((neighbour) => isAskedOf(subscription, neighbour));
    for (const neighbour of asked) this.#tell(this.#table.drop(neighbour.id, subscription.pattern));
    return asked;
  }

  addRule(rule: ForwardRule): void {
    this.#routes.addRule(rule);
    this.#tell(this.#table.addRule(rule));
  }

  removeRule(rule: ForwardRule): void {
    this.#routes.removeRule(rule);
    this.#tell(this.#table.removeRule(rule));
  }

  /** A neighbour tells of interest. @throws SwitchyardError `BAD_FRAME`, `BAD_PATTERN`, `TOO_MANY`, `FORBIDDEN` */
  receive(from: Neighbour, fields: readonly Field[]): void {
    for (const field of fields) {
      if (!Array.isArray(field)) throw malformed("interest");
      this.#learn(from, field as readonly Field[]);
    }
  }

  /** `[origin, pattern, path]`; without a path it is withdrawn, with nil for one the way there is lost. */
  #learn(from: Neighbour, [origin, pattern, path]: readonly Field[]): void {
    if (!isNodeId(origin) || typeof pattern !== "string") throw malformed("interest");
    const wasWanted = this.#table.hasHeard(from.id, origin, pattern);
    if (path === undefined || path === null) {
      this.#tell(this.#table.lost(from.id, { origin, pattern }, path === null));
    } else {
      if (!isPath(path) || path[0] !== origin || path.at(-1) !== from.peerId) throw malformed("interest");
      checkPattern(pattern);
      if (!mayWant(from, origin, pattern)) {
        if (origin === from.peerId && !isStoreTopic(pattern)) {
          throw new SwitchyardError("FORBIDDEN", `${from.peerName} may not subscribe to ${quoted(pattern)}`);
        }
        this.#refused(from, `interest in ${quoted(pattern)}`);
        return;
      }
      if (!wasWanted && this.#table.heardCount(from.id) >= limits.patternsPerPeer) {
        throw new SwitchyardError("TOO_MANY", `${from.peerName} asks for more than ${limits.patternsPerPeer} patterns`);
      }
      this.#tell(this.#table.heard(from.id, { origin, pattern, path }));
    }
    const isWanted = this.#table.hasHeard(from.id, origin, pattern);
    if (isWanted) {
      this.#routes.want(from, pattern, origin, isPath(path) ? path.length : 1);
      this.#ways.found(origin, pattern);
      return;
    }
    this.#ways[path === undefined ? "left" : "lost"](origin, pattern); // lost as well: the path was our own
    if (wasWanted) this.#routes.drop(from, pattern, origin);
  }

  #hold(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
    this.#routes.addSubscription(subscription);
  }

  #tell(changes: readonly InterestChange[]): void {
    const frames = new Map<number, Field[]>();
    for (const change of changes) {
      this.#noteTold(change.kind === "drop" ? change.origin : change.interest.origin);
      const fields = frames.get(change.connection) ?? [];
      frames.set(change.connection, fields);
      fields.push(fieldsOf(change));
    }
    for (const [connection, fields] of frames) {
      const neighbour = this.#neighbours.get(connection);
      if (neighbour !== undefined) releaseDropped(neighbour, changes);
      for (let i = 0; i < fields.length; i += batch) neighbour?.send(FrameKind.interest, fields.slice(i, i + batch));
    }
  }
}

/** Each node may want what is for itself; what is for another one only that one, and so no pattern with stars. */
function mayWant({ peerName, peerId, access }: Neighbour, origin: string, pattern: string): boolean {
  if (origin === peerId && pattern === nodeTopic(peerName)) return true;
  const isForOthers = isReserved(pattern) && (origin === peerId || pattern.includes("*"));
  if (isForOthers && overlaps(pattern, nodeTopic("*"))) return false;
  if (storeRoleOf(pattern) !== undefined && !pattern.includes("*")) return mayHear(access, pattern);
  if (overlaps(pattern, ".store.*")) return false; // of each store by its name
  return mayUseSome(access, "subscribe", pattern);
}

/** The neighbour no longer sends us by itself what we no longer ask it for. */
function releaseDropped(neighbour: Neighbour, changes: readonly InterestChange[]): void {
  const dropped = changes.flatMap((change) =>
    change.kind === "drop" && change.connection === neighbour.id ? [change.pattern] : [],
  );
  if (dropped.length === 0) return;
  releaseStreams(neighbour, (topic) => dropped.some((pattern) => matches(pattern, topic)));
}

function isPath(path: Field | undefined): path is readonly string[] {
  return Array.isArray(path) && path.length <= limits.hops && path.every(isNodeId);
}

function fieldsOf(change: InterestChange): Field {
  if (change.kind === "drop")
    return change.isLost ? [change.origin, change.pattern, null] : [change.origin, change.pattern];
  const { origin, pattern, path } = change.interest;
  return [origin, pattern, path];
}
