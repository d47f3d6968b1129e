/** What an authority promises of batches, clients and histories, case by case. */
import { describe, expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import { Authority, type AuthorityOptions } from "../../../../library/core/store/authority.ts";
import type { Durability, Operation } from "../../../../library/core/store/change.ts";
import { entryCheck } from "../../../../library/core/store/schema.ts";
import type { Receipt } from "../../../../library/core/store/submission.ts";
import { count } from "../../../../library/core/values/index.ts";

const bump: Operation = { kind: "increment", key: "n", by: 1n };

function opened(options: Pick<AuthorityOptions, "check" | "isInMemory"> = {}): Authority<string> {
  const authority = new Authority<string>({ nowMs: 0, wallMs: 0, ...options });
  authority.beginEpoch(1, "a");
  return authority;
}

interface Sent {
  readonly client?: string;
  readonly floor?: number;
  readonly durability?: Durability;
}

function send(authority: Authority<string>, first: number, operations: readonly Operation[], sent: Sent = {}): Receipt {
  const { client = "c", floor = 1, durability = "memory" } = sent;
  return authority.submit({ client, first, floor, operations, durability, asker: `${client}:${first}` });
}

function commitAll(authority: Authority<string>, nowMs = 0): void {
  while (authority.begin(nowMs, nowMs) !== undefined) authority.commit();
}

function inserts(count: number): Operation[] {
  return Array.from({ length: count }, (_, i) => ({ kind: "insert", key: `${i}`, value: 1n }));
}

describe("S13: clear", () => {
  it("is one version, and what follows in the same batch stays", () => {
    const authority = opened();
    send(authority, 1, [...inserts(100), { kind: "clear" }, bump]);
    const batch = authority.begin(0, 0)!;
    expect([batch.changes.length, batch.version.revision]).toEqual([102, 102]);
    expect(batch.changes[100]).toEqual({ kind: "clear" });
    authority.commit();
    expect([...authority.table].map(({ key, revision }) => [key, revision])).toEqual([["n", 102]]);
  });

  it("lifts every expiry", () => {
    const authority = opened();
    send(authority, 1, [{ kind: "insert", key: "k", value: 1n, expiry: { kind: "after", ms: 5 } }]);
    commitAll(authority);
    expect(authority.deadlineMs).toBe(5);
    send(authority, 2, [{ kind: "clear" }]);
    commitAll(authority);
    expect(authority.deadlineMs).toBeUndefined();
  });
});

describe("a batch", () => {
  it("is seen by nobody before it is committed, and by its own operations", () => {
    const authority = opened();
    send(authority, 1, [bump, bump]);
    expect(authority.begin(0, 0)?.results[0]?.outcomes).toMatchObject([{ value: 1n }, { value: 2n }]);
    expect(authority.get("n", 0)).toBeUndefined();
    authority.commit();
    expect(authority.get("n", 0)?.value).toBe(2n);
  });

  it("has a bound; the rest makes the next one, and a request is answered when it is whole", () => {
    const authority = opened();
    const whole = Math.floor(limits.storeBatchOperations / 1_000);
    const requests = whole + 2;
    for (let i = 0; i < requests; i++) send(authority, 1 + i * 1_000, inserts(1_000));
    expect(authority.begin(0, 0)?.changes.length).toBe(limits.storeBatchOperations);
    expect(authority.commit().settled.length).toBe(whole);
    authority.begin(0, 0);
    const { settled } = authority.commit();
    expect(settled.map(({ outcomes }) => outcomes.length)).toEqual([1_000, 1_000]);
    expect(settled[0]?.outcomes.every(({ kind, revision }) => kind === "done" && revision > whole * 1_000)).toBe(true);
  });

  it("ends at so many bytes", () => {
    const authority = opened();
    const value = "x".repeat(limits.storeBatchBytes / 2);
    send(
      authority,
      1,
      Array.from({ length: 5 }, (_, i) => ({ kind: "insert", key: `${i}`, value })),
    );
    expect(authority.begin(0, 0)?.changes.length).toBe(2);
  });

  it("is as safe as the one that asks for most", () => {
    const authority = opened();
    send(authority, 1, [bump], { durability: "disk" });
    send(authority, 1, [bump], { client: "d", durability: "memory" });
    expect(authority.begin(0, 0)?.durability).toBe("disk");
  });

  it("S9: in memory refuses what only a disk can do, remembers that, and does the rest", () => {
    const authority = opened({ isInMemory: true });
    send(authority, 1, [bump], { durability: "disk" });
    send(authority, 2, [{ kind: "clear" }], { durability: "process" });
    send(authority, 3, [bump], { durability: "replicated" });
    expect(authority.begin(0, 0)).toMatchObject({ version: { epoch: 1, revision: 1 }, durability: "replicated" });
    authority.commit();
    expect(send(authority, 1, [bump], { durability: "disk" })).toEqual({
      kind: "known",
      outcomes: [expect.objectContaining({ code: "UNSUPPORTED" })],
    });
  });

  it("that fails takes with it what waits of its clients, so that their order holds", () => {
    const authority = opened();
    send(authority, 1, [bump]);
    authority.begin(0, 0);
    send(authority, 2, [bump]);
    send(authority, 1, [bump], { client: "other" });
    const settled = authority.abort("NO_SPACE", "full");
    expect(settled.map(({ asker }) => asker)).toEqual(["c:1", "c:2"]);
    expect(settled.flatMap(({ outcomes }) => outcomes)).toMatchObject([{ code: "NO_SPACE" }, { code: "NO_SPACE" }]);
    expect(send(authority, 2, [bump])).toEqual({ kind: "expected", number: 1 });
    expect(authority.begin(0, 0)?.results.map(({ client }) => client)).toEqual(["other"]);
    authority.commit();
    expect(send(authority, 2, [bump], { floor: 2 })).toEqual({ kind: "waiting" }); // the first was given up
  });

  it("without a change keeps the version", () => {
    const authority = opened();
    send(authority, 1, [
      { kind: "remove", key: "none" },
      { kind: "increment", key: "n", by: "text" },
    ]);
    expect(authority.begin(0, 0)).toMatchObject({ version: { epoch: 1, revision: 0 }, changes: [] });
    authority.commit();
    expect(send(authority, 2, [bump])).toEqual({
      kind: "known",
      outcomes: [expect.objectContaining({ code: "TYPE" })],
    });
  });
});

describe("S2: a client", () => {
  it("that leaves out a number is told which", () => {
    const authority = opened();
    expect(send(authority, 3, [bump])).toEqual({ kind: "expected", number: 1 });
    expect(send(authority, 3, [bump], { floor: 2 })).toEqual({ kind: "expected", number: 2 });
    expect(send(authority, 3, [bump], { floor: 3 })).toEqual({ kind: "waiting" });
  });

  it("that sends again what waits is answered twice, and served once", () => {
    const authority = opened();
    send(authority, 1, [bump, bump]);
    send(authority, 2, [bump, bump]); // the second again, and a third
    authority.begin(0, 0);
    send(authority, 1, [bump]);
    expect(authority.commit().settled.map(({ asker }) => asker)).toEqual(["c:1", "c:1", "c:2"]);
    expect(authority.get("n", 0)?.value).toBe(3n);
    expect(send(authority, 1, [bump, bump, bump])).toMatchObject({ kind: "known", outcomes: { length: 3 } });
  });

  it("is answered even for numbers that it gave up while others waited", () => {
    const authority = opened();
    send(authority, 1, [bump]);
    authority.begin(0, 0);
    expect(send(authority, 5, [bump], { floor: 10 })).toEqual({ kind: "waiting" });
    const given = authority.commit().settled.find(({ asker }) => asker === "c:5");
    expect(given?.outcomes).toMatchObject([{ kind: "failed", code: "INDETERMINATE" }]);
    expect(authority.get("n", 0)?.value).toBe(1n);
  });

  it("is remembered for its last outcomes, and never served twice for those before", () => {
    const authority = opened();
    for (let i = 0; i < 5; i++)
      send(
        authority,
        1 + i * 1_000,
        Array.from({ length: 1_000 }, () => bump),
      );
    commitAll(authority);
    const last = 5_000 - limits.storeOutcomes + 1;
    expect(send(authority, last, [bump])).toMatchObject({ kind: "known", outcomes: [{ value: BigInt(last) }] });
    expect(send(authority, 1, [bump])).toMatchObject({ outcomes: [{ kind: "failed", code: "INDETERMINATE" }] });
    expect(authority.hasWork(0, 0)).toBe(false);
  });

  it("keeps its place after a restart, even where all its outcomes were settled", () => {
    const authority = opened();
    send(authority, 1, inserts(1_000));
    commitAll(authority);
    send(authority, 1_001, [bump], { floor: 1_001 });
    const forget = authority.begin(0, 0)!.forget;
    expect(forget).toEqual([{ client: "c", before: 1_001 }]);
    authority.commit();
    const results = [...authority.results()];
    expect(results).toEqual([{ client: "c", first: 1_001, outcomes: [expect.objectContaining({ value: 1n })] }]);
    const { table, version, epochs } = authority;
    const again = new Authority<string>({ nowMs: 0, wallMs: 0, start: { table, version, epochs, results } });
    expect(send(again, 1_001, [bump], { floor: 1_001 })).toMatchObject({ kind: "known" });
    expect(send(again, 999, [bump])).toMatchObject({ outcomes: [{ code: "INDETERMINATE" }] });
    expect(send(again, 1_002, [bump])).toEqual({ kind: "waiting" });
  });

  it("keeps its newest outcome even if it waits for none", () => {
    const authority = opened();
    send(authority, 1, inserts(300));
    send(authority, 301, [bump], { floor: 1_000 });
    const { forget } = authority.begin(0, 0)!;
    authority.commit();
    expect(forget).toEqual([{ client: "c", before: 300 }]);
    expect([...authority.results()]).toMatchObject([{ client: "c", first: 300 }]);
  });

  it("is forgotten when too many came after it, and the storage is told", () => {
    const authority = opened();
    let forget: unknown;
    for (let i = 0; i <= limits.storeClients; i++) {
      send(authority, 1, [bump], { client: `${i}` });
      forget = authority.begin(0, 0)!.forget;
      authority.commit();
    }
    expect(forget).toEqual([{ client: "0", before: 2 }]);
    expect([...authority.results()].length).toBe(limits.storeClients);
    expect(send(authority, 1, [bump], { client: "1" })).toMatchObject({ kind: "known" });
  });

  it("does not keep more bytes of outcomes than there is room for", () => {
    const authority = opened();
    const value = "x".repeat(1024 * 1024);
    let told = 0;
    for (let i = 0; i < 100; i++) {
      send(authority, 1 + 2 * i, [
        { kind: "insert", key: "k", value },
        { kind: "remove", key: "k" },
      ]);
      told += authority.begin(0, 0)!.forget.length;
      authority.commit();
    }
    const kept = [...authority.results()].flatMap(({ outcomes }) => outcomes);
    expect(kept.length).toBeLessThan(2 * (limits.storeOutcomeBytes / value.length) + 2);
    expect(told).toBeGreaterThan(0);
    expect(send(authority, 201, [bump])).toEqual({ kind: "waiting" });
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])("cannot number from %s on", (first) => {
    const authority = opened();
    expect(send(authority, first, [bump])).toMatchObject({ kind: "refused", code: "BAD_ARGUMENT" });
    expect(send(authority, 1, [bump], { floor: first })).toMatchObject({ kind: "refused", code: "BAD_ARGUMENT" });
    expect(authority.hasWork(0, 0)).toBe(false);
  });

  it("cannot send more at once than is taken, nor make more wait", () => {
    const authority = opened();
    const many = inserts(limits.storeRequestOperations);
    expect(send(authority, 1, [...many, bump])).toMatchObject({ kind: "refused", code: "TOO_MANY" });
    let first = 1;
    for (; first <= limits.storeWaitingOperations; first += many.length) {
      expect(send(authority, first, many)).toEqual({ kind: "waiting" });
    }
    expect(send(authority, first, many)).toMatchObject({ kind: "refused", code: "TOO_MANY" });
    authority.begin(0, 0);
    authority.commit();
    expect(send(authority, first, many)).toEqual({ kind: "waiting" });
  });
});

describe("S12: what is due", () => {
  it("is gone for readers at once, and removed by the next batch as one more version", () => {
    const authority = opened();
    const expiry = { kind: "after", ms: 100 } as const;
    send(authority, 1, [{ kind: "insert", key: "k", value: 1n, expiry }, bump]);
    commitAll(authority);
    expect([authority.size(99), authority.size(100), authority.get("k", 100)]).toEqual([2, 1, undefined]);
    expect([authority.hasWork(99, 99), authority.hasWork(100, 100)]).toEqual([false, true]);
    const batch = authority.begin(100, 100)!;
    expect(batch).toMatchObject({ changes: [{ kind: "remove", key: "k", isExpired: true }], durability: undefined });
    authority.commit();
    expect(authority.version.revision).toBe(3);
  });

  it("counts as absent for the operations of the very batch that removes it", () => {
    const authority = opened();
    const expiry = { kind: "at", wallMs: 100 } as const;
    send(authority, 1, [{ kind: "insert", key: "n", value: 41n, expiry }]);
    commitAll(authority);
    send(authority, 2, [bump]);
    expect(authority.begin(100, 100)?.results[0]?.outcomes).toMatchObject([{ value: 1n }]);
    authority.commit();
    expect(authority.get("n", 1_000)?.value).toBe(1n);
  });

  it("counts as absent, too, where it is too much to be removed in one batch", () => {
    const authority = opened();
    const total = limits.storeBatchOperations + 10;
    const expiry = { kind: "after", ms: 10 } as const;
    for (let i = 0; i < total; i++) send(authority, 1 + i, [{ kind: "insert", key: `${i}`, value: 41n, expiry }]);
    commitAll(authority);
    const bumps = Array.from({ length: total }, (_, i) => ({ kind: "increment", key: `${i}`, by: 1n }) as const);
    for (const [i, operation] of bumps.entries()) send(authority, 1 + total + i, [operation]);
    const { results } = authority.begin(10, 10)!;
    const wrong = results.flatMap(({ outcomes }) => outcomes).filter((o) => o.kind === "failed" || o.value !== 1n);
    expect(wrong).toEqual([]);
  });

  it("is removed first after a restart, however much it is", () => {
    const authority = opened();
    const expiry = { kind: "after", ms: 10 } as const;
    for (let i = 0; i < 10; i++) {
      const operations = inserts(1_000).map((insert, j) => ({ ...insert, key: `${i}/${j}`, expiry }) as Operation);
      send(authority, 1 + i * 1_000, operations);
    }
    commitAll(authority);
    const { table, version, epochs } = authority;
    const start = { table, version, epochs, results: [] };
    const again = new Authority<string>({ nowMs: 7, wallMs: 10, start });
    expect(again.size(7)).toBe(0);
    let batches = 0;
    for (; again.hasWork(7, 10); batches++) {
      again.begin(7, 10);
      again.commit();
    }
    expect([batches, again.table.size]).toEqual([Math.ceil(10_000 / limits.storeBatchOperations), 0]);
  });
});

describe("since", () => {
  it("goes on from any version of this history, and knows others", () => {
    const authority = opened();
    send(authority, 1, inserts(700));
    commitAll(authority);
    authority.beginEpoch(4, "a");
    const first = authority.since({ epoch: 0, revision: 0, by: "" });
    expect(first).toMatchObject({ kind: "changes", firstRevision: 1, changes: { length: 512 }, isLast: false });
    expect(authority.since({ epoch: 1, revision: 512, by: "a" })).toMatchObject({
      changes: { length: 188 },
      isLast: true,
    });
    expect(authority.since({ epoch: 4, revision: 700, by: "a" })).toMatchObject({ changes: [], isLast: true });
    expect(authority.since({ epoch: 2, revision: 5, by: "a" })).toEqual({ kind: "foreign" });
    expect(authority.since({ epoch: 1, revision: 701, by: "a" })).toEqual({ kind: "foreign" });
    expect(authority.since({ epoch: 1, revision: 512, by: "b" })).toEqual({ kind: "foreign" });
    expect(authority.since({ epoch: 1, revision: 512, by: "" })).toEqual({ kind: "foreign" });
  });

  it("is gone for what was before the log began", () => {
    const authority = opened();
    send(authority, 1, inserts(10));
    commitAll(authority);
    const { table, version, epochs } = authority;
    const again = new Authority<string>({ nowMs: 0, wallMs: 0, start: { table, version, epochs, results: [] } });
    expect(again.since({ epoch: 1, revision: 9, by: "a" })).toEqual({ kind: "gone" });
    expect(again.since({ epoch: 1, revision: 10, by: "a" })).toMatchObject({ kind: "changes", isLast: true });
  });
});

it("a schema is held against every entry that would be made", () => {
  const authority = opened({ check: entryCheck({ key: "string", value: "count" }) });
  send(authority, 1, [
    { kind: "insert", key: "a", value: count(1) },
    { kind: "insert", key: 1n, value: count(1) },
    { kind: "increment", key: "n", by: 1n },
    { kind: "increment", key: "a", by: count(1) },
    { kind: "add", key: "s", element: "x" },
  ]);
  const { outcomes } = authority.begin(0, 0)!.results[0]!;
  expect(outcomes.map((outcome) => (outcome.kind === "failed" ? outcome.code : outcome.revision))).toEqual([
    1,
    "SCHEMA_MISMATCH",
    "SCHEMA_MISMATCH",
    2,
    "SCHEMA_MISMATCH",
  ]);
  expect(() => entryCheck({ value: "nonsense" })).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});
