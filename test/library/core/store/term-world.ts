/**
 * A world of terms: nodes of one store, each a Term with a log of writes, a network that loses, delays and parts, a disk
 * each, perhaps a witness; pauses, crashes, restarts.
 *
 * Clocks go on while a node is paused, but it runs nothing. What is checked at each step is in `check`.
 */

import { type Epoch, placeOf } from "../../../../library/core/store/epochs.ts";
import { Term } from "../../../../library/core/store/term.ts";
import type {
  Act,
  ActResult,
  TermEffect,
  TermMessage,
  TermOptions,
  TermRecord,
  TermState,
} from "../../../../library/core/store/term-messages.ts";
import { swapped, type WitnessRecord } from "../../../../library/core/store/witness.ts";
import type { SeededChance } from "../../../simulator/chance.ts";

export interface WorldOptions {
  readonly onHeirLost: "proof" | "wait" | "continue";
  readonly hasArbiter: boolean;
  readonly isPersistent: boolean;
  /** Each has a place for what it was, though not for its table. Default: yes. */
  readonly remembers?: boolean;
  readonly standbys: number;
  /** All are opened as authorities, and several may answer. */
  readonly twoAuthorities?: boolean;
  /** Two authorities, `a` and `b`, each with a standby, `h` and `k`; who is on which island is a matter of what is cut. */
  readonly twoPairs?: boolean;
}

type Packet =
  | { readonly kind: "term"; readonly message: TermMessage }
  | {
      readonly kind: "prepare";
      readonly epoch: number;
      readonly life: string;
      readonly at: number;
      readonly write: string;
    }
  | {
      readonly kind: "sync";
      readonly epoch: number;
      readonly log: readonly string[];
      readonly epochs: readonly Epoch[];
    };

export interface Node {
  readonly name: string;
  readonly role: "authority" | "standby";
  readonly clockOffsetMs: number;
  life: string;
  isAlive: boolean;
  pausedUntilMs: number;
  term: Term;
  log: string[];
  /** Authorities: how much of the log is committed. Others: all. */
  committed: number;
  /** Of whose history the log is. */
  logEpoch: number;
  logEpochs: readonly Epoch[];
  isLive: boolean;
  record: TermRecord | undefined;
  wakeMs: number | undefined;
  /** When all that was given to its disk so far is written: in the order in which it was given. */
  writtenMs: number;
  /** Names of those whose answer it had in this life. */
  readonly answeredBy: Set<string>;
  /** When it last heard each life. */
  readonly heardMs: Map<string, number>;
  /** Its driver has done what the record says is to be done, and would write that down. */
  isMatched: boolean;
  /** What it had as authority, when it ceased to be one. */
  former: readonly string[];
  was: TermState;
}

export class TermWorld {
  nowMs = 0;
  readonly nodes: Node[] = [];
  readonly options: WorldOptions;
  /** Writes acknowledged as replicated. */
  readonly replicated = new Set<string>();
  /** Writes that an authority committed, with its heir or without. */
  readonly committed = new Set<string>();
  /** Handed out by who had them as authority and follows another one. */
  readonly diverged: string[] = [];
  /** What nobody can be asked to hand out: it was in memory. */
  readonly perished = new Set<string>();
  /** What was replicated, and is in the memory of what is left of a pair: of these lives. */
  readonly #leftWith = new Map<string, ReadonlySet<string>>();
  /** By the epoch in which they were acknowledged, and the life that began it. */
  readonly #replicatedBy = new Map<string, readonly string[]>();
  /** A person has decided what may be lost. */
  isForced = false;
  answers = 0;
  takeovers = 0;
  lossRate = 0;
  maxDelayMs = 5;
  readonly cut = new Set<string>();
  witness: WitnessRecord | undefined;
  readonly #chance: SeededChance;
  #lives = 0;
  #writes = 0;
  #queue: { readonly atMs: number; readonly run: () => void }[] = [];

  constructor(chance: SeededChance, options: WorldOptions) {
    this.#chance = chance;
    this.options = options;
    const names = options.twoPairs ? ["a", "h", "b", "k"] : ["a", "h", "s"].slice(0, 1 + options.standbys);
    for (const name of names) {
      const role = name === "a" || name === "b" || options.twoAuthorities ? "authority" : "standby";
      const node = {
        name,
        role,
        clockOffsetMs: chance.integer(0, 1e6),
        log: [],
        committed: 0,
        logEpoch: 0,
        logEpochs: [],
      };
      const rest = {
        life: "",
        isAlive: false,
        pausedUntilMs: 0,
        isLive: false,
        record: undefined,
        wakeMs: undefined,
        writtenMs: 0,
        answeredBy: new Set<string>(),
        heardMs: new Map<string, number>(),
        isMatched: false,
        former: [],
        was: "follower" as const,
      };
      this.nodes.push({ ...node, ...rest, term: undefined as unknown as Term } as Node);
    }
    for (const node of this.nodes) this.start(node);
    this.every(100, () => this.#write());
    this.every(300, () => this.#sync());
  }

  node(name: string): Node {
    return this.nodes.find((node) => node.name === name)!;
  }

  start(node: Node): void {
    if (node.isAlive) return;
    this.#lives += 1;
    node.life = `${this.#chance.integer(0, 9)}${this.#lives}`;
    node.isAlive = true;
    node.was = "follower";
    node.pausedUntilMs = 0;
    node.isLive = false;
    node.writtenMs = 0;
    node.answeredBy.clear();
    if (!this.options.isPersistent) {
      node.log = [];
      node.logEpoch = 0;
      node.logEpochs = [];
    }
    const { remembers = true } = this.options;
    if (!remembers) node.record = undefined;
    node.committed = node.log.length;
    if (node.isMatched && node.record !== undefined) node.record = { ...node.record, isUnmatched: false };
    if (this.options.isPersistent && node.record?.isUnmatched === true) node.former = [...node.log];
    const { onHeirLost, hasArbiter, isPersistent } = this.options;
    const options: TermOptions = {
      self: { node: node.name, life: node.life },
      role: node.role,
      onHeirLost,
      hasArbiter,
      isPersistent,
      record: node.record,
      remembers,
      holdings: this.#holdings(node),
    };
    node.term = new Term(options, this.clock(node));
    this.#arm(node);
  }

  crash(node: Node): void {
    if (!node.isAlive) return;
    node.isAlive = false;
    const { life } = node;
    if (!this.options.isPersistent) {
      for (const write of [...node.former, ...node.log]) this.perished.add(write);
      this.#forget();
    }
    node.former = [];
    for (const other of this.nodes) {
      if (other === node || !this.#chance.flip(0.7)) continue;
      this.after(this.#chance.integer(1, 1500), () => this.run(other, () => other.term.gone(life, this.clock(other))));
    }
  }

  /** In memory a write lives as long as one of the pair of the last epoch does; what others have of it is luck. */
  #forget(): void {
    const epoch = Math.max(...this.nodes.map(({ logEpoch }) => logEpoch));
    const pair = this.nodes.filter(
      (node) =>
        node.isAlive &&
        node.logEpoch === epoch &&
        (isAuthoritative(node) || ["heir", "taking-over", "handing-over"].includes(node.was)),
    );
    for (const write of this.replicated) {
      const left = pair.filter(({ log }) => log.includes(write)).map(({ life }) => life);
      if (left.length === 0) this.replicated.delete(write);
      else this.#leftWith.set(write, new Set(left));
    }
  }

  /** Half of a pair in memory is gone, and nobody who has it answered whoever begins: see F6 in docs/guarantees.md. */
  #isGone(write: string, beginner: Node): boolean {
    const left = this.#leftWith.get(write);
    if (left === undefined || left.has(beginner.life)) return false;
    return !this.nodes.some(
      ({ name, isAlive, log }) => isAlive && beginner.answeredBy.has(name) && log.includes(write),
    );
  }

  pause(node: Node, ms: number): void {
    node.pausedUntilMs = this.nowMs + ms;
  }

  clock(node: Node): number {
    return this.nowMs + node.clockOffsetMs;
  }

  after(ms: number, run: () => void): void {
    const atMs = this.nowMs + ms;
    let place = this.#queue.length;
    while (place > 0 && this.#queue[place - 1]!.atMs > atMs) place -= 1;
    this.#queue.splice(place, 0, { atMs, run });
  }

  every(ms: number, run: () => void): void {
    this.after(ms, () => {
      run();
      this.every(ms, run);
    });
  }

  runFor(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || next.atMs > endMs) break;
      this.#queue.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
      this.check();
    }
    this.nowMs = endMs;
  }

  authorities(): Node[] {
    return this.nodes.filter((node) => node.isAlive && node.term.mayAnswer(this.clock(node)));
  }

  /** F3: nobody may answer while another may, paused or not. What an answer knows is checked as it is given. */
  check(): void {
    const who = this.authorities();
    const { onHeirLost, twoAuthorities, twoPairs } = this.options;
    const isStrict = onHeirLost !== "continue" && !twoAuthorities && !twoPairs;
    if (isStrict && who.length > 1)
      throw new Error(`${who.map(({ name }) => name).join(" and ")} answer at ${this.nowMs} ms`);
  }

  #holdsAll(node: Node, length: number, what: string): void {
    if (this.options.onHeirLost === "continue" || this.options.twoPairs) return;
    const has = new Set(node.log.slice(0, length));
    for (const write of this.replicated) if (!has.has(write)) throw new Error(`F6: ${node.name} ${what} ${write}`);
  }

  /** Runs now, or when the node wakes. */
  run(node: Node, act: () => readonly TermEffect[]): void {
    const { life } = node;
    if (!node.isAlive) return;
    if (node.pausedUntilMs > this.nowMs) {
      this.after(node.pausedUntilMs - this.nowMs, () => node.life === life && this.run(node, act));
      return;
    }
    node.term.hold(this.#holdings(node));
    this.#carryOut(node, act());
    this.#commit(node);
    node.term.hold(this.#holdings(node));
    this.#arm(node);
  }

  #arm(node: Node): void {
    const { deadlineMs } = node.term;
    if (deadlineMs === undefined) return;
    const inMs = Math.max(0, deadlineMs - this.clock(node));
    const atMs = this.nowMs + inMs;
    if (node.wakeMs !== undefined && node.wakeMs <= atMs && node.wakeMs >= this.nowMs) return;
    node.wakeMs = atMs;
    const { life } = node;
    this.after(inMs, () => {
      if (node.life !== life) return;
      node.wakeMs = undefined;
      this.run(node, () => node.term.check(this.clock(node)));
    });
  }

  #holdings(node: Node): TermOptions["holdings"] {
    const isAuthority = node.term !== undefined && (isAuthoritative(node) || node.term.state === "handing-over");
    const revision = isAuthority ? node.committed : node.log.length;
    return { version: { epoch: node.logEpoch, revision }, epochs: node.logEpochs, isLive: node.isLive };
  }

  #carryOut(node: Node, effects: readonly TermEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") this.#send(node, effect.to, { kind: "term", message: effect.message });
      else if (effect.kind === "act") this.#act(node, effect.id, effect.act);
      else if (effect.kind === "diverged") this.#handOut(node, effect.afterRevision);
      else if (effect.kind === "state") this.#became(node, effect);
    }
  }

  #handOut(node: Node, afterRevision: number): void {
    this.diverged.push(...node.former.slice(afterRevision));
    node.former = [];
  }

  #became(node: Node, { state, epoch, epochs }: Extract<TermEffect, { kind: "state" }>): void {
    const hadAll = node.was !== "follower" && node.was !== "heir" && node.was !== "taking-over";
    if (state === "follower" && hadAll) node.former = node.log.slice(0, node.committed);
    node.was = state;
    const began = epochs.at(-1);
    const isNew = isAuthoritative(node) && began?.by === node.life && node.logEpoch !== epoch;
    if (!isNew) return;
    if (node.role === "standby") this.takeovers += 1;
    for (const write of this.replicated) {
      if (!node.log.includes(write) && this.#isGone(write, node)) this.replicated.delete(write);
    }
    this.#holdsAll(node, node.log.length, `begins epoch ${epoch} without`);
    this.#goesOn(node);
    node.log.length = began!.revision;
    node.committed = node.log.length;
    node.logEpoch = epoch;
    node.logEpochs = epochs;
  }

  /** F6, where there are several histories: what was replicated in the one that goes on here is here. */
  #goesOn(node: Node): void {
    const former = termOf(node.logEpochs);
    if (this.isForced || !this.options.twoPairs) return;
    const missing = (this.#replicatedBy.get(former) ?? []).filter((write) => !node.log.includes(write));
    if (missing.length > 0) throw new Error(`F6: ${node.name} goes on from ${former} without ${missing.join(" ")}`);
  }

  #act(node: Node, id: number, act: Act): void {
    const { life } = node;
    const done = (result: ActResult): void => {
      if (node.life === life) this.run(node, () => node.term.done(id, result, this.clock(node)));
    };
    if (act.kind === "persist") {
      const ms = this.#chance.integer(0, this.#chance.flip(0.9) ? 20 : 300);
      const waitsMs = Math.max(0, node.writtenMs - this.nowMs);
      node.writtenMs = this.nowMs + waitsMs + ms;
      this.after(waitsMs + this.#chance.integer(0, ms), () => {
        if (node.life !== life || !node.isAlive) return;
        node.record = act.record;
        node.isMatched = false;
      });
      this.after(waitsMs + ms, () => node.record === act.record && done({ kind: "persisted" }));
      return;
    }
    const lost = () => this.after(700, () => done({ kind: "failed" }));
    if (this.#isCut(node.name, "w") || this.#chance.flip(this.lossRate)) lost();
    else this.#askWitness(node, act, done, lost);
  }

  #askWitness(node: Node, act: Act, done: (result: ActResult) => void, lost: () => void): void {
    this.after(this.#chance.integer(1, this.maxDelayMs), () => {
      if (act.kind === "swap") this.witness = swapped(this.witness, act.expected, act.wanted);
      const record = this.witness;
      if (this.#isCut(node.name, "w") || this.#chance.flip(this.lossRate)) lost();
      else this.after(this.#chance.integer(1, this.maxDelayMs), () => done({ kind: "record", record }));
    });
  }

  #isCut(a: string, b: string): boolean {
    return this.cut.has(`${a}>${b}`);
  }

  #send(from: Node, to: string | undefined, packet: Packet): void {
    for (const node of this.nodes) {
      if (node === from || (to !== undefined && node.life !== to)) continue;
      const { life } = node;
      const copies = this.#chance.flip(0.02) ? 2 : 1;
      for (let i = 0; i < copies; i++) {
        if (this.#isCut(from.name, node.name) || this.#chance.flip(this.lossRate)) continue;
        const lateMs = this.#chance.flip(0.01) ? this.#chance.integer(0, 6_000) : 0;
        this.after(this.#chance.integer(1, this.maxDelayMs) + lateMs, () => {
          if (node.life === life) this.run(node, () => this.#arrive(node, packet));
        });
      }
    }
  }

  #arrive(node: Node, packet: Packet): readonly TermEffect[] {
    const now = this.clock(node);
    node.heardMs.set(lifeOf(packet), this.nowMs);
    if (packet.kind === "term") {
      if (packet.message.kind === "answer") node.answeredBy.add(packet.message.from.node);
      return node.term.receive(packet.message, now);
    }
    if (packet.kind === "sync") this.#follow(node, packet);
    else if (node.term.mayPrepare(packet.epoch, packet.life) && node.logEpochs.at(-1)?.by === packet.life) {
      if (packet.at === node.log.length) node.log.push(packet.write);
      if (node.log.length > packet.at) this.#send(node, packet.life, { kind: "term", message: this.#held(node) });
    }
    return [];
  }

  #held(node: Node): TermMessage {
    const from = { node: node.name, life: node.life };
    return { kind: "held", from, ...placeOf(node.logEpochs, { epoch: node.logEpoch, revision: node.log.length }) };
  }

  /** A replica takes what the authority committed. */
  #follow(node: Node, { epoch, log, epochs }: Extract<Packet, { kind: "sync" }>): void {
    if (isAuthoritative(node) || node.term.state === "taking-over" || node.term.state === "recovering") return;
    if (node.term.state === "handing-over" || epoch !== node.term.epoch || node.term.isUnmatched) return;
    const [ours, theirs] = [node.logEpochs.at(-1), epochs.at(-1)];
    const isOther = node.logEpoch === epoch && ours?.by !== theirs?.by;
    // Of two in one epoch the one that is heard is followed.
    if (isOther && this.nowMs - (node.heardMs.get(ours?.by ?? "") ?? Number.NEGATIVE_INFINITY) < 3_000) return;
    node.isMatched = true;
    if (isOther || node.logEpoch !== epoch || log.length > node.log.length) node.log = [...log];
    node.logEpoch = epoch;
    node.logEpochs = epochs;
    node.isLive = true;
  }

  #sync(): void {
    for (const node of this.nodes) {
      if (!node.isAlive || node.pausedUntilMs > this.nowMs || !isAuthoritative(node)) continue;
      const { logEpoch: epoch, logEpochs: epochs, log, committed } = node;
      this.#send(node, undefined, { kind: "sync", epoch, epochs, log: log.slice(0, committed) });
    }
  }

  /** A client writes wherever somebody takes it. */
  #write(): void {
    for (const node of this.nodes) {
      this.run(node, () => {
        if (!node.term.mayAnswer(this.clock(node))) return [];
        this.answers += 1;
        this.#holdsAll(node, node.committed, "answers without");
        if (node.log.length === node.committed) node.log.push(`w${this.#writes++}`);
        const life = node.term.heirLife;
        const at = node.committed;
        const write = node.log[at]!;
        if (life !== undefined) {
          this.#send(node, life, { kind: "prepare", epoch: node.term.epoch, life: node.life, at, write });
        }
        return [];
      });
    }
  }

  #commit(node: Node): void {
    if (!isAuthoritative(node) || node.log.length === node.committed) return;
    const revision = node.committed + 1;
    const durability = node.term.isProtectable ? "replicated" : "disk";
    if (!node.term.mayAcknowledge(this.clock(node), revision, durability)) return;
    node.committed = revision;
    this.committed.add(node.log[revision - 1]!);
    if (durability === "replicated") this.#replicate(node, node.log[revision - 1]!);
  }

  #replicate(node: Node, write: string): void {
    this.replicated.add(write);
    if (!this.options.twoPairs) return;
    const term = termOf(node.logEpochs);
    this.#replicatedBy.set(term, [...(this.#replicatedBy.get(term) ?? []), write]);
    const heir = this.nodes.find(({ name }) => name === node.term.heir?.node)!;
    const isHeld = heir.log.includes(write) && heir.logEpochs.at(-1)?.by === node.life;
    const isOver = heir.logEpoch > node.term.epoch; // it follows whoever wins: what only we have is handed out then
    if (!isHeld && !isOver) throw new Error(`F6: ${node.name} acknowledges ${write}, which ${heir.name} does not hold`);
  }
}

function termOf(epochs: readonly Epoch[]): string {
  const last = epochs.at(-1);
  return `${last?.epoch} of ${last?.by}`;
}

function lifeOf(packet: Packet): string {
  if (packet.kind === "term") return packet.message.from.life;
  return packet.kind === "prepare" ? packet.life : (packet.epochs.at(-1)?.by ?? "");
}

function isAuthoritative({ term }: Node): boolean {
  return ["alone", "protected", "unprotected", "waiting-for-heir", "conflicted"].includes(term.state);
}
