/** An authority at work whose disk fails: what may be given up, and what others have already. */
import { expect, it } from "vitest";
import { SwitchyardError } from "../../../library/core/errors.ts";
import { limits } from "../../../library/core/limits.ts";
import { Authority } from "../../../library/core/store/authority.ts";
import type { PendingBatch } from "../../../library/core/store/submission.ts";
import { type Asker, Host, type HostOptions } from "../../../library/store/host.ts";
import type { Gate } from "../../../library/store/term-gate.ts";
import type { WriteAnswer } from "../../../library/store/writer.ts";

/** Time stands still until somebody lets the timers go off. */
function world() {
  const timers = new Set<() => void>();
  const gate = {
    ...{ heir: "heir" as string | undefined, beginsAt: 0, expiryDurability: "disk" },
    mayAnswer: () => true,
    mayAcknowledge: () => true,
    refusal: () => undefined,
    prepare: () => {},
    advanced: () => {},
  } satisfies Gate;
  /** Of the clock, and what waits for the end of the turn: it runs at once unless `waits`. */
  const turn = { nowMs: 0, waits: false, ends: [] as (() => void)[] };
  const clock = {
    nowMs: () => turn.nowMs,
    wallMs: () => 0,
    next: (task: () => void) => queueMicrotask(task),
    soon: (task: () => void) => {
      if (turn.waits) turn.ends.push(task);
      else queueMicrotask(task);
    },
    after: (_: number, task: () => void) => {
      timers.add(task);
      return () => timers.delete(task);
    },
  };
  const disk = { isFull: true, ready: Promise.resolve(), written: [] as string[] };
  const storage = {
    write: async ({ changes }: PendingBatch) => {
      await disk.ready;
      if (disk.isFull) throw new SwitchyardError("NO_SPACE", "the disk");
      for (const change of changes) if (change.kind === "put") disk.written.push(String(change.key));
    },
  };
  const node = { clock, origin: { id: "a".repeat(32), name: "a" }, fail: () => {} };
  /** Of each message of the feed: the revision of the first change, and the keys. */
  const said: (readonly [unknown, readonly unknown[]])[] = [];
  const say = (_: string, _topic: string, name: string, args: readonly unknown[]): void => {
    if (name === "changes") said.push([args[1], args[3] as readonly unknown[]]);
  };
  const traffic = { node, isHeard: () => true, say };
  const authority = new Authority<Asker>({ nowMs: 0, wallMs: 0, start: undefined, check: undefined });
  authority.beginEpoch(1, "a".repeat(32));
  const told = { run: () => {} };
  const parts = { traffic, topic: "t", authority, storage, gate, onChanges: () => told.run(), onClockJump: () => {} };
  const host = new Host(parts as unknown as HostOptions);
  return { host, gate, disk, timers, said, turn, told };
}

const request = (first: number, ...keys: readonly string[]) =>
  ({
    client: "c".repeat(32),
    ...{ first, floor: 1, durability: "disk" },
    operations: keys.map((key) => ({
      kind: "insert",
      key,
      value: 1,
      expiry: undefined,
      condition: undefined,
      expiresAtMs: undefined,
      expiresAfterMs: undefined,
    })),
  }) as never;

/** All that can go on without time passing. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

async function passTime(timers: Set<() => void>): Promise<void> {
  for (const timer of [...timers]) timer();
  await settle();
}

/** The first write, which the disk refuses, once the heir has it and it is open who goes on. */
async function stuck() {
  const all = world();
  const answers: WriteAnswer[] = [];
  all.host.submit(request(1, "first"), (answer) => answers.push(answer));
  await settle();
  return { ...all, answers };
}

it("S11: a write that only the disk refuses fails, and the next one takes its number", async () => {
  const { host, gate, disk } = world();
  gate.heir = undefined;
  const answers: WriteAnswer[] = [];
  host.submit(request(1, "first"), (answer) => answers.push(answer));
  await settle();
  expect(answers).toMatchObject([{ kind: "done", outcomes: [{ kind: "failed", code: "NO_SPACE" }] }]);
  disk.isFull = false;
  host.submit(request(1, "second"), () => {});
  await settle();
  expect([disk.written, host.version.revision]).toEqual([["second"], 1]);
});

it.each([
  ["the heir has it", {}],
  ["the heir that had it is gone, and nobody knows whether it goes on with it", { heir: undefined }],
  ["the next life of the heir is there, which may have it", { heir: "its next life" }],
])("F6 S11: a write that the disk refuses keeps its number while %s", async (_, turn) => {
  const { host, gate, disk, answers, timers } = await stuck();
  Object.assign(gate, turn);
  for (let i = 0; i < 3; i++) await passTime(timers);
  expect([answers, host.version.revision]).toEqual([[], 0]);
  disk.isFull = false;
  await passTime(timers);
  expect([disk.written, host.version.revision]).toEqual([["first"], 1]);
});

it("F6 S11: nor does it give up a number that our new epoch begins behind, though no heir was given it", async () => {
  const { host, gate, disk, timers } = world();
  Object.assign(gate, { heir: undefined, beginsAt: 1 });
  const answers: WriteAnswer[] = [];
  host.submit(request(1, "first"), (answer) => answers.push(answer));
  await settle();
  await passTime(timers);
  expect([answers, host.version.revision]).toEqual([[], 0]);
  disk.isFull = false;
  await passTime(timers);
  expect([disk.written, host.version.revision]).toEqual([["first"], 1]);
});

it("S4: a large batch is told in several messages, none of which has more changes than a message may", async () => {
  const { host, disk, said } = world();
  disk.isFull = false;
  const most = limits.storeFeedChanges;
  const keys = Array.from({ length: 2 * most + 1 }, (_, i) => `key ${i}`);
  host.submit(request(1, ...keys), () => {});
  await settle();
  expect(said).toEqual([
    [1, keys.slice(0, most)],
    [most + 1, keys.slice(most, 2 * most)],
    [2 * most + 1, keys.slice(2 * most)],
  ]);
});

it("S11: what a disk refuses is told without the advice, which whoever is told adds", async () => {
  const { host, gate } = world();
  gate.heir = undefined;
  const answers: WriteAnswer[] = [];
  host.submit(request(1, "first"), (answer) => answers.push(answer));
  await settle();
  expect(answers).toMatchObject([{ kind: "done", outcomes: [{ code: "NO_SPACE", what: "the disk" }] }]);
});

it("makes the next batch in another turn when what came of the last one took its time", async () => {
  const { host, disk, turn, told } = world();
  disk.isFull = false;
  let write = (): void => {};
  disk.ready = new Promise((resolve) => {
    write = resolve;
  });
  turn.waits = true;
  told.run = () => {
    turn.nowMs += limits.storeTurnMs + 1;
  };
  const endTurn = async (): Promise<void> => {
    for (const end of turn.ends.splice(0)) end();
    await settle();
  };
  host.submit(request(1, "a"), () => {});
  await settle();
  host.submit(request(2, "b"), () => {});
  await endTurn();
  write();
  await settle();
  expect(disk.written).toEqual(["a"]);
  await endTurn();
  expect(disk.written).toEqual(["a", "b"]);
});
