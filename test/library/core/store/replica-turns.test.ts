/** What a replica does at each turn of its life, one at a time; all of them at once are in replica.test.ts. */
import { describe, expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import type { Change, Entry, Version } from "../../../../library/core/store/change.ts";
import { Replica } from "../../../../library/core/store/replica.ts";
import type {
  Answer,
  Head,
  Question,
  ReplicaEffect,
  ReplicaMessage,
} from "../../../../library/core/store/replica-messages.ts";
import { Table } from "../../../../library/core/store/table.ts";

const a: Head = { epoch: 1, revision: 10, epochs: [{ epoch: 1, revision: 0, by: "a" }], node: "a" };
const rule = { expiresAtMs: undefined, expiresAfterMs: undefined };

function put(key: string): Change {
  return { kind: "put", key, value: "v", ...rule };
}

function entry(revision: number, key = `k${revision}`): Entry {
  return { key, value: "v", revision, ...rule };
}

function puts(first: number, last: number): Change[] {
  return Array.from({ length: last - first + 1 }, (_, i) => put(`k${first + i}`));
}

function entriesTo(revision: number): Entry[] {
  return Array.from({ length: revision }, (_, i) => entry(i + 1));
}

/** A replica, and what it said last. */
class Talk {
  nowMs = 0;
  readonly replica: Replica;
  effects: readonly ReplicaEffect[] = [];
  asks: { readonly request: number; readonly question: Question }[] = [];

  /** With what a disk had, where there is a version. */
  constructor(version?: Version, epochs = a.epochs) {
    const start = version && { version, epochs, entries: entriesTo(version.revision) };
    this.replica = new Replica(this.nowMs, start);
    this.check();
  }

  hear(message: ReplicaMessage): this {
    return this.#note(this.replica.receive(message, this.nowMs));
  }

  announce(head: Head): this {
    return this.hear({ kind: "announce", ...head });
  }

  feed({ epoch, node }: Head, firstRevision: number, changes: readonly Change[]): this {
    return this.hear({ kind: "changes", epoch, node, firstRevision, changes });
  }

  /** To the question that was asked last, or to that one. */
  answer(answer: Answer, { request } = this.asks.at(-1)!): this {
    return this.hear({ kind: "answer", request, answer });
  }

  check(): this {
    return this.#note(this.replica.check(this.nowMs));
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this.check();
  }

  told<Kind extends ReplicaEffect["kind"]>(kind: Kind): Extract<ReplicaEffect, { kind: Kind }>[] {
    return this.effects.filter((effect): effect is Extract<ReplicaEffect, { kind: Kind }> => effect.kind === kind);
  }

  /** The questions asked by the last step. */
  get asked(): Question[] {
    return this.told("ask").map(({ question }) => question);
  }

  #note(effects: readonly ReplicaEffect[]): this {
    this.effects = effects;
    this.asks.push(...this.told("ask"));
    return this;
  }
}

function page(head: Head, number: number, entries: readonly Entry[], isLast: boolean): Answer {
  return { kind: "page", head, walk: 1, page: number, revision: head.revision, entries, isLast };
}

/** One that shows `a` at 10, and has heard that it is live. */
function live(): Talk {
  const talk = new Talk().answer(page(a, 0, entriesTo(10), true));
  expect([talk.replica.version, talk.replica.state]).toEqual([{ epoch: 1, revision: 10 }, "live"]);
  return talk;
}

/** `a` went on to `begun`, and `b` after it. */
function successor(begun: number, revision = begun): Head {
  return { epoch: 2, revision, epochs: [...a.epochs, { epoch: 2, revision: begun, by: "b" }], node: "b" };
}

describe("a replica with what a disk had", () => {
  it("S7: catches up by what it lacks", () => {
    const talk = new Talk({ epoch: 1, revision: 7 });
    expect(talk.asked).toEqual([{ kind: "since", epoch: 1, revision: 7, by: "a" }]);
    talk.answer({ kind: "changes", head: a, firstRevision: 8, changes: puts(8, 10), isLast: true });
    expect([talk.replica.version, talk.replica.state]).toEqual([{ epoch: 1, revision: 10 }, "live"]);
    expect([talk.told("synced").length, talk.replica.counts.snapshots]).toEqual([1, 0]);
  });

  it("S4 S7: goes from epoch to epoch where each begins, and asks as of the one it is in", () => {
    const b = successor(9, 12);
    const talk = new Talk({ epoch: 1, revision: 7 }).announce(b);
    expect([talk.replica.version, talk.replica.epochs]).toEqual([{ epoch: 1, revision: 7 }, a.epochs]);
    talk.answer({ kind: "changes", head: b, firstRevision: 8, changes: puts(8, 8), isLast: false });
    expect(talk.asked).toEqual([{ kind: "since", epoch: 1, revision: 8, by: "a" }]); // at once
    talk.answer({ kind: "changes", head: b, firstRevision: 9, changes: puts(9, 12), isLast: true });
    expect(talk.effects.map(({ kind }) => kind)).toEqual([
      "changed",
      "epoch",
      "changed",
      "advanced",
      "synced",
      "state",
    ]);
    expect([talk.replica.version, talk.replica.epochs]).toEqual([{ epoch: 2, revision: 12 }, b.epochs]);
    expect(talk.replica.counts.snapshots).toBe(0);
  });

  it("S7: asks for the next page at once, and not after what it has", () => {
    const talk = new Talk({ epoch: 1, revision: 7 });
    talk.answer({ kind: "changes", head: a, firstRevision: 8, changes: puts(8, 9), isLast: false });
    expect(talk.asked).toEqual([{ kind: "since", epoch: 1, revision: 9, by: "a" }]);
    talk.answer({ kind: "changes", head: a, firstRevision: 10, changes: puts(10, 10), isLast: false });
    expect([talk.asked, talk.replica.state]).toEqual([[], "live"]);
  });

  it("S4: does not take a late announcement for a fork", () => {
    const talk = new Talk({ epoch: 1, revision: 10 }).announce({ ...a, revision: 8 });
    expect([talk.replica.counts.snapshots, talk.replica.version.revision]).toEqual([0, 10]);
  });

  it("S4: takes a snapshot where its authority says that it never was there", () => {
    const talk = new Talk({ epoch: 1, revision: 12 }).answer({ kind: "foreign", head: a });
    expect([talk.asked, talk.effects.some(({ kind }) => kind === "unmatched")]).toEqual([
      [{ kind: "snapshot", walk: undefined, page: 0 }],
      false,
    ]);
    talk.answer(page(a, 0, entriesTo(10), true));
    const [unmatched] = talk.told("unmatched");
    expect([unmatched!.fork, [...unmatched!.entries].map(({ revision }) => revision)]).toEqual([10, [11, 12]]);
    expect(talk.told("reset")).toEqual([
      { kind: "reset", from: { epoch: 1, revision: 12 }, to: { epoch: 1, revision: 10 }, isFork: true },
    ]);
  });

  it("S4: takes one without a fork where the log does not reach", () => {
    const talk = new Talk({ epoch: 1, revision: 7 }).answer({ kind: "gone", head: a });
    talk.answer(page(a, 0, entriesTo(10), true));
    expect([talk.told("reset")[0]?.isFork, talk.told("unmatched")]).toEqual([false, []]);
  });

  it("S4: parts where the histories do, though epochs of one number are in both", () => {
    const [one] = a.epochs;
    const theirs = [one!, { epoch: 2, revision: 6, by: "d" }, { epoch: 3, revision: 8, by: "c" }];
    const talk = new Talk({ epoch: 2, revision: 7 }, successor(4).epochs);
    const c = { epoch: 3, revision: 8, epochs: theirs, node: "c" };
    talk.announce(c).answer(page(c, 0, entriesTo(8), true));
    expect(talk.told("unmatched")[0]?.fork).toBe(4);
  });

  it("S4: takes a snapshot rather than go on in an older epoch than it has been in", () => {
    const talk = new Talk({ epoch: 2, revision: 10 }, successor(10).epochs);
    const c = { epoch: 3, revision: 12, epochs: [...a.epochs, { epoch: 3, revision: 12, by: "c" }], node: "c" };
    talk.announce(c).answer(page(c, 0, entriesTo(12), true));
    const [reset] = talk.told("reset");
    expect([reset?.isFork, talk.told("unmatched")[0]?.fork]).toEqual([true, 10]);
  });

  it("S4: does not go back to an authority of a lower epoch", () => {
    const talk = new Talk({ epoch: 2, revision: 9 }, successor(8).epochs).announce(a);
    expect(talk.told("fenced")).toEqual([{ kind: "fenced", epoch: 1, node: "a", highest: 2, isAlone: false }]);
    talk.wait(limits.storeStaleMs).announce(a);
    expect(talk.told("fenced").at(-1)).toMatchObject({ epoch: 1, isAlone: true });
    expect([talk.replica.authority, talk.replica.counts.snapshots]).toEqual([undefined, 0]);
  });
});

describe("a replica and authorities that change", () => {
  it("S4: is told what its history lost, when the new table is there", () => {
    const b = successor(8, 9);
    const talk = live().announce(b);
    expect(talk.told("unmatched")).toEqual([]);
    talk.feed(b, 9, [put("new")]); // for the snapshot: what is shown is of another history
    expect([talk.replica.version, talk.replica.table.size]).toEqual([{ epoch: 1, revision: 10 }, 10]);
    talk.answer(page(b, 0, [...entriesTo(8), entry(9, "new")], true));
    expect(talk.effects.map(({ kind }) => kind).slice(0, 3)).toEqual(["unmatched", "reset", "advanced"]);
    expect([...talk.told("unmatched")[0]!.entries].map(({ revision }) => revision)).toEqual([9, 10]);
    expect(talk.replica.version).toEqual({ epoch: 2, revision: 9 });
  });

  it("S4: goes on without a snapshot if the one after that has its history after all", () => {
    const talk = live().announce(successor(8));
    const c = { epoch: 3, revision: 10, epochs: [...a.epochs, { epoch: 3, revision: 10, by: "c" }], node: "c" };
    talk.announce(c);
    expect(talk.replica.version).toEqual({ epoch: 3, revision: 10 });
    talk.feed(c, 11, [put("x")]);
    expect([talk.replica.version.revision, talk.replica.state]).toEqual([11, "live"]);
  });

  it("fences what is said in a lower epoch", () => {
    const talk = live();
    talk.feed({ ...a, epoch: 0 }, 11, [put("x")]);
    expect(talk.told("fenced")).toEqual([{ kind: "fenced", epoch: 0, node: "a", highest: 1, isAlone: false }]);
    expect([talk.replica.counts.fenced, talk.asked, talk.replica.version.revision]).toEqual([1, [], 10]);
  });

  it("S7: is synced again after a reset in the same epoch", () => {
    const later = { ...a, revision: 15 };
    const talk = live().announce(later).wait(limits.storeHoleMs).answer({ kind: "gone", head: later });
    expect(talk.replica.state).toBe("syncing");
    talk.answer(page(later, 0, entriesTo(15), true));
    expect(talk.effects.map(({ kind }) => kind)).toEqual(["reset", "advanced", "synced", "state"]);
  });

  it("does not listen to a rival before nothing is heard of its own", () => {
    const talk = live();
    const rival = { ...a, node: "rival", revision: 3, epochs: [{ epoch: 1, revision: 0, by: "rival" }] };
    talk.announce(rival).feed(rival, 11, [put("x")]);
    expect([talk.replica.version.revision, talk.replica.counts.fenced, talk.asked]).toEqual([10, 2, []]);
    talk.wait(limits.storeStaleMs).announce(rival);
    expect([talk.told("rival").length, talk.replica.authority?.node]).toEqual([1, "rival"]);
    talk.answer(page(rival, 0, entriesTo(3), true));
    expect([talk.told("reset")[0]?.isFork, [...talk.told("unmatched")[0]!.entries].length]).toEqual([true, 10]);
  });

  it("S7: asks who speaks in an epoch that it does not know, not more than once at a time", () => {
    const talk = live();
    const b = successor(10, 11);
    talk.feed(b, 11, [put("x")]);
    expect([talk.asked, talk.replica.version.revision]).toEqual([
      [{ kind: "since", epoch: 1, revision: 10, by: "a" }],
      10,
    ]);
    expect(talk.feed(b, 11, [put("x")]).asked).toEqual([]);
    talk.answer({ kind: "changes", head: a, firstRevision: 11, changes: [], isLast: true });
    expect(talk.feed(b, 11, [put("x")]).asked).toEqual([]); // who answers does not know, either
    expect(talk.wait(limits.storeRetryMs).asked.length).toBe(1);
    talk.answer({ kind: "changes", head: b, firstRevision: 11, changes: puts(11, 11), isLast: true });
    expect(talk.wait(limits.storeHoleMs).asked.length).toBe(1); // as of the new epoch
    talk.answer({ kind: "changes", head: b, firstRevision: 11, changes: puts(11, 11), isLast: true });
    expect(talk.replica.version).toEqual({ epoch: 2, revision: 11 });
  });
});

describe("a snapshot", () => {
  const walk = 1;
  const big: Head = { ...a, revision: 100 };

  /** The first page is there, and the next are asked for. */
  function begun(): Talk {
    const talk = new Talk().answer(page(big, 0, entriesTo(10), false));
    expect(talk.asked).toEqual([1, 2, 3, 4].map((number) => ({ kind: "snapshot", walk, page: number })));
    return talk;
  }

  function askFor(talk: Talk, number: number) {
    return talk.asks.findLast(({ question }) => question.kind === "snapshot" && question.page === number)!;
  }

  it("asks again for a page that did not come, and for no other", () => {
    const talk = begun();
    talk.hear({ kind: "failed", request: askFor(talk, 2).request });
    expect(talk.asked).toEqual([]);
    expect(talk.wait(limits.storeRetryMs).asked).toEqual([{ kind: "snapshot", walk, page: 2 }]);
    expect(talk.replica.counts.snapshots).toBe(1);
  });

  it("is not begun anew for pages beyond its end", () => {
    const talk = begun();
    for (const number of [4, 3]) talk.answer({ kind: "forgotten", head: big }, askFor(talk, number));
    expect(talk.asked).toEqual([]);
    talk.answer(page(big, 2, [], true), askFor(talk, 2));
    talk.answer(page(big, 1, [], false), askFor(talk, 1));
    expect([talk.replica.isWhole, talk.replica.counts.snapshots]).toEqual([true, 1]);
  });

  it("is not begun anew for a page beyond an end that is known", () => {
    const talk = begun();
    const later = { ...big, revision: 101 };
    for (const number of [1, 2]) talk.answer(page(later, number, [], number === 2), askFor(talk, number));
    talk.answer({ kind: "forgotten", head: later }, askFor(talk, 3));
    talk.hear({ kind: "failed", request: askFor(talk, 4).request }).wait(limits.storeRetryMs);
    expect(talk.asked).toEqual([{ kind: "since", epoch: 1, revision: 100, by: "a" }]);
    expect(talk.replica.counts.snapshots).toBe(1);
  });

  it("does not take pages of another walk", () => {
    const talk = begun();
    talk.answer({ ...page(big, 1, [entry(99)], false), walk: 2 } as Answer, askFor(talk, 1));
    expect(talk.replica.counts.refused).toBe(1);
    expect(talk.wait(limits.storeRetryMs).asked).toEqual([{ kind: "snapshot", walk, page: 1 }]);
  });

  it("lets go of what is far ahead of it, which may be false", () => {
    const talk = new Talk().announce(big);
    talk.feed(big, 2 ** 52, puts(1, limits.storeEarlyChanges)); // where it belongs is not known yet
    talk.answer(page(big, 0, entriesTo(10), false));
    expect(talk.feed(big, 102, [put("k102")]).replica.counts.overflowed).toBe(0);
  });

  it("is begun anew after a pause where the authority has forgotten it", () => {
    const talk = begun();
    for (const number of [1, 2, 3]) talk.answer({ kind: "forgotten", head: big }, askFor(talk, number));
    expect([talk.asked, talk.replica.counts.snapshots]).toEqual([[], 2]);
    expect(talk.wait(limits.storeRetryMs).asked).toEqual([{ kind: "snapshot", walk: undefined, page: 0 }]);
  });

  it("S5: is not shown before changes have come to where its last page was read", () => {
    const talk = begun();
    const later = { ...big, revision: 102 };
    talk.answer(page(later, 1, [entry(102, "late")], true), askFor(talk, 1));
    expect(talk.replica.isWhole).toBe(false);
    expect(talk.feed(later, 102, [put("late")]).replica.isWhole).toBe(false);
    talk.wait(limits.storeHoleMs);
    expect(talk.asked).toEqual([{ kind: "since", epoch: 1, revision: 100, by: "a" }]);
    talk.answer({ kind: "changes", head: later, firstRevision: 101, changes: [{ kind: "clear" }], isLast: false });
    expect([talk.replica.version.revision, [...talk.replica.table].map(({ key }) => key)]).toEqual([102, ["late"]]);
  });

  it("S5: nor when the page that was read last came before others", () => {
    const talk = begun();
    const [earlier, later] = [big, { ...big, revision: 101 }];
    talk.answer(page(later, 2, [entry(101, "late")], true), askFor(talk, 2));
    talk.answer(page(earlier, 1, [], false), askFor(talk, 1));
    expect(talk.replica.isWhole).toBe(false);
    expect(talk.feed(later, 101, [put("late")]).replica.version).toEqual({ epoch: 1, revision: 101 });
  });

  it("asks once only while its first answer is what tells of the authority", () => {
    expect(live().replica.counts.snapshots).toBe(1);
    expect(new Talk().announce(a).asked).toEqual([]); // it is asked for already
  });

  it("is begun anew where more is removed meanwhile than can be kept", () => {
    const talk = begun();
    const removes = Array.from({ length: limits.storeTombstones + 1 }, (_, i): Change => {
      return { kind: "remove", key: `gone ${i}`, isExpired: false };
    });
    talk.feed(big, 101, removes);
    expect([talk.replica.counts.snapshots, talk.replica.isWhole]).toEqual([2, false]);
  });

  it("of a million entries is put into one table, once each, and that is shown", () => {
    const talk = new Talk();
    const count = 1_000_000;
    const head = { ...a, revision: count };
    const tables = new Map<Table, number>();
    const methods = Object.getOwnPropertyDescriptors(Table.prototype);
    Table.prototype.put = function (this: Table, id, put) {
      tables.set(this, (tables.get(this) ?? 0) + 1);
      methods.put.value!.call(this, id, put);
    };
    Table.prototype.restore = Table.prototype.apply = () => expect.fail("a copy");
    try {
      let number = 0;
      for (let from = 0; from < count; from += limits.storePageEntries, number++) {
        const size = Math.min(limits.storePageEntries, count - from);
        const entries = Array.from({ length: size }, (_, i) => entry(from + i + 1));
        talk.answer(page(head, number, entries, from + size === count), askFor(talk, number));
      }
    } finally {
      Object.defineProperties(Table.prototype, methods);
    }
    expect(talk.replica.table.size).toBe(count);
    expect([...tables]).toEqual([[talk.replica.table, count]]);
  });
});

describe("a replica that lacks something", () => {
  it("S7: waits a little for what may be on its way, then asks for it", () => {
    const talk = live().feed(a, 12, [put("k12")]);
    expect([talk.asked, talk.replica.lag, talk.replica.deadlineMs]).toEqual([[], 2, limits.storeHoleMs]);
    expect(talk.wait(limits.storeHoleMs).asked).toEqual([{ kind: "since", epoch: 1, revision: 10, by: "a" }]);
    expect(talk.replica.deadlineMs).toBeGreaterThan(talk.nowMs + limits.storeHoleMs); // nothing to do meanwhile
    talk.answer({
      kind: "changes",
      head: { ...a, revision: 11 },
      firstRevision: 11,
      changes: puts(11, 11),
      isLast: true,
    });
    expect([talk.replica.version.revision, talk.replica.lag]).toEqual([12, 0]);
  });

  it("waits before it asks again what brought nothing", () => {
    const talk = live()
      .announce({ ...a, revision: 12 })
      .wait(limits.storeHoleMs);
    talk.answer({ kind: "changes", head: { ...a, revision: 12 }, firstRevision: 11, changes: [], isLast: false });
    expect(talk.asked).toEqual([]);
    expect(talk.wait(limits.storeRetryMs - 1).asked).toEqual([]);
    expect(talk.wait(1).asked.length).toBe(1);
  });

  it("S7: does not believe for long in a revision that the authority does not have", () => {
    for (const revision of [2 ** 53 - 1, 5_000]) {
      const talk = live()
        .announce({ ...a, revision })
        .wait(limits.storeHoleMs);
      expect([talk.replica.lag, talk.asked.length]).toEqual([revision - 10, 1]);
      talk.answer({ kind: "changes", head: a, firstRevision: 11, changes: [], isLast: true });
      expect([talk.replica.lag, talk.replica.state]).toEqual([0, "live"]);
      expect(talk.wait(limits.storeRetryMs).asked).toEqual([]);
    }
  });

  it("S7: is synced though the first that it heard was false", () => {
    const talk = new Talk({ epoch: 1, revision: 10 });
    talk.hear({ kind: "failed", request: talk.asks[0]!.request }).announce({ ...a, revision: 9_999 });
    talk.wait(limits.storeRetryMs);
    talk.answer({ kind: "changes", head: a, firstRevision: 11, changes: [], isLast: true });
    expect([talk.told("synced").length, talk.replica.state]).toEqual([1, "live"]);
  });

  it("S7: believes what was said since rather than an answer that took long", () => {
    const talk = live()
      .announce({ ...a, revision: 12 })
      .wait(limits.storeHoleMs);
    talk.announce({ ...a, revision: 15 });
    talk.answer({
      kind: "changes",
      head: { ...a, revision: 11 },
      firstRevision: 11,
      changes: puts(11, 11),
      isLast: true,
    });
    expect(talk.replica.lag).toBe(4);
  });

  it("holds the longer one of two that begin alike", () => {
    const talk = live().feed(a, 12, puts(12, 12)).feed(a, 12, puts(12, 14)).feed(a, 12, puts(12, 13));
    expect(talk.feed(a, 11, puts(11, 11)).replica.version.revision).toBe(14);
  });

  it("holds as much as it has room for of what came early, and nothing from too far ahead", () => {
    const talk = live();
    talk.feed(a, 12 + limits.storeEarlyChanges, [put("far")]);
    expect(talk.replica.counts.overflowed).toBe(1);
    talk.feed(a, 12, puts(12, 11 + limits.storeEarlyChanges));
    expect(talk.feed(a, 13, [put("k13")]).replica.counts.overflowed).toBe(2);
    talk.feed(a, 11, [put("k11")]);
    expect(talk.replica.version.revision).toBe(11 + limits.storeEarlyChanges);
    talk.feed(a, 11, [put("k11")]);
    expect(talk.replica.counts.repeated).toBe(1);
  });

  it("asks and wakes seldom while nobody is there, and at once when somebody is heard", () => {
    for (const talk of [new Talk(), new Talk({ epoch: 1, revision: 7 })]) {
      let checks = 0;
      let failed = 0;
      const endMs = 60_000;
      while (talk.replica.deadlineMs < endMs) {
        for (; failed < talk.asks.length; failed++) talk.hear({ kind: "failed", request: talk.asks[failed]!.request });
        talk.nowMs = talk.replica.deadlineMs;
        talk.check();
        checks += 1;
      }
      expect(talk.asks.length).toBeGreaterThan(20);
      expect(talk.asks.length).toBeLessThan(50);
      expect(checks).toBeLessThan(100);
      for (; failed < talk.asks.length; failed++) talk.hear({ kind: "failed", request: talk.asks[failed]!.request });
      talk.nowMs = talk.replica.deadlineMs - 1_000;
      const { length } = talk.asks;
      expect(talk.announce(a).wait(limits.storeHoleMs).asks.length).toBe(length + 1);
    }
  });

  it("is stale when nothing is heard, or the authority has left", () => {
    const talk = live().wait(limits.storeStaleMs - 1);
    expect([talk.replica.state, talk.replica.deadlineMs]).toEqual(["live", limits.storeStaleMs]);
    expect(talk.wait(1).replica.state).toBe("stale");
    expect(talk.announce(a).replica.state).toBe("live");
    expect(talk.hear({ kind: "authorityLost" }).replica.state).toBe("stale");
  });
});

describe("what cannot be", () => {
  const numbers = [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY];

  function expectRefused(talk: Talk, message: ReplicaMessage): void {
    const { refused } = talk.replica.counts;
    talk.hear(message);
    expect(talk.replica.counts.refused).toBe(refused + 1);
    expect([talk.replica.version, talk.replica.lag]).toEqual([{ epoch: 1, revision: 10 }, 0]);
  }

  it("is refused and counted, of changes", () => {
    const talk = live();
    const from = { kind: "changes", epoch: 1, node: "a", firstRevision: 11, changes: [put("x")] } as const;
    for (const number of [...numbers, 0, 2 ** 53 - 1]) expectRefused(talk, { ...from, firstRevision: number });
    for (const number of numbers) expectRefused(talk, { ...from, epoch: number });
    expectRefused(talk, { ...from, changes: [] });
  });

  it("is refused and counted, of heads", () => {
    const talk = live();
    const epochs = [...a.epochs, { epoch: 2, revision: 12, by: "a" }];
    for (const number of numbers) {
      expectRefused(talk, { kind: "announce", ...a, epoch: number });
      expectRefused(talk, { kind: "announce", ...a, revision: number });
      expectRefused(talk, { kind: "announce", ...a, epochs: [{ epoch: number, revision: 0, by: "a" }, ...a.epochs] });
      expectRefused(talk, { kind: "announce", ...a, epochs: [{ epoch: 0, revision: number, by: "a" }, ...a.epochs] });
    }
    expectRefused(talk, { kind: "announce", ...a, epochs: [] });
    expectRefused(talk, { kind: "announce", ...a, epochs: [...a.epochs, ...a.epochs] });
    expectRefused(talk, { kind: "announce", ...a, epoch: 2, revision: 11, epochs }); // begun after its newest
    expectRefused(talk, { kind: "announce", ...a, epochs: [{ epoch: 0, revision: 1, by: "a" }, ...a.epochs] });
    const many = Array.from({ length: limits.storeEpochsTold + 1 }, (_, epoch) => ({ epoch, revision: 0, by: "a" }));
    expectRefused(talk, { kind: "announce", ...a, epochs: many });
    talk.announce({ ...a, epochs }); // it is about to begin another
    expect([talk.replica.authority?.epoch, talk.replica.counts.snapshots]).toEqual([1, 1]);
  });

  it("is counted, of answers that nobody waits for", () => {
    const talk = live();
    talk.hear({ kind: "answer", request: 77, answer: { kind: "gone", head: a } });
    talk.answer(page(a, 0, [], true), talk.asks[0]);
    expect([talk.replica.counts.late, talk.replica.table.size, talk.asked]).toEqual([2, 10, []]);
  });
});
