/** A witness at work: what it answers, what it does not, and how much it takes upon itself. */
import { expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import type { WitnessRecord } from "../../../library/core/store/witness.ts";
import type { Value } from "../../../library/core/values/index.ts";
import type { Listener, Traffic } from "../../../library/store/traffic.ts";
import { openWitness } from "../../../library/store/witness.ts";
import { witnessText } from "../../../library/store/witness-text.ts";
import { Chance, seed, tries } from "../wire/chance.ts";
import { spoiledText, spoiledValue } from "./spoiled-messages.ts";

const self = "a".repeat(32);
const first: WitnessRecord = { epoch: 3, authority: "a", heir: "b" };
const second: WitnessRecord = { epoch: 4, authority: "b", heir: undefined };

type Told = readonly [name: string, args: readonly Value[]];

/** A witness that has listened for long enough. `write` is its disk. */
async function witness({ kept = "", write = async () => {} }: { kept?: string; write?: () => Promise<void> } = {}) {
  let nowMs = 0;
  const failures: unknown[] = [];
  const said: string[] = [];
  const written: unknown[] = [];
  const listeners: Listener[] = [];
  const node = {
    origin: { name: "w", id: self },
    clock: { nowMs: () => nowMs, after: () => () => {} },
    fail: (error: { code: string }) => failures.push(error.code),
  };
  const traffic = {
    node,
    say: (_role: string, _topic: string, name: string) => said.push(name),
    listen: async (_role: string, _topic: string, listener: Listener) => {
      listeners.push(listener);
      return () => {};
    },
  } as unknown as Traffic;
  const writeHead = async (head: { record: string }): Promise<void> => {
    await write();
    written.push(head.record);
  };
  const opened = { head: { record: kept }, writeHead, close: async () => {} };
  const handle = await openWitness(traffic, "t", opened as never);
  nowMs += limits.witnessListenMs;
  const hear = (name: string, args: readonly Value[], id: string, reply: (...told: Told) => void = () => {}): void => {
    listeners[0]!({ name, args, origin: { name: id, id } } as never, reply as never);
  };
  const ask = (name: string, args: readonly Value[] = []): Promise<Told> => {
    return new Promise((resolve) => hear(name, args, "asker", (...told) => resolve(told)));
  };
  return { handle, hear, ask, failures, said, written, pass: (ms: number) => (nowMs += ms) };
}

const swap = (before: WitnessRecord | undefined, after: WitnessRecord): readonly Value[] => [
  witnessText(before),
  witnessText(after),
  self,
];
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("F5: swaps the record that is expected, and answers what it has", async () => {
  const { ask, written } = await witness();
  expect(await ask("read")).toEqual(["record", [""]]);
  expect(await ask("swap", swap(undefined, first))).toEqual(["record", [witnessText(first)]]);
  expect(await ask("swap", swap(undefined, second))).toEqual(["record", [witnessText(first)]]);
  expect(await ask("swap", swap(first, second))).toEqual(["record", [witnessText(second)]]);
  expect(written).toEqual([witnessText(first), witnessText(second)]);
});

it("F5: answers nothing that is not on its disk", async () => {
  let isBroken = true;
  const write = async (): Promise<void> => {
    if (isBroken) throw new Error("EIO");
  };
  const { ask, hear, failures } = await witness({ write });
  hear("swap", swap(undefined, first), "asker", () => expect.unreachable());
  expect(await ask("read")).toEqual(["record", [""]]);
  expect(failures).toEqual(["DISK_FAILED"]);
  isBroken = false;
  expect(await ask("swap", swap(undefined, first))).toEqual(["record", [witnessText(first)]]);
});

it(`F5 T12: no message of others makes it fail, or keep what is no record (seed ${seed})`, async () => {
  const { hear, handle, failures, written } = await witness({ kept: witnessText(first) });
  const chance = new Chance(seed);
  let swaps = 0;
  for (let i = 0; i < tries(4_000); i++) {
    const { record } = handle;
    const right = swap(record, { ...first, epoch: (record?.epoch ?? 0) + 1 });
    const args =
      chance.below(3) === 0
        ? right.map((text) => (text !== self && chance.below(3) === 0 ? spoiledText(String(text), chance) : text))
        : spoiledValue(right, chance);
    const before = written.length;
    hear(chance.oneOf(["swap", "swap", "swap", "read", "here", "__proto__"]), args as readonly Value[], self);
    await settled();
    swaps += written.length - before;
    const { epoch, authority } = handle.record!;
    expect([Number.isSafeInteger(epoch), typeof authority], `SEED=${seed}, try ${i}`).toEqual([true, "string"]);
  }
  expect(failures).toEqual([]);
  expect(swaps).toBeGreaterThan(tries(4_000) / 100);
});

it("T12: questions that wait for a slow disk are bounded, and those that are none do not wait", async () => {
  let write: () => void = () => {};
  const { hear, ask } = await witness({ write: () => new Promise((resolve) => (write = resolve)) });
  let answers = 0;
  const reply = (): void => {
    answers += 1;
  };
  hear("swap", swap(undefined, first), "asker", reply);
  for (let i = 0; i < 10_000; i++) {
    hear("swap", ["x".repeat(1_000), "", self], "asker", reply);
    hear("read", [], "asker", reply);
  }
  await settled();
  write();
  await settled();
  expect(answers).toBe(limits.witnessQuestions);
  expect(await ask("read")).toEqual(["record", [witnessText(first)]]);
});

it("tells each other witness once, and comes to rest however many there are", async () => {
  const { hear, said, failures, handle, pass, ask } = await witness();
  said.length = 0;
  const others = ["b", "c", "d"].map((digit) => digit.repeat(32));
  for (let i = 0; i < 30; i++) for (const id of others) hear("here", [], id);
  expect(said).toEqual(["here", "here", "here"]);
  expect(failures).toEqual(["WITNESS_CONFLICT", "WITNESS_CONFLICT", "WITNESS_CONFLICT"]);
  expect(handle.isDisputed).toBe(true);
  expect(await ask("read")).toEqual(["refused", ["WITNESS_CONFLICT", "store t"]]);
  pass(limits.witnessRivalMs);
  expect(handle.isDisputed).toBe(false);
  expect(await ask("read")).toEqual(["record", [""]]);
  hear("here", [], others[0]!);
  expect([failures.length, said.length, handle.isDisputed]).toEqual([4, 4, true]);
});

it("T12: lives that are made up are answered as many times as are remembered, and each keeps it from answering", async () => {
  const { hear, said, failures, handle, pass } = await witness();
  for (let i = 0; i < 10_000; i++) {
    hear("here", [], i.toString(16).padStart(32, "0"));
    pass(1);
  }
  expect(failures.length).toBe(limits.witnessesMet);
  expect(said.length).toBe(limits.witnessesMet + 1);
  pass(limits.witnessRivalMs - 2);
  expect(handle.isDisputed).toBe(true);
});

it("is not opened where its disk has something else", async () => {
  await expect(witness({ kept: "{}" })).rejects.toMatchObject({ code: "CORRUPT" });
});
