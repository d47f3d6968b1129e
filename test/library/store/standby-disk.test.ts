/** What a copy that is followed means for a standby's disk: which history it has, and when it counts. */
import { expect, it } from "vitest";
import type { Change } from "../../../library/core/store/change.ts";
import type { ReplicaEffect } from "../../../library/core/store/replica-messages.ts";
import { memoryStorage } from "../../../library/storage/memory.ts";
import { StandbyDisk } from "../../../library/store/standby-disk.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));
const put = (key: string): Change => ({
  ...{ kind: "put", key, value: 1 },
  ...{ expiresAtMs: undefined, expiresAfterMs: undefined },
});

async function disk({ isForked = false, failing = 0 } = {}) {
  const opened = await memoryStorage().open("t");
  const version = { epoch: 1, revision: 0 };
  const entries = new Map<string, unknown>();
  const log: string[] = [];
  const failures: unknown[] = [];
  let broken = failing;
  const write = opened.write.bind(opened);
  const logged = Object.create(opened, {
    head: { get: () => opened.head },
    write: {
      value: (batch: Parameters<typeof write>[0], durability: "disk") => {
        log.push(`batch ${batch.version.epoch}.${batch.version.revision}`);
        return write(batch, durability);
      },
    },
    replace: {
      value: () => {
        log.push("replacement");
        return opened.replace();
      },
    },
  });
  const standby = new StandbyDisk({
    ...{ opened: logged, durability: "disk", isForked },
    whole: () => ({ version: { ...version }, epochs: [], table: entries.values(), results: () => [] }) as never,
    writeEpochs: async () => {
      log.push(`epochs ${version.epoch}`);
      if (broken-- > 0) throw new Error("EIO");
    },
    outcomes: () => [],
    onSynced: () => {},
    onFailure: (error) => failures.push(error),
    later: () => {},
  });
  /** The copy takes changes, and says so. */
  const advance = (...keys: readonly string[]): void => {
    version.revision += keys.length;
    for (const key of keys) entries.set(key, { key, value: 1, revision: version.revision });
    standby.changed(keys.map(put));
    take({ kind: "advanced", version });
  };
  const take = (effect: ReplicaEffect): void => standby.take(effect, { ...version });
  return { standby, opened, version, log, failures, advance, take };
}

it("F1: writes down the epoch before what changed in it, once", async () => {
  const { log, advance, version, standby } = await disk();
  advance("a");
  advance("b");
  version.epoch = 2;
  advance("c");
  await settled();
  expect(log).toEqual(["epochs 1", "batch 1.1", "batch 1.2", "epochs 2", "batch 2.3"]);
  expect([standby.synced, standby.isOutdated]).toEqual([3, false]);
});

it("F1: writes it down again where that failed", async () => {
  const { log, advance, failures } = await disk({ failing: 1 });
  advance("a");
  await settled();
  advance("b");
  await settled();
  expect(log).toEqual(["epochs 1", "batch 1.1", "epochs 1", "batch 1.2"]);
  expect(failures).toHaveLength(1);
});

it("F6: a disk of another history has nothing, and takes nothing, until it is replaced by something whole", async () => {
  const { standby, opened, log, advance, take, version } = await disk({ isForked: true });
  advance("a", "b");
  expect([standby.synced, standby.isOutdated, log]).toEqual([0, true, []]);
  take({ kind: "synced", version });
  expect([standby.synced, standby.isOutdated]).toEqual([0, true]);
  advance("c"); // while it is replaced
  for (let i = 0; i < 10; i++) await settled();
  expect([standby.synced, standby.isOutdated, opened.head.version.revision, opened.size]).toEqual([3, false, 3, 3]);
  expect(log).toEqual(["replacement", "epochs 1"]); // the epoch never in front of the other history
});

it("F6: a reset while it is replaced has it replaced once more, and nothing counts before", async () => {
  const { standby, opened, take, advance, version, log } = await disk();
  advance("a");
  await settled();
  take({ kind: "reset", from: version, to: version, isFork: true });
  take({ kind: "synced", version });
  take({ kind: "reset", from: version, to: version, isFork: true });
  for (let i = 0; i < 10; i++) await settled();
  expect([standby.synced, standby.isOutdated]).toEqual([0, true]);
  version.revision = 7;
  take({ kind: "synced", version });
  for (let i = 0; i < 10; i++) await settled();
  expect([standby.synced, standby.isOutdated, opened.head.version.revision]).toEqual([7, false, 7]);
  expect(log.filter((each) => each === "replacement")).toHaveLength(2);
});

it("F6: what was prepared beyond the beginning of an epoch is replaced", async () => {
  const { standby, take, advance, version, log } = await disk();
  advance("a");
  const prepared = { version: { epoch: 1, revision: 3 }, firstRevision: 2, changes: [put("x"), put("y")], results: [] };
  standby.prepared(prepared);
  await settled();
  expect(standby.synced).toBe(3);
  version.epoch = 2;
  take({ kind: "epoch", version, epochs: [{ epoch: 2, revision: 1, by: "b" }] });
  expect(standby.synced).toBe(0);
  for (let i = 0; i < 10; i++) await settled();
  expect([standby.synced, log.at(-1)]).toEqual([1, "epochs 2"]);
});
