/**
 * What a copy makes of an authority that says things with mistakes in them: it counts and drops them, asks no more often than
 * ever, and comes to the table of a later authority that makes none.
 *
 * `FUZZ=100000 SEED=7 npx vitest run …` runs longer, or the very same again.
 */
import { expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import { Authority } from "../../../library/core/store/authority.ts";
import type { Operation } from "../../../library/core/store/change.ts";
import { changeColumns, entryColumns } from "../../../library/core/store/columns.ts";
import { contentOf } from "../../../library/core/store/digest.ts";
import type { Value } from "../../../library/core/values/index.ts";
import { Desk } from "../../../library/store/desk.ts";
import { readAnswer, readFeed } from "../../../library/store/feed-columns.ts";
import { Follower, type FollowerOptions } from "../../../library/store/follower.ts";
import { headColumns } from "../../../library/store/head.ts";
import type { Listener } from "../../../library/store/traffic.ts";
import { Chance, seed, tries } from "../wire/chance.ts";
import { allNumbers, spoiledValue } from "./spoiled-messages.ts";

type Columns = readonly Value[];

const [ours, other] = ["a".repeat(32), "b".repeat(32)];
/** Few of them fill a page. */
const large = "x".repeat(60_000);
const stepMs = 100;

/** An authority with what answers for it. */
class Speaker {
  readonly life: string;
  readonly authority = new Authority<undefined>({ nowMs: 0, wallMs: 0 });
  readonly #desk: Desk;
  #number = 1;

  constructor(life: string, epoch: number) {
    this.life = life;
    this.authority.beginEpoch(epoch, life);
    const host = { authority: this.authority, isGiven: true, mayAnswer: () => true, headColumns: () => this.head };
    this.#desk = new Desk(host as never, () => "memory", { nowMs: () => 0, soon: () => {} });
  }

  get head(): Columns {
    const { version, epochs } = this.authority;
    return headColumns(version.epoch, { epochs, revision: version.revision }, this.life);
  }

  /** What the feed tells of it. */
  write(chance: Chance): Columns {
    const operations = Array.from({ length: 1 + chance.below(3) }, () => operation(chance));
    const request = { client: ours, first: this.#number, floor: this.#number, operations } as const;
    this.authority.submit({ ...request, durability: "memory", asker: undefined });
    this.#number += operations.length;
    const { version, firstRevision, changes } = this.authority.begin(0, 0)!;
    this.authority.commit();
    return [version.epoch, firstRevision, ...changeColumns(changes)];
  }

  answer(name: string, args: Columns): { readonly name: string; readonly args: Columns } {
    let answer = { name: "", args: [] as Columns };
    this.#desk.read({ name, args }, "", (told, columns) => (answer = { name: told, args: columns }));
    return answer;
  }
}

function operation(chance: Chance): Operation {
  const key = `k${chance.below(12)}`;
  const value = chance.below(3) === 0 ? large : chance.below(100);
  const how = chance.below(20);
  if (how === 0) return { kind: "clear" };
  if (how < 5) return { kind: "remove", key, condition: undefined };
  const expiry = how === 5 ? ({ kind: "at", wallMs: 1e12 } as const) : undefined;
  return { kind: "insert", key, value, expiry, condition: undefined };
}

/** A copy, and time that goes on by steps. `answer` is what comes back for a question. */
function copy(answer: (name: string, args: Columns) => object | undefined) {
  const world = { nowMs: 0, asked: 0 };
  const timers = new Map<() => void, number>();
  const listeners: Listener[] = [];
  const clock = {
    nowMs: () => world.nowMs,
    after: (ms: number, run: () => void) => {
      const timer = (): void => run();
      timers.set(timer, world.nowMs + ms);
      return () => timers.delete(timer);
    },
  };
  const ask = async (_role: string, _topic: string, name: string, args: Columns): Promise<unknown> => {
    world.asked += 1;
    return answer(name, args);
  };
  const listen = async (_role: string, _topic: string, listener: Listener) => {
    listeners.push(listener);
    return () => {};
  };
  const traffic = { node: { clock, fail: () => {} }, listen, ask };
  const parts = { traffic, topic: "t", start: undefined, onChanges: () => {}, onEffect: () => {} };
  const follower = new Follower(parts as unknown as FollowerOptions);
  const hear = (name: string, args: Columns, life: string): void => {
    listeners[0]!({ name, args, origin: { name: life, id: life } } as never, () => {});
  };
  const step = async (): Promise<void> => {
    world.nowMs += stepMs;
    for (const [timer, dueMs] of [...timers]) {
      if (dueMs <= world.nowMs && timers.delete(timer)) timer();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { world, follower, hear, step };
}

/** How often what was spoiled is taken for a message all the same. */
function fuzz(usual: number, read: (chance: Chance) => object | undefined): void {
  const shared = (): number => Reflect.ownKeys(Object.prototype).length;
  const before = shared();
  const chance = new Chance(seed);
  let taken = 0;
  for (let i = 0; i < tries(usual); i++) {
    const message = read(chance);
    if (message === undefined) continue;
    taken += 1;
    expectWhole(message, `SEED=${seed}, try ${i}`);
  }
  expect(taken / tries(usual)).toBeGreaterThan(0.01);
  expect(taken / tries(usual)).toBeLessThan(0.99);
  expect(shared()).toBe(before);
}

interface Told {
  readonly kind?: string;
  readonly expiresAtMs?: number;
  readonly expiresAfterMs?: number;
}

/** Of every number that is counted on from: it is whole. Values may be any, and times any that end. */
function expectWhole(message: object, note: string): void {
  const { changes, entries, ...rest } = message as { changes?: readonly object[]; entries?: readonly object[] };
  const revisions = entries?.map((entry) => (entry as { revision: number }).revision) ?? [];
  for (const number of allNumbers([rest, revisions])) {
    if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${number}: ${note}`);
  }
  for (const each of [...(changes ?? []), ...(entries ?? [])]) {
    const { kind, expiresAtMs, expiresAfterMs } = each as Told;
    if (kind !== undefined && !["put", "remove", "clear"].includes(kind)) throw new Error(`${kind}: ${note}`);
    for (const ms of [expiresAtMs, expiresAfterMs]) {
      if (ms !== undefined && !Number.isFinite(ms)) throw new Error(`${ms}: ${note}`);
    }
  }
}

const at = { expiresAtMs: 1e12, expiresAfterMs: undefined };
const never = { expiresAtMs: undefined, expiresAfterMs: undefined };
const changes = [
  ...([
    { kind: "put", key: "k", value: 7, ...never },
    { kind: "put", key: "l", value: "v", ...at },
  ] as const),
  ...([{ kind: "remove", key: "m", isExpired: true }, { kind: "clear" }] as const),
];
const entries = [
  { key: "k", value: 7, revision: 3, ...never },
  { key: "l", value: "v", revision: 9, ...at },
];
const head = headColumns(1, { epochs: [{ epoch: 1, revision: 0, by: other }], revision: 9 }, ours);

it("T12 T14: what is said on the feed", () => {
  const right: readonly (readonly [string, Columns])[] = [
    ["changes", [1, 6, ...changeColumns(changes)]],
    ["changes", [1, 6, ...changeColumns(changes.slice(0, 1))]],
    ["announce", head],
  ];
  expect(readFeed(...right[0]!, ours)).toEqual({ kind: "changes", epoch: 1, node: ours, firstRevision: 6, changes });
  fuzz(8_000, (chance) => {
    const [name, columns] = chance.oneOf(right);
    const told = chance.below(20) === 0 ? chance.oneOf(["__proto__", "page", ""]) : name;
    return readFeed(told, spoiledValue(columns, chance) as Columns, ours);
  });
});

it("T12 T14: what is answered to a copy", () => {
  const right: readonly (readonly [string, Columns])[] = [
    ["changes", [...head, 6, true, ...changeColumns(changes)]],
    ["page", [...head, 1, 0, 9, true, ...entryColumns(entries)]],
    ["foreign", head],
  ];
  const node = { name: "a", id: ours };
  expect(readAnswer({ name: "page", args: right[1]![1], node } as never)).toMatchObject({ page: 0, entries });
  fuzz(8_000, (chance) => {
    const [name, columns] = chance.oneOf(right);
    const told = chance.below(20) === 0 ? chance.oneOf(["__proto__", "entries", ""]) : name;
    return readAnswer({ name: told, args: spoiledValue(columns, chance), node } as never);
  });
});

it("T12: a message of few bytes makes no more of itself than it weighs", () => {
  const lives = Array.from({ length: 100_000 }, (_, i) => i.toString(16).padStart(32, "0"));
  expect(readFeed("announce", [1, 9, [1, 0, 0], lives], ours)).toBeUndefined();
  expect(readFeed("changes", [1, 6, "c".repeat(1_000_000), [], [], null, null], ours)).toBeUndefined();
  expect(readFeed("changes", [1, 6, "c".repeat(limits.storeClearsTold), [], [], null, null], ours)).toBeDefined();
});

it(`T12 T14 S7: a copy that is told things with mistakes in them (seed ${seed})`, { timeout: 120_000 }, async () => {
  const chance = new Chance(seed);
  const seen = { refused: 0, unsound: 0, forks: 0 };
  for (let i = 0; i < tries(150); i++) {
    const first = new Speaker(ours, 1);
    let speaker = first;
    const spoils = (): boolean => speaker === first && chance.below(3) === 0;
    const life = (): string => (spoils() ? other : speaker.life);
    const told = (columns: Columns): Columns => (spoils() ? (spoiledValue(columns, chance) as Columns) : columns);
    const { world, follower, hear, step } = copy((name, args) => {
      if (spoils() && chance.below(3) === 0) return undefined;
      const right = speaker.answer(name, args);
      const answer = chance.oneOf(["changes", "page", "gone", "foreign", "forgotten", "__proto__"]);
      const id = life();
      return { name: spoils() ? answer : right.name, args: told(right.args), node: { name: id, id } };
    });
    await follower.start();
    try {
      for (let left = 60; left > 0; left--) {
        if (chance.below(2) === 0) hear("changes", told(first.write(chance)), life());
        if (chance.below(4) === 0) hear(chance.oneOf(["announce", "announce", "toString"]), told(first.head), life());
        await step();
      }
      expect(follower.replica.epochs.length).toBeLessThanOrEqual(limits.storeEpochsTold);
      seen.refused += follower.refused;
      seen.unsound += follower.replica.counts.refused;

      const epoch = Math.max(follower.replica.authority?.epoch ?? 0, follower.replica.version.epoch) + 1;
      speaker = new Speaker("c".repeat(32), epoch);
      for (let left = 12; left > 0; left--) speaker.write(chance);
      for (let left = 100; left > 0 && (follower.state !== "live" || left > 80); left--) {
        if (left > 80) hear("changes", speaker.write(chance), speaker.life);
        if (left % 10 === 0) hear("announce", speaker.head, speaker.life);
        await step();
      }
      const { replica, state } = follower;
      expect([state, replica.version]).toEqual(["live", speaker.authority.version]);
      const [shown, wanted] = [replica.table, speaker.authority.table].map((table) => [...contentOf(table)].join(""));
      expect(shown === wanted, "the same content").toBe(true);
      // A few pages at a time, twenty times a second: nothing that is said makes it ask without a pause.
      expect(world.asked).toBeLessThan((world.nowMs / stepMs) * 2 * (limits.storePagesInFlight + 1));
    } catch (cause) {
      throw new Error(`with SEED=${seed}, try ${i}`, { cause });
    }
    follower.close();
  }
  expect(Math.min(seen.refused, seen.unsound)).toBeGreaterThan(tries(150) / 10);
});
