/**
 * A replica under watch: after each step what it shows is compared with the history, and what it told with what it shows.
 */
import assert from "node:assert/strict"; // as `expect`, but so often it would take most of the time
import {
  type Change,
  type ChangeRun,
  compareVersions,
  type Entry,
  type Version,
} from "../../../../library/core/store/change.ts";
import { Replica } from "../../../../library/core/store/replica.ts";
import type {
  Head,
  Question,
  ReplicaEffect,
  ReplicaMessage,
  ReplicaStart,
} from "../../../../library/core/store/replica-messages.ts";
import { entryOf } from "../../../../library/core/store/table.ts";
import { keyOf } from "../../../../library/core/values/index.ts";
import { contentOf, expectSame, type StoreHistory } from "./replica-history.ts";

export interface Ask {
  readonly request: number;
  readonly question: Question;
}

export class WatchedReplica {
  readonly replica: Replica;
  readonly kinds = new Map<ReplicaEffect["kind"], number>();
  checks = 0;
  asks = 0;
  readonly #history: StoreHistory;
  readonly #onAsk: (ask: Ask) => void;
  /** The table as its effects tell it. */
  #told = new Map<string, Entry>();
  /** Of each epoch, the least that was said of its revision. */
  readonly #said = new Map<number, number>();

  constructor(history: StoreHistory, nowMs: number, onAsk: (ask: Ask) => void, start?: ReplicaStart) {
    this.#history = history;
    this.#onAsk = onAsk;
    this.replica = new Replica(nowMs, start);
    this.#told = new Map(contentOf(this.replica.table));
  }

  receive(message: ReplicaMessage, nowMs: number): void {
    if (message.kind === "announce") this.#note(message);
    if (message.kind === "answer") this.#note(message.answer.head);
    this.#step(() => this.replica.receive(message, nowMs), nowMs);
  }

  check(nowMs: number): void {
    this.checks += 1;
    this.#step(() => this.replica.check(nowMs), nowMs);
  }

  /** What a disk would have of it. */
  persisted(): ReplicaStart | undefined {
    const { version, epochs, table, isWhole } = this.replica;
    return isWhole ? { version, epochs, entries: [...table] } : undefined;
  }

  /** S4 and S5, here and now. */
  compare(): void {
    const { version, table, epochs, isWhole } = this.replica;
    const shown = contentOf(table);
    expectSame(this.#told, shown, "what was told");
    if (!isWhole) {
      assert.deepEqual([shown.size, version], [0, { epoch: 0, revision: 0 }], "before a whole snapshot");
      return;
    }
    expectSame(shown, this.#history.tableAt(version), `at ${version.epoch}/${version.revision}`);
    assert.deepEqual(epochs, this.#history.epochsOf(version.epoch));
  }

  #note({ epoch, revision }: Head): void {
    if (!Number.isSafeInteger(revision)) return;
    this.#said.set(epoch, Math.min(revision, this.#said.get(epoch) ?? Number.POSITIVE_INFINITY));
  }

  #step(act: () => readonly ReplicaEffect[], nowMs: number): void {
    const { version: before, isWhole: wasWhole } = this.replica;
    const effects = act();
    const { version: after, isWhole, deadlineMs } = this.replica;
    assert.ok(deadlineMs > nowMs, "a deadline that is over");
    for (const { kind } of effects) this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    const resets = effects.filter((effect) => effect.kind === "reset");
    const isBack = compareVersions(after, before) < 0;
    assert.ok(!isBack || resets.length > 0, "a version that goes back");
    const hasMoved = compareVersions(after, before) !== 0 || resets.length > 0;
    assert.equal(effects.filter(({ kind }) => kind === "advanced").length, hasMoved ? 1 : 0);
    assert.ok(isWhole || !effects.some(({ kind }) => kind === "changed"), "changes of nothing");
    if (!wasWhole && isWhole) this.#told = new Map(contentOf(this.replica.table));
    let at = before;
    for (const [i, effect] of effects.entries()) at = this.#learn(effect, effects[i - 1], at);
    if (wasWhole) assert.deepEqual(at, after, "where the effects lead");
    if (hasMoved || wasWhole !== isWhole) this.compare();
  }

  /** What one effect says, which comes after another; where the table is after it. */
  #learn(effect: ReplicaEffect, last: ReplicaEffect | undefined, at: Version): Version {
    if (effect.kind === "ask") {
      this.asks += 1;
      this.#onAsk(effect);
    } else if (effect.kind === "changed") {
      const { version, firstRevision, changes } = effect.run;
      assert.equal(firstRevision, at.revision + 1);
      assert.deepEqual(version, { epoch: at.epoch, revision: at.revision + changes.length });
      this.#apply(effect.run);
      return version;
    } else if (effect.kind === "epoch") {
      assert.equal(effect.version.revision, at.revision);
      assert.deepEqual(effect.epochs, this.#history.epochsOf(effect.version.epoch));
      return effect.version;
    } else if (effect.kind === "reset") {
      this.#reset(effect, last, at);
      return effect.to;
    } else if (effect.kind === "synced") {
      const { epoch, revision } = effect.version;
      assert.ok(this.replica.isWhole);
      assert.deepEqual(effect.version, this.replica.version);
      assert.ok(revision >= (this.#said.get(epoch) ?? Number.POSITIVE_INFINITY), "synced too early");
    }
    return at;
  }

  #apply({ firstRevision, changes, before }: ChangeRun): void {
    assert.ok(changes.length > 0);
    assert.equal(before.length, changes.length);
    for (const [i, change] of changes.entries()) this.#applyOne(change, firstRevision + i, before[i]);
  }

  #applyOne(change: Change, revision: number, before: Entry | undefined): void {
    if (change.kind === "clear") {
      assert.equal(before, undefined);
      this.#told.clear();
      return;
    }
    const key = keyOf(change.key);
    assert.equal(before?.revision, this.#told.get(key)?.revision);
    if (change.kind === "remove") this.#told.delete(key);
    else this.#told.set(key, entryOf(change, revision));
  }

  #reset(
    { from, to, isFork }: Extract<ReplicaEffect, { kind: "reset" }>,
    last: ReplicaEffect | undefined,
    at: Version,
  ): void {
    assert.deepEqual([from, to], [at, this.replica.version]);
    const shared = this.#history.sharedWith(from, to.epoch);
    assert.equal(last?.kind === "unmatched", isFork, "unmatched before a reset to another history");
    if (last?.kind === "unmatched") {
      assert.deepEqual([last.from, last.fork], [from, shared]);
      const lost = [...this.#told.values()].filter(({ revision }) => revision > shared);
      expectSame(contentOf(last.entries), contentOf(lost), "unmatched");
      const theirs = this.#history.epochsOf(to.epoch).findLast(({ revision }) => revision <= from.revision);
      const wouldGoBack = (theirs?.epoch ?? 0) < from.epoch;
      assert.ok(shared < from.revision || wouldGoBack, "a fork that is none");
    } else assert.equal(shared, from.revision, "a fork that is not told");
    this.#told = new Map(contentOf(this.replica.table));
  }
}
