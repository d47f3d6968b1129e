/**
 * Who wants what, and over which connection: how interest travels from subscribers to senders, and disappears again.
 *
 * Each piece of interest is a pattern and the node that subscribed (its origin), told with the path of nodes it came
 * along. A node passes on, over each connection, its own interest and what its forwarding lets through, for each origin
 * the shortest path only, and never to a node that is on the path already. So in a ring nothing goes round, and when the
 * last subscriber leaves, every copy of its interest is withdrawn: no node can hold what no path supports.
 *
 * Invariant: `#told` is what each peer has been told, and follows from `#heard`, `#own` and `#rules` alone.
 * Knows nothing of frames or links: the driver carries the changes it returns.
 */
import { narrow, overlaps } from "./pattern.ts";
import { plainTopic } from "./topic.ts";

/** Names a connection; any number that the driver does not use twice at a time. */
export type ConnectionId = number;

export interface Interest {
  readonly origin: string;
  readonly pattern: string;
  /** Ids of the nodes it came along, the origin first, the teller last. */
  readonly path: readonly string[];
}

export interface ForwardRule {
  readonly pattern: string;
  /** Messages come in here; `undefined`: over any connection. */
  readonly from: ConnectionId | undefined;
  readonly to: ConnectionId | undefined;
}

/** What to tell the peer of one connection. */
export type InterestChange =
  | { readonly kind: "want"; readonly connection: ConnectionId; readonly interest: Interest }
  | {
      readonly kind: "drop";
      readonly connection: ConnectionId;
      readonly origin: string;
      readonly pattern: string;
      /** It was not withdrawn by who had it: the way there is lost, and may be found again. */
      readonly isLost: boolean;
    };

interface Piece {
  readonly origin: string;
  readonly pattern: string;
}

interface Peer {
  readonly id: string;
  readonly heard: Map<string, Interest>;
  readonly told: Map<string, Interest>;
  /** Our own interest over this connection: how many reasons there are for each pattern. */
  readonly own: Map<string, number>;
}

export class InterestTable {
  readonly #self: string;
  readonly #peers = new Map<ConnectionId, Peer>();
  readonly #rules = new Set<ForwardRule>();

  constructor(self: string) {
    this.#self = self;
  }

  /** A connection came up. Returns what its peer must be told first; `own` are our patterns over it. */
  connect(connection: ConnectionId, peerId: string, own: Iterable<string>): InterestChange[] {
    const peer: Peer = { id: peerId, heard: new Map(), told: new Map(), own: new Map() };
    for (const pattern of own) peer.own.set(pattern, (peer.own.get(pattern) ?? 0) + 1);
    this.#peers.set(connection, peer);
    return this.#tellAll(connection);
  }

  /** A connection went down: what came over it is lost, but for what the peer had itself if it left on purpose. */
  disconnect(connection: ConnectionId, hasLeft = false): InterestChange[] {
    const peer = this.#peers.get(connection);
    if (peer === undefined) return [];
    this.#peers.delete(connection);
    return [...peer.heard.values()].flatMap(({ origin, pattern }) =>
      this.#spread(origin, pattern, connection, !(hasLeft && origin === peer.id)),
    );
  }

  /** We want `pattern` over the connection, for one more reason. */
  want(connection: ConnectionId, pattern: string): InterestChange[] {
    const peer = this.#peers.get(connection);
    if (peer === undefined) return [];
    const reasons = peer.own.get(pattern) ?? 0;
    peer.own.set(pattern, reasons + 1);
    return reasons === 0 ? this.#tell(connection, this.#self, pattern) : [];
  }

  /** One reason less. */
  drop(connection: ConnectionId, pattern: string): InterestChange[] {
    const peer = this.#peers.get(connection);
    const reasons = peer?.own.get(pattern);
    if (peer === undefined || reasons === undefined) return [];
    if (reasons > 1) {
      peer.own.set(pattern, reasons - 1);
      return [];
    }
    peer.own.delete(pattern);
    return this.#tell(connection, this.#self, pattern);
  }

  /** The peer told us of interest: its own or what is behind it. Ignored when it comes from ourselves. */
  heard(connection: ConnectionId, interest: Interest): InterestChange[] {
    const peer = this.#peers.get(connection);
    if (peer === undefined || interest.path.includes(this.#self)) return this.lost(connection, interest, true);
    peer.heard.set(keyOf(interest.origin, interest.pattern), interest);
    return this.#spread(interest.origin, interest.pattern, connection, true);
  }

  /** The peer withdrew it, or has lost the way there. */
  lost(connection: ConnectionId, { origin, pattern }: Piece, isLost = false): InterestChange[] {
    const wasThere = this.#peers.get(connection)?.heard.delete(keyOf(origin, pattern)) ?? false;
    return wasThere ? this.#spread(origin, pattern, connection, isLost) : [];
  }

  addRule(rule: ForwardRule): InterestChange[] {
    this.#rules.add(rule);
    return this.#refresh();
  }

  removeRule(rule: ForwardRule): InterestChange[] {
    return this.#rules.delete(rule) ? this.#refresh() : [];
  }

  hasHeard(connection: ConnectionId, origin: string, pattern: string): boolean {
    return this.#peers.get(connection)?.heard.has(keyOf(origin, pattern)) ?? false;
  }

  heardCount(connection: ConnectionId): number {
    return this.#peers.get(connection)?.heard.size ?? 0;
  }

  /** What the peer of the connection has been told: for tests and introspection. */
  *toldTo(connection: ConnectionId): Generator<Interest> {
    yield* this.#peers.get(connection)?.told.values() ?? [];
  }

  /** Interest in `pattern` changed at `source`: what everybody else must be told. */
  #spread(origin: string, pattern: string, source: ConnectionId, isLost = false): InterestChange[] {
    const changes: InterestChange[] = [];
    if (this.#rules.size === 0) return changes; // nothing is passed on, to however many peers
    for (const connection of this.#peers.keys()) {
      if (connection === source) continue;
      for (const passed of this.#passedOn(pattern, connection, source)) {
        changes.push(...this.#tell(connection, origin, passed, isLost));
      }
    }
    return changes;
  }

  /** The patterns under which interest heard from `source` is told to `connection`. */
  #passedOn(pattern: string, connection: ConnectionId, source: ConnectionId): Set<string> {
    const passed = new Set<string>();
    const plain = plainTopic(pattern);
    for (const rule of this.#rules) {
      if (!applies(rule, connection, source) || !overlaps(plain, rule.pattern)) continue;
      passed.add(plain === pattern ? (narrow(pattern, rule.pattern) ?? pattern) : pattern); // of a store: all or nothing
    }
    return passed;
  }

  #refresh(): InterestChange[] {
    return [...this.#peers.keys()].flatMap((connection) => this.#tellAll(connection));
  }

  /** Brings all that one peer has been told up to date. */
  #tellAll(connection: ConnectionId): InterestChange[] {
    const desired = this.#desired(connection);
    const keys = new Map<string, { origin: string; pattern: string }>(this.#peers.get(connection)!.told);
    for (const [key, interest] of desired) keys.set(key, interest);
    return [...keys].flatMap(([key, { origin, pattern }]) =>
      this.#settle(connection, origin, pattern, desired.get(key)),
    );
  }

  #desired(connection: ConnectionId): Map<string, Interest> {
    const desired = new Map<string, Interest>();
    for (const pattern of this.#peers.get(connection)!.own.keys()) {
      desired.set(keyOf(this.#self, pattern), this.#ownInterest(pattern));
    }
    if (this.#rules.size === 0) return desired;
    for (const [source, peer] of this.#peers) {
      if (source === connection) continue;
      for (const interest of peer.heard.values()) {
        for (const pattern of this.#passedOn(interest.pattern, connection, source)) {
          keepBetter(desired, this.#extended(interest, pattern), this.#peers.get(connection)!.id);
        }
      }
    }
    return desired;
  }

  /** Brings one piece of what one peer has been told up to date. */
  #tell(connection: ConnectionId, origin: string, pattern: string, isLost = false): InterestChange[] {
    return this.#settle(connection, origin, pattern, this.#best(connection, origin, pattern), isLost);
  }

  #best(connection: ConnectionId, origin: string, pattern: string): Interest | undefined {
    const listener = this.#peers.get(connection)!;
    if (origin === this.#self) return listener.own.has(pattern) ? this.#ownInterest(pattern) : undefined;
    const found = new Map<string, Interest>();
    for (const [source, peer] of this.#peers) {
      if (source === connection) continue;
      for (const interest of this.#sourcesOf(peer, origin, pattern)) {
        if (!this.#passedOn(interest.pattern, connection, source).has(pattern)) continue;
        keepBetter(found, this.#extended(interest, pattern), listener.id);
      }
    }
    return found.get(keyOf(origin, pattern));
  }

  /** What this peer told of the origin that may be passed on as `pattern`: that very one, or a wider one that a rule narrows. */
  *#sourcesOf(peer: Peer, origin: string, pattern: string): Generator<Interest> {
    const exact = peer.heard.get(keyOf(origin, pattern));
    if (exact !== undefined) yield exact;
    if (![...this.#rules].some((rule) => rule.pattern === pattern)) return;
    for (const interest of peer.heard.values()) {
      if (interest.origin === origin && interest !== exact) yield interest;
    }
  }

  #settle(
    connection: ConnectionId,
    origin: string,
    pattern: string,
    wanted: Interest | undefined,
    isLost = false,
  ): InterestChange[] {
    const { told } = this.#peers.get(connection)!;
    const key = keyOf(origin, pattern);
    const known = told.get(key);
    if (wanted === undefined) {
      if (known === undefined) return [];
      told.delete(key);
      return [{ kind: "drop", connection, origin, pattern, isLost }];
    }
    if (known !== undefined && samePath(known.path, wanted.path)) return [];
    told.set(key, wanted);
    return [{ kind: "want", connection, interest: wanted }];
  }

  #ownInterest(pattern: string): Interest {
    return { origin: this.#self, pattern, path: [this.#self] };
  }

  #extended(interest: Interest, pattern: string): Interest {
    return { origin: interest.origin, pattern, path: [...interest.path, this.#self] };
  }
}

/** Messages that `source` wants would come in over `connection` and go out over `source`. */
function applies(rule: ForwardRule, connection: ConnectionId, source: ConnectionId): boolean {
  return (rule.from ?? connection) === connection && (rule.to ?? source) === source;
}

/** Keeps the shorter path, or the lesser one of equal length; none that the listener is on. */
function keepBetter(found: Map<string, Interest>, interest: Interest, listener: string): void {
  if (interest.path.includes(listener)) return;
  const key = keyOf(interest.origin, interest.pattern);
  const known = found.get(key);
  if (known === undefined || isBetter(interest.path, known.path)) found.set(key, interest);
}

function isBetter(path: readonly string[], than: readonly string[]): boolean {
  if (path.length !== than.length) return path.length < than.length;
  return path.join() < than.join();
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** Node ids have no blanks, so the key is unambiguous. */
function keyOf(origin: string, pattern: string): string {
  return `${origin} ${pattern}`;
}
