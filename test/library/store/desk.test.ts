/** An authority that is asked for much at once: what a turn of the loop answers, what an answer has, and what is not answered. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { systemClock } from "../../../library/clock.ts";
import { limits } from "../../../library/core/limits.ts";
import { Authority } from "../../../library/core/store/authority.ts";
import type { Value } from "../../../library/core/values/index.ts";
import { Desk } from "../../../library/store/desk.ts";
import { headColumns, headValues } from "../../../library/store/head.ts";
import { KnownResults } from "../../../library/store/known-results.ts";
import { Pages } from "../../../library/store/pages.ts";
import { readResults } from "../../../library/store/prepared.ts";
import { Company } from "../company.ts";

const life = "a".repeat(32);

/** The client that the requests from this one on are of: one for each request. */
function clientOf(first: number): string {
  return first.toString(16).padStart(32, "0");
}

/** Keys `first` and so on, as one request of a client of its own. */
function insert(authority: Authority<undefined>, first: number, count: number, number = 1): void {
  const operations = Array.from({ length: count }, (_, i) => {
    return { kind: "insert", key: `${first + i}`, value: 1, expiry: undefined, condition: undefined } as const;
  });
  const request = { client: clientOf(first), first: number, floor: 1, operations } as const;
  authority.submit({ ...request, durability: "memory", asker: undefined });
  authority.begin(0, 0);
  authority.commit();
}

/** A desk of an authority that has the keys `0` and so on. A test says how long each answer takes, and when turns end. */
function desk(keys: number) {
  const authority = new Authority<undefined>({ nowMs: 0, wallMs: 0 });
  authority.beginEpoch(1, life);
  const most = limits.storeRequestOperations;
  for (let first = 0; first < keys; first += most) insert(authority, first, Math.min(most, keys - first));
  const world = { nowMs: 0, costMs: 0, isAllowed: true, soon: [] as (() => void)[] };
  const host = {
    ...{ authority, isGiven: true, mayAnswer: () => world.isAllowed },
    get version() {
      return authority.version;
    },
    headColumns: () => headColumns(1, { epochs: authority.epochs, revision: authority.version.revision }, life),
  };
  const clock = { nowMs: () => world.nowMs, soon: (task: () => void) => world.soon.push(task) };
  const made = new Desk(host as never, () => "memory", clock);
  const answers: { readonly name: string; readonly args: readonly Value[] }[] = [];
  const ask = (name: string, ...args: readonly Value[]): void =>
    made.read({ name, args }, "somebody", (told, columns) => {
      answers.push({ name: told, args: columns });
      world.nowMs += world.costMs;
    });
  const turn = (): void => {
    const due = world.soon;
    world.soon = [];
    for (const task of due) task();
  };
  return { authority, world, ask, turn, answers, close: () => made.close() };
}

describe("the desk of an authority", () => {
  it("S5: many replicas that begin at once become whole, and no turn makes pages for longer than it may", async () => {
    const spy = vi.spyOn(Pages.prototype, "page");
    onTestFinished(() => spy.mockRestore());
    const { mock } = spy;
    const turns: number[] = [];
    let seen = 0;
    const look = (): void => {
      turns.push(mock.calls.length - seen);
      seen = mock.calls.length;
      looking = setImmediate(look);
    };
    let looking = setImmediate(look);
    onTestFinished(() => clearImmediate(looking));
    const nowMs = (): number => systemClock.nowMs() + mock.calls.length; // each page takes a ms at least
    const company = new Company();
    const authority = company.node("authority", { clock: { ...systemClock, nowMs } });
    const original = await authority.stores.openAuthoritative("t");
    const entries = 2_500;
    await Promise.all(Array.from({ length: entries }, (_, i) => original.insert(`key ${i}`, i)));
    const nodes = Array.from({ length: 40 }, (_, i) => company.node(`replica-${i}`));
    for (const node of nodes) await company.join(node, authority);
    const copies = await Promise.all(nodes.map((node) => node.stores.open("t")));
    expect(new Set(copies.map((copy) => copy.sizeSync()))).toEqual(new Set([entries]));
    expect(await copies.at(-1)!.digest()).toBe(await original.digest());
    await new Promise(setImmediate);
    expect(turns.reduce((sum, of) => sum + of, 0)).toBeGreaterThanOrEqual(
      nodes.length * Math.ceil(entries / limits.storePageEntries),
    );
    // We look between the input of a turn, to which some is answered at once, and what the next one makes; or after both.
    expect(Math.max(...turns)).toBeLessThanOrEqual(2 * limits.storeAnswersMs);
  });

  it("answers a page at once while nothing else is asked", () => {
    const { ask, answers } = desk(2_000);
    ask("snapshot", 0, 0);
    for (let page = 1; page < limits.storePagesInFlight; page++) ask("snapshot", 1, page);
    expect(answers.map(({ name }) => name)).toEqual(["page", "page", "page", "page"]);
  });

  it("answers a look-up and the size at once although pages wait, unless the turn is over", () => {
    const { world, ask, turn, answers } = desk(600);
    world.costMs = limits.storeAnswersMs;
    for (let i = 0; i < 9; i++) ask("snapshot", 0, 0);
    world.costMs = 0;
    ask("get", ["7"]);
    ask("size");
    expect(answers.length).toBe(1);
    turn();
    expect(answers.slice(1, 4).map(({ name }) => name)).toEqual(["entries", "size", "page"]);
  });

  it("T14: looks up as many keys at once as a page has entries; those left are asked for again", async () => {
    const { ask, answers } = desk(2_000);
    const keys = Array.from({ length: 2_000 }, (_, i) => `${i}`);
    ask("has", keys);
    ask("get", keys);
    expect(answers.map(({ args }) => String(args[2]).length)).toEqual([512, 512]);
    expect(limits.storePageEntries).toBe(512);
    ask(
      "has",
      Array.from({ length: 100 }, (_, i) => `${i} ${"x".repeat(60_000)}`),
    );
    expect(String(answers.at(-1)!.args[2]).length).toBeLessThan(10);
    expect(String(answers.at(-1)!.args[2]).length).toBeGreaterThan(0);
  });

  it("T14: makes no more pages for one question than somebody has under way", () => {
    const { ask, answers } = desk(20_000);
    ask("snapshot", 0, 0);
    ask("snapshot", 1, limits.storePagesInFlight + 1);
    ask("snapshot", 1, limits.storePagesInFlight);
    expect(answers.map(({ name }) => name)).toEqual(["page", "forgotten", "page"]);
  });

  it("T14: a question with more than belongs to it does not wait", () => {
    const { world, ask, answers } = desk(1);
    world.costMs = limits.storeAnswersMs;
    ask("snapshot", 0, 0);
    ask("since", 0, 0, "x".repeat(2_000));
    expect(answers.map(({ name }) => name)).toEqual(["page", "refused"]);
  });

  it("S2: what waited is answered as things are then, and not by whoever is the authority no more", () => {
    const { world, ask, turn, answers, close } = desk(600);
    world.costMs = limits.storeAnswersMs;
    ask("keys", 0, 0);
    ask("keys", 1, 1);
    ask("keys", 1, 1);
    world.isAllowed = false;
    turn();
    expect(answers.map(({ name, args }) => (name === "refused" ? args[0] : name))).toEqual(["page", "FENCED"]);
    close();
    turn();
    turn();
    expect(answers.length).toBe(2);
  });

  it("F6: tells an heir all outcomes that are still known, page by page, while others are decided", () => {
    const { authority, ask, answers } = desk(20 * limits.storeRequestOperations);
    const before = [...authority.results()];
    const known = new KnownResults();
    ask("results", 0, 0);
    const walk = answers[0]!.args[headValues]!;
    for (let page = 1; answers.at(-1)!.args[headValues + 1] === false; page++) {
      // The first client writes on, and the authority forgets as many of its outcomes.
      insert(authority, 0, limits.storeOutcomes, 1 + page * limits.storeOutcomes);
      ask("results", walk, page);
    }
    expect(answers.length).toBeGreaterThan(3);
    for (const { name, args } of answers) {
      expect(name).toBe("results");
      for (const each of readResults(args[headValues + 2])!) known.add(each);
    }
    const gathered = new Map([...known.upTo(Number.POSITIVE_INFINITY)].map((each) => [each.client, each]));
    for (const each of before) expect(gathered.get(each.client)).toMatchObject(each);
    ask("results", walk, 0);
    ask("results", walk, answers.length);
    expect(answers.slice(-2).map(({ name }) => name)).toEqual(["forgotten", "forgotten"]);
  });
});
