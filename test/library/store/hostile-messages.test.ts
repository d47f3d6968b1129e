/**
 * What stores take from others, with mistakes in it that a broken or hostile node could make: nothing is thrown, nothing
 * that is no message is taken for one, and no name reaches what all objects share.
 *
 * `FUZZ=1000000 SEED=7 npx vitest run …` runs longer, or the very same again.
 */
import { expect, it } from "vitest";
import { Authority } from "../../../library/core/store/authority.ts";
import { LastingPut } from "../../../library/core/store/change.ts";
import { changeColumns } from "../../../library/core/store/columns.ts";
import { operationColumns } from "../../../library/core/store/operation-columns.ts";
import type { Value } from "../../../library/core/values/index.ts";
import { Desk } from "../../../library/store/desk.ts";
import { headColumns, readHead } from "../../../library/store/head.ts";
import { preparedColumns, readPrepared } from "../../../library/store/prepared.ts";
import { readTermMessage } from "../../../library/store/term-text.ts";
import { readWitnessText, witnessText } from "../../../library/store/witness-text.ts";
import { Chance, seed, tries } from "../wire/chance.ts";
import { allNumbers, spoiledText, spoiledValue } from "./spoiled-messages.ts";

const [ours, other] = ["a".repeat(32), "b".repeat(32)];
const epochs = [
  { epoch: 1, revision: 0, by: other },
  { epoch: 3, revision: 5, by: ours },
];
const put = { kind: "put", key: "k", value: 7, expiresAtMs: undefined, expiresAfterMs: undefined } as const;
const done = { kind: "done", revision: 9, value: undefined } as const;
const failed = { kind: "failed", revision: 9, code: "TYPE", what: "no number" } as const;

/** Of every number: whole, and one that can be counted on from. */
function expectWhole(read: unknown): void {
  for (const number of allNumbers(read)) if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${number}`);
}

/**
 * Runs `tryOnce`, which tells whether the message was taken for one, many times: some are, and some are not. Tells the seed
 * where it fails, and sees that objects are as they were.
 */
function fuzz(usual: number, tryOnce: (chance: Chance) => boolean): void {
  const shared = (): string => [Object.prototype, Array.prototype].map((each) => Reflect.ownKeys(each).length).join();
  const before = shared();
  const chance = new Chance(seed);
  let taken = 0;
  for (let i = 0; i < tries(usual); i++) {
    try {
      if (tryOnce(chance)) taken += 1;
    } catch (error) {
      throw new Error(`SEED=${seed}, try ${i}`, { cause: error });
    }
  }
  expect(taken / tries(usual)).toBeGreaterThan(0.01);
  expect(taken / tries(usual)).toBeLessThan(0.99);
  expect(shared()).toBe(before);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

const terms = [
  { kind: "ping", epoch: 3, number: 4, heir: other, syncRevision: 5 },
  {
    kind: "pong",
    epoch: 3,
    number: 4,
    held: { epoch: 3, revision: 5, by: ours },
    isLive: true,
    remembers: false,
    process: "1 2",
  },
  { kind: "held", epoch: 3, revision: 5, by: ours },
  { kind: "resign", epoch: 3 },
  { kind: "ask", epoch: 3, held: { epoch: 3, revision: 5, by: "" } },
  { kind: "answer", epoch: 3, held: { epoch: 3, revision: 5, by: ours }, isPromotable: true, remembers: true },
  { kind: "grant", epoch: 3, heir: other, held: { epoch: 3, revision: 5, by: ours } },
  { kind: "request", epoch: 3 },
  { kind: "announce", epoch: 3, revision: 9, epochs },
  { kind: "fence", epoch: 3 },
];

it("T12 T14: what terms say", () => {
  const from = { node: "other", life: other };
  const own = ["kind", "epoch", "number", "heir", "syncRevision", "held", "revision", "epochs"] as const;
  for (const told of terms) expect(readTermMessage(JSON.stringify(told), from)).toEqual({ ...told, from });
  fuzz(8_000, (chance) => {
    const message = readTermMessage(spoiledText(JSON.stringify(chance.oneOf(terms)), chance), from);
    if (message === undefined) return false;
    expect(message.from).toBe(from);
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
    const fields = message as unknown as Readonly<Record<string, unknown>>;
    const { epoch, revision } = (fields["held"] ?? {}) as { epoch?: unknown; revision?: unknown };
    if (fields["held"] !== undefined && ["pong", "ask", "answer", "grant"].includes(message.kind))
      expectWhole([epoch, revision]);
    expect(own.some((name) => Object.hasOwn(fields, name))).toBe(true);
    expectWhole(message.epoch);
    return true;
  });
});

it("T12 T14: the record of a witness", () => {
  const record = { epoch: 3, authority: "a", heir: "b" };
  expect(readWitnessText(witnessText(record))).toEqual({ found: record });
  fuzz(8_000, (chance) => {
    const found = readWitnessText(spoiledText(witnessText(record), chance))?.found;
    if (found === undefined) return false;
    expect(Object.keys(found)).toEqual(["epoch", "authority", "heir"]);
    expectWhole(found.epoch);
    return true;
  });
});

it("T12 T14: the head of what an authority says", () => {
  const columns = headColumns(3, { epochs, revision: 9 }, ours);
  expect(readHead(columns, ours)).toEqual({ epoch: 3, revision: 9, epochs, node: ours });
  fuzz(8_000, (chance) => {
    const head = readHead(spoiledValue(columns, chance) as readonly Value[], ours);
    if (head === undefined) return false;
    expectWhole([head.epoch, head.revision, head.epochs]);
    expect(head.epochs.every(({ by }) => by === "" || /^[0-9a-f]{32}$/.test(by))).toBe(true);
    return true;
  });
});

it("T12 T14: batches that are prepared", () => {
  const results = [{ client: other, first: 3, outcomes: [done, failed] }];
  const puts = [8, 9].map((revision) => new LastingPut("k", 7, revision));
  const batch = { version: { epoch: 3, revision: 9 }, firstRevision: 8, changes: puts, results };
  const columns = preparedColumns(batch as never);
  expect(readPrepared(columns)).toEqual(batch);
  fuzz(8_000, (chance) => {
    const read = readPrepared(spoiledValue(columns, chance) as readonly Value[]);
    if (read === undefined) return false;
    expectWhole([read.version, read.firstRevision, read.version.revision + 1]);
    expect(read.version.revision - read.firstRevision + 1).toBe(read.changes.length);
    for (const { first, outcomes } of read.results) expectWhole([first, first + outcomes.length]);
    return true;
  });
});

it("T12: a batch does not go past the last revision that there is", () => {
  const last = 2 ** 53 - 1;
  expect(readPrepared([3, last, last, [], ...changeColumns([put, put])])).toBeUndefined();
  const outcomes = ["dd", [1, 1], [], []];
  expect(readPrepared([3, 9, 9, [[other, last, ...outcomes]], ...changeColumns([put])])).toBeUndefined();
});

it("T12 T14: questions and writes to an authority", () => {
  const authority = new Authority<() => void>({ nowMs: 0, wallMs: 0 });
  authority.beginEpoch(1, ours);
  const { version } = authority;
  const host = {
    ...{ authority, version, isGiven: true, mayAnswer: () => true },
    headColumns: () => headColumns(1, { epochs: authority.epochs, revision: 0 }, ours),
    submit: (request: never) => authority.submit(Object.assign({}, request, { asker: () => {} })),
  };
  const desk = new Desk(host as never, () => "synced" as never, { nowMs: () => 0, soon: () => {} });
  const operation = { kind: "insert", key: "k", value: 1, expiry: undefined, condition: undefined } as const;
  const write = [other, 1, 1, "synced", ...operationColumns([operation])];
  const questions: readonly (readonly [string, readonly Value[]])[] = [
    ["get", [["k", 7]]],
    ["has", [["k"]]],
    ["since", [1, 0, ours]],
    ["snapshot", [0, 0]],
    ["keys", [0, 0]],
    ["results", [0, 0]],
  ];
  const names = ["__proto__", "constructor", "toString", "size"];
  let answers = 0;
  fuzz(5_000, (chance) => {
    const before = desk.refused;
    const [right, args] = chance.oneOf(questions);
    const name = chance.below(8) === 0 ? chance.oneOf(names) : right;
    desk.read({ name, args: spoiledValue(args, chance) as readonly Value[] }, other, () => (answers += 1));
    const told = { name: "write", args: spoiledValue(write, chance) as readonly Value[] };
    desk.write(told as never, () => {});
    return desk.refused === before;
  });
  expect(answers).toBe(tries(5_000));
});
