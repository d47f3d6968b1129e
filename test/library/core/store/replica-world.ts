/**
 * Authorities and replicas in one thread, with links between them that lose, repeat, delay and reorder whatever is said.
 *
 * The authorities are real; the newest is right, and those before it may go on for a while without knowing.
 */
import { expect } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import { Authority } from "../../../../library/core/store/authority.ts";
import type { Entry, Operation, Version } from "../../../../library/core/store/change.ts";
import { type Epoch, placeOf } from "../../../../library/core/store/epochs.ts";
import type { Answer, Head, Question, ReplicaMessage } from "../../../../library/core/store/replica-messages.ts";
import { entryOf, Table } from "../../../../library/core/store/table.ts";
import { keyOf } from "../../../../library/core/values/index.ts";
import { Pages } from "../../../../library/store/pages.ts";
import type { SeededChance } from "../../../simulator/chance.ts";
import { operationByChance } from "./operations-by-chance.ts";
import { contentOf, expectSame, StoreHistory } from "./replica-history.ts";
import { type Ask, WatchedReplica } from "./watched-replica.ts";

/** Large, so that few entries fill a page and few changes a log. */
const large = ["x", "y"].map((letter) => letter.repeat(60_000));
const wallMs = 1_700_000_000_000;

export interface Links {
  loss: number;
  repeat: number;
  delayMs: number;
}

export class AuthorityNode {
  readonly id: string;
  readonly authority: Authority<string>;
  isUp = true;
  number = 1;
  #pages: Pages;

  constructor(id: string, nowMs: number, version: Version, epochs: readonly Epoch[], entries: Iterable<Entry>) {
    const table = new Table();
    for (const entry of entries) table.restore(entry);
    this.id = id;
    const start = { version, epochs, table, results: [] };
    this.authority = new Authority<string>({ nowMs, wallMs: wallMs + nowMs, start });
    this.authority.beginEpoch(version.epoch + 1, id);
    this.#pages = new Pages(this.authority);
  }

  get head(): Head {
    const { version, epochs } = this.authority;
    return { ...version, epochs, node: this.id };
  }

  forgetWalks(): void {
    this.#pages = new Pages(this.authority);
  }

  answer(question: Question, nowMs: number): Answer {
    const { head } = this;
    if (question.kind === "since") return { head, ...this.authority.since(question) };
    const id = question.walk ?? this.#pages.begin(nowMs, false);
    const page = this.#pages.page(id, question.page, nowMs);
    if (page === undefined) return { kind: "forgotten", head };
    return { kind: "page", head, walk: id, page: question.page, ...page };
  }
}

interface Delivery {
  readonly atMs: number;
  readonly run: () => void;
}

export class ReplicaWorld {
  nowMs = 0;
  readonly history = new StoreHistory();
  readonly nodes: AuthorityNode[] = [];
  readonly replicas: WatchedReplica[] = [];
  readonly links: Links = { loss: 0, repeat: 0, delayMs: 5 };
  readonly chance: SeededChance;
  /** May say something else instead of an answer. */
  distort: (answer: Answer) => Answer = (answer) => answer;
  readonly #deliveries: Delivery[] = [];

  constructor(chance: SeededChance, replicas: number) {
    this.chance = chance;
    this.succeed(0, [], []);
    for (let i = 0; i < replicas; i++) this.join(i);
    this.#announce();
  }

  get #highest(): number {
    return this.nodes.at(-1)?.authority.version.epoch ?? 0;
  }

  get newest(): AuthorityNode {
    return this.nodes.at(-1)!;
  }

  /** Another authority, which begins from this revision of an older one; `after`: the epoch before its own. */
  succeed(revision: number, epochs: readonly Epoch[], entries: Iterable<Entry>, after = this.#highest): void {
    const node = new AuthorityNode(`n${this.nodes.length}`, this.nowMs, { epoch: after, revision }, epochs, entries);
    this.nodes.push(node);
    this.history.begin(node.authority.epochs, node.authority.table);
  }

  /** One crashes, or goes on without knowing; its successor has all of it, or lacks the last `lost` revisions. */
  takeOver(old: AuthorityNode, lost: number, isOldUp: boolean): void {
    old.isUp = isOldUp;
    const { version, epochs } = old.authority;
    const kept = Math.max(version.revision - lost, 0);
    const begun = epochs.filter(({ revision }, i) => i === 0 || revision <= kept);
    const last = begun.at(-1)!;
    const revision = Math.max(kept, last.revision);
    this.succeed(revision, begun, this.history.tableAt({ ...last, revision }).values());
  }

  /** Another island begins the very epoch that the newest has begun, from what was before it or from nothing. */
  strand(isOldUp: boolean): void {
    const { newest, chance } = this;
    newest.isUp = isOldUp;
    const own = newest.authority.epochs.at(-1)!;
    const epochs = chance.flip() ? [] : newest.authority.epochs.slice(0, -1);
    const last = epochs.at(-1);
    const revision = last === undefined ? 0 : chance.integer(last.revision, own.revision);
    const entries = last === undefined ? [] : this.history.tableAt({ ...last, revision }).values();
    this.succeed(revision, epochs, entries, own.epoch - 1);
  }

  /** A replica begins, with what a disk has of the one before. */
  join(index: number, start = this.replicas[index]?.persisted()): void {
    const watched: WatchedReplica = new WatchedReplica(
      this.history,
      this.nowMs,
      (ask) => this.#ask(watched, ask),
      start,
    );
    this.replicas[index] = watched;
    this.#watch(watched);
  }

  /** Operations by chance become a batch, and the feed tells. */
  write(node: AuthorityNode, operations: readonly Operation[]): void {
    const { authority } = node;
    authority.submit({
      ...{ client: "writer", first: node.number, floor: node.number, operations, durability: "memory", asker: "" },
    });
    node.number += operations.length;
    const batch = authority.begin(this.nowMs, wallMs + this.nowMs);
    if (batch === undefined) return;
    const content = new Map(contentOf(authority.table));
    authority.commit();
    const { version, firstRevision, changes } = batch;
    for (const [i, change] of changes.entries()) {
      const revision = firstRevision + i;
      if (change.kind === "clear") content.clear();
      else if (change.kind === "remove") content.delete(keyOf(change.key));
      else content.set(keyOf(change.key), entryOf(change, revision));
      this.history.committed(placeOf(authority.epochs, { epoch: version.epoch, revision }), new Map(content));
    }
    expectSame(content, contentOf(authority.table), "what was committed");
    const size = this.chance.integer(1, 4); // a batch may come in parts
    for (let i = 0; i < changes.length; i += size) {
      const part = { firstRevision: firstRevision + i, changes: changes.slice(i, i + size) };
      this.tell({ kind: "changes", epoch: version.epoch, node: node.id, ...part });
    }
  }

  operations(): Operation[] {
    const { chance } = this;
    return Array.from({ length: chance.integer(1, 6) }, (): Operation => {
      if (chance.flip(0.25)) return operationByChance(chance, wallMs + this.nowMs);
      if (chance.flip(0.01)) return { kind: "clear" };
      const key = `k${chance.integer(0, 24)}`;
      return chance.flip(0.3) ? { kind: "remove", key } : { kind: "insert", key, value: chance.pick(large) };
    });
  }

  /** What is under way gets lost; all that is said from now on comes at once. */
  calm(): void {
    Object.assign(this.links, { loss: 0, repeat: 0, delayMs: 5 });
  }

  /** To every replica. */
  tell(message: ReplicaMessage): void {
    for (const replica of this.replicas) this.send(() => this.#hand(replica, message));
  }

  /** Over a link, in its way. */
  send(run: () => void): void {
    const { loss, repeat, delayMs } = this.links;
    do if (!this.chance.flip(loss)) this.after(this.chance.integer(1, delayMs), run);
    while (this.chance.flip(repeat));
  }

  after(ms: number, run: () => void): void {
    const atMs = this.nowMs + ms;
    let at = this.#deliveries.length;
    while (at > 0 && this.#deliveries[at - 1]!.atMs > atMs) at -= 1;
    this.#deliveries.splice(at, 0, { atMs, run });
  }

  /** Lets time pass. */
  run(ms: number): void {
    const endMs = this.nowMs + ms;
    for (let next = this.#deliveries[0]; next !== undefined && next.atMs <= endMs; next = this.#deliveries[0]) {
      this.#deliveries.shift();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = endMs;
  }

  /** All replicas show what the newest authority has. */
  expectAgreement(): void {
    const { authority } = this.newest;
    for (const { replica } of this.replicas) {
      expect([replica.version, replica.state, replica.lag]).toEqual([authority.version, "live", 0]);
      expectSame(contentOf(replica.table), contentOf(authority.table), "when all is quiet");
    }
    for (const each of this.replicas) each.compare();
  }

  #hand(watched: WatchedReplica, message: ReplicaMessage): void {
    if (!this.replicas.includes(watched)) return; // it was closed meanwhile
    watched.receive(message, this.nowMs);
    this.#watch(watched);
  }

  /** `check` when it is due. */
  #watch(watched: WatchedReplica): void {
    const { deadlineMs } = watched.replica;
    this.after(deadlineMs - this.nowMs, () => {
      if (!this.replicas.includes(watched) || watched.replica.deadlineMs !== deadlineMs) return;
      watched.check(this.nowMs);
      this.#watch(watched);
    });
  }

  /** A question finds the newest authority, or now and then another one that believes to be it. */
  #ask(watched: WatchedReplica, { request, question }: Ask): void {
    let isAnswered = false;
    const up = this.nodes.filter(({ isUp }) => isUp);
    const node = this.chance.flip(0.9) ? this.newest : this.chance.pick(up);
    const isLateLet = this.chance.flip(0.2);
    this.send(() => {
      if (!node.isUp) return;
      const answer = this.distort(node.answer(question, this.nowMs));
      this.send(() => {
        if (isAnswered && !isLateLet) return;
        isAnswered = true;
        this.#hand(watched, { kind: "answer", request, answer });
      });
    });
    this.after(limits.storeAskMs, () => {
      if (isAnswered) return;
      isAnswered = true;
      this.#hand(watched, { kind: "failed", request });
    });
  }

  #announce(): void {
    for (const node of this.nodes) if (node.isUp) this.tell({ kind: "announce", ...node.head });
    this.after(limits.storeAnnounceMs, () => this.#announce());
  }
}
