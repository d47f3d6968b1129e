/** What those who ask make of answers with mistakes in them, of answers of others, and of none: it ends in time, in a way that is told. */
import { expect, it } from "vitest";
import { SwitchyardError } from "../../../library/core/errors.ts";
import { limits } from "../../../library/core/limits.ts";
import { termStates } from "../../../library/core/store/term-messages.ts";
import type { Value } from "../../../library/core/values/index.ts";
import { remotePorts } from "../../../library/store/ports.ts";
import { type Asking, atRisk, promote } from "../../../library/store/promoting.ts";
import { Reader } from "../../../library/store/reader.ts";
import type { Traffic } from "../../../library/store/traffic.ts";
import type { Answer } from "../../../library/surveys.ts";
import { Chance, seed, tries } from "../wire/chance.ts";
import { spoiledValue } from "./spoiled-messages.ts";

const lives = { ours: "a".repeat(32), east: "b".repeat(32), west: "c".repeat(32) };
type Name = keyof typeof lives;
type Told = readonly [from: Name, name: string, args: readonly Value[]];

/** More questions than anybody asks within his time, when each of those that come to nothing takes some. */
const mostAsked = 2_000;

/** A node whose time goes on as it waits. `told` is what comes back for a question: nothing takes its whole time. */
function world(told: (name: string, args: readonly Value[], asked: number) => readonly Told[]) {
  let nowMs = 0;
  let asked = 0;
  const clock = {
    nowMs: () => nowMs,
    next: (run: () => void) => queueMicrotask(run),
    after: (ms: number, run: () => void) => {
      let isCancelled = false;
      queueMicrotask(() => {
        if (isCancelled) return;
        nowMs += ms;
        run();
      });
      return () => (isCancelled = true);
    },
  };
  const answersTo = (name: string, args: readonly Value[]): readonly Answer[] => {
    asked += 1;
    if (asked > mostAsked) throw new Error("it asks for ever");
    return told(name, args, asked).map(
      ([from, answer, columns]) => ({ name: answer, args: columns, node: { name: from, id: lives[from] } }) as never,
    );
  };
  const node = {
    clock,
    origin: { name: "ours", id: lives.ours },
    checkOpen: () => {},
    routes: { watchers: new Set() },
  };
  const traffic = {
    node,
    isHeard: () => true,
    ask: async (_role: string, _topic: string, name: string, args: readonly Value[], timeoutMs: number) => {
      const [answer] = answersTo(name, args);
      if (answer === undefined) nowMs += timeoutMs;
      return answer;
    },
    askAll: async (
      _role: string,
      _topic: string,
      name: string,
      { timeoutMs, isEnough }: { timeoutMs: number; isEnough: (answer: Answer) => boolean },
    ) => {
      if (!answersTo(name, []).some((answer) => isEnough(answer))) nowMs += timeoutMs;
    },
  } as unknown as Traffic;
  return { traffic, nowMs: () => nowMs, asked: () => asked };
}

function asking(traffic: Traffic): Asking {
  return { traffic, topic: "t", side: {} };
}

const east: Told = ["east", "standing", ["protected", 3, 3, 9, 3, 9]];
const west: Told = ["west", "standing", ["heir", 3, 3, 9, 3, 9]];

it("T12 T14: a promotion ends within its time whatever is answered, and fails in a way that is told", async () => {
  const chance = new Chance(seed);
  const seen = { done: 0, failed: 0 };
  for (let i = 0; i < tries(1_000); i++) {
    const right = (name: string): readonly Told[] =>
      name === "standing"
        ? [
            ["east", "standing", [chance.oneOf(termStates), 3, 3, 9, 3, 9]],
            ["west", "standing", [chance.oneOf(termStates), 3, 3, 7, 3, chance.below(12)]],
          ]
        : [
            chance.oneOf<Told>([
              ["east", "promoted", ["west", 4]],
              ["west", "promoted", ["west", 6]],
              ["east", "refused", ["CONFLICT", "no"]],
            ]),
          ];
    const { traffic, nowMs } = world((name) =>
      chance.below(6) === 0
        ? []
        : right(name).map(([from, told, args]) => [
            from,
            told,
            (chance.below(3) === 0 ? spoiledValue(args, chance) : args) as readonly Value[],
          ]),
    );
    const node = chance.oneOf([undefined, "east", "west", "nobody", "__proto__"]);
    const force = chance.below(2) === 0;
    const outcome = await promote(asking(traffic), { node, force, timeoutMs: 3_000 }).catch((error: unknown) => error);
    expect(nowMs(), `SEED=${seed}, try ${i}`).toBeLessThanOrEqual(3_000 + limits.standingMs);
    if (outcome instanceof SwitchyardError) {
      expect(outcome.code).not.toBe("INTERNAL");
      seen.failed += 1;
    } else {
      const { node: name, epoch } = outcome as { node: unknown; epoch: unknown };
      expect([typeof name, Number.isSafeInteger(epoch)], `${String(outcome)}`).toEqual(["string", true]);
      seen.done += 1;
    }
  }
  expect(Math.min(seen.done, seen.failed)).toBeGreaterThan(tries(1_000) / 50);
});

it("F6 T12: whoever says that it hands over, and never does, is waited for no longer than was asked", async () => {
  const isEither: readonly (readonly Told[])[] = [[], [["east", "refused", ["CONFLICT", "later"]]]];
  for (const answer of isEither) {
    const { traffic, nowMs, asked } = world((name) => (name === "standing" ? [east, west] : answer));
    const promoting = promote(asking(traffic), { timeoutMs: 2_000 });
    await expect(promoting).rejects.toMatchObject({ code: answer.length === 0 ? "NO_AUTHORITY" : "CONFLICT" });
    expect(nowMs()).toBeLessThanOrEqual(2_000 + limits.storePauseMs);
    expect(asked()).toBeLessThan(100);
  }
  // The first question is lost, then there are conflicts for ever: one of them may be its own doing.
  let acts = 0;
  const { traffic, nowMs, asked } = world((name) => {
    if (name === "standing") return [east, west];
    acts += 1;
    return acts === 1 ? [] : [["east", "refused", ["CONFLICT", "later"]]];
  });
  await expect(promote(asking(traffic), { timeoutMs: 2_000 })).rejects.toMatchObject({ code: "NO_AUTHORITY" });
  expect(nowMs()).toBeLessThanOrEqual(2_000 + limits.storePauseMs);
  expect(asked()).toBeLessThan(100);
});

it("F6 T12: what another node answers than the one that was asked to act counts for nothing", async () => {
  const { traffic } = world((name) =>
    name === "standing" ? [east, west] : [["west", "promoted", ["west", 2 ** 53 - 1]]],
  );
  await expect(promote(asking(traffic), { timeoutMs: 1_000 })).rejects.toMatchObject({ code: "NO_AUTHORITY" });
});

it("T12: answers without end are as many as count, and take no more time with each", async () => {
  let looked = 0;
  const crowd: Told[] = Array.from({ length: 10_000 }, (_, i) => ["west", "standing", ["follower", i, 1, 1, 1, 1]]);
  const { traffic } = world((name) => {
    looked += 1;
    return name === "standing" ? crowd : [];
  });
  const risk = await atRisk(asking(traffic), { timeoutMs: 1_000 });
  expect([risk.node, looked]).toEqual(["west", 1]);
});

it("T12: the reason of a refusal is short, and obeyed by no terminal", async () => {
  const what = `\u001b[2J${"x".repeat(1_000_000)}`;
  const { traffic } = world((name) => (name === "standing" ? [east, west] : [["east", "refused", ["NO_HEIR", what]]]));
  const { writePort, readPort } = remotePorts(
    world(() => [["east", "refused", ["TYPE", what]]]).traffic,
    "t",
    () => {},
  );
  const reader = new Reader(traffic.node, "t", readPort);
  const refusals: unknown[] = [
    await promote(asking(traffic), {}).catch((error: unknown) => error),
    await reader.size(1_000).catch((error: unknown) => error),
  ];
  const request = { client: "a", first: 1, floor: 1, operations: [], durability: undefined };
  const answer = await new Promise((resolve) => writePort.send(request, resolve, resolve));
  for (const { message } of [...refusals, { message: (answer as { what: string }).what }] as Error[]) {
    expect(message).toMatch(/x{100}/);
    expect(message.length).toBeLessThan(limits.storeReasonCharacters + 200);
    expect(message).not.toContain("\u001b");
  }
});

it("T12 T14: reads end within their time whatever is answered", async () => {
  const chance = new Chance(seed);
  const head: readonly Value[] = [3, 9, [3, 0, 0], []];
  const entries: readonly Value[] = [["k"], [7], [9], null, null];
  const right: Readonly<Record<string, Told>> = {
    get: ["east", "entries", [3, 9, "1", ...entries]],
    has: ["east", "flags", [3, 9, "1"]],
    size: ["east", "size", [3, 9, 1]],
    keys: ["east", "page", [...head, 1, 0, 9, true, ["k"]]],
    snapshot: ["east", "page", [...head, 1, 0, 9, true, ...entries]],
  };
  const seen = { done: 0, failed: 0 };
  for (let i = 0; i < tries(2_000); i++) {
    const { traffic, nowMs } = world((name) => {
      const [from, told, args] = right[name]!;
      if (chance.below(8) === 0) return [];
      const isSpoiled = chance.below(2) === 0;
      return [[from, told, (isSpoiled ? spoiledValue(args, chance) : args) as readonly Value[]]];
    });
    const heard: unknown[] = [];
    const { readPort } = remotePorts(traffic, "t", (version) => heard.push(version));
    const reader = new Reader(traffic.node, "t", readPort);
    const all = async (walk: AsyncIterable<readonly unknown[]>): Promise<number> => {
      let count = 0;
      for await (const page of walk) count += page.length;
      return count;
    };
    const reads = [
      () => reader.get("k", 2_500),
      () => reader.has("k", 2_500),
      () => reader.size(2_500),
      () => all(reader.keys(2_500)),
      () => all(reader.entries(2_500)),
    ];
    const outcome = await chance
      .oneOf<() => Promise<unknown>>(reads)()
      .catch((error: unknown) => error);
    expect(nowMs(), `SEED=${seed}, try ${i}`).toBeLessThanOrEqual(10_000);
    if (outcome instanceof SwitchyardError) seen.failed += 1;
    else {
      expect(outcome, `SEED=${seed}, try ${i}`).not.toBeInstanceOf(Error);
      seen.done += 1;
    }
  }
  expect(Math.min(seen.done, seen.failed)).toBeGreaterThan(tries(2_000) / 50);
});

it.each(["keys", "entries"] as const)("T12: a walk over %s that never gives anything ends", async (how) => {
  const columns: readonly Value[] = how === "keys" ? [[]] : [[], [], [], null, null];
  const { traffic, nowMs } = world((_name, [, page]) => {
    return page === 0 || Number(page) % 2 === 0
      ? [["east", "page", [3, 9, [3, 0, 0], [], 1, page!, 9, false, ...columns]]]
      : [];
  });
  const { readPort } = remotePorts(traffic, "t", () => {});
  const walk = new Reader(traffic.node, "t", readPort)[how](4_000)[Symbol.asyncIterator]();
  await expect(walk.next()).rejects.toMatchObject({ code: "TIMED_OUT" });
  expect(nowMs()).toBeLessThanOrEqual(4_000);
});

it("T12: the same page of a walk is taken once", async () => {
  const { traffic } = world(() => [["east", "page", [3, 9, [3, 0, 0], [], 1, 0, 9, false, ["k"]]]]);
  const { readPort } = remotePorts(traffic, "t", () => {});
  const walk = new Reader(traffic.node, "t", readPort).keys(4_000)[Symbol.asyncIterator]();
  expect((await walk.next()).value).toEqual(["k"]);
  await expect(walk.next()).rejects.toMatchObject({ code: "BAD_FRAME" });
});

it("a lookup ends at its own time, whoever is looked up with it", async () => {
  const { traffic, nowMs } = world(() => []);
  const { readPort } = remotePorts(traffic, "t", () => {});
  const reader = new Reader(traffic.node, "t", readPort);
  const ends: (readonly [string, number])[] = [];
  const lookUp = async (key: string, timeoutMs: number): Promise<void> => {
    await reader.get(key, timeoutMs).catch(({ code }: SwitchyardError) => ends.push([`${key} ${code}`, nowMs()]));
  };
  await Promise.all([lookUp("late", 5_000), lookUp("soon", 700)]);
  expect(ends).toEqual([
    ["soon TIMED_OUT", 700],
    ["late TIMED_OUT", 5_000],
  ]);
});
