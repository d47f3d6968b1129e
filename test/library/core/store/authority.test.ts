/** The authority against a naive store: resends in any order, failed batches, crashes, restarts and odd clocks. */
import { describe, expect } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import { Authority } from "../../../../library/core/store/authority.ts";
import type { Change, Entry, Operation, Outcome, Version } from "../../../../library/core/store/change.ts";
import { contentOf } from "../../../../library/core/store/digest.ts";
import type { Epoch } from "../../../../library/core/store/epochs.ts";
import type { PendingBatch, Request, Results } from "../../../../library/core/store/submission.ts";
import { Table } from "../../../../library/core/store/table.ts";
import { formatValue, type Value } from "../../../../library/core/values/index.ts";
import { cases } from "../../../rig/cases.ts";
import type { SeededChance } from "../../../simulator/chance.ts";
import { NaiveStore } from "./naive-store.ts";
import { operationByChance } from "./operations-by-chance.ts";

/** What a storage would have. */
class Disk {
  table = new Table();
  version: Version = { epoch: 0, revision: 0 };
  readonly results = new Map<string, Map<number, Outcome>>();

  write({ version, firstRevision, changes, results, forget }: PendingBatch): void {
    for (const [i, change] of changes.entries()) this.table.apply(change, firstRevision + i);
    this.version = version;
    for (const { client, first, outcomes } of results) {
      const known = this.results.get(client) ?? new Map<number, Outcome>();
      for (const [i, outcome] of outcomes.entries()) known.set(first + i, outcome);
      this.results.set(client, known);
    }
    for (const { client, before } of forget) {
      for (const number of this.results.get(client)?.keys() ?? []) {
        if (number < before) this.results.get(client)!.delete(number);
      }
    }
  }

  /** A copy: what is open must not change it. */
  copy(): Table {
    const copy = new Table();
    for (const entry of this.table) copy.restore(entry);
    return copy;
  }

  *kept(): IterableIterator<Results> {
    for (const [client, known] of this.results) {
      for (const [number, outcome] of known) yield { client, first: number, outcomes: [outcome] };
    }
  }
}

/** A client that numbers what it wants, and is not sure of anything. */
interface Writer {
  readonly id: string;
  readonly operations: Operation[];
  readonly answers: Map<number, Outcome>;
  floor: number;
}

class Rig {
  readonly disk = new Disk();
  readonly naive = new NaiveStore(0, 1_000_000);
  nowMs = 0;
  wallMs = 1_000_000;
  authority: Authority<Writer>;
  epochs: readonly Epoch[] = [];
  readonly done = new Map<string, Map<number, Outcome>>();
  readonly writers: readonly Writer[];
  readonly chance: SeededChance;

  constructor(chance: SeededChance) {
    this.chance = chance;
    this.writers = ["one", "two", "three"].map((id) => ({ id, operations: [], answers: new Map(), floor: 1 }));
    this.authority = this.#open();
  }

  step(): void {
    const { chance } = this;
    const act = chance.integer(0, 11);
    if (act < 5) this.#submit(chance.pick(this.writers));
    else if (act < 8) this.#batch();
    else if (act === 8) this.#moveClocks();
    else if (act === 9) this.#readAll();
    else if (act === 10 && chance.flip(0.3)) this.#restart();
    else if (act === 11 && chance.flip(0.2)) this.#refuseAll();
  }

  /** All that was numbered is sent until it is answered, then everything is compared. */
  settle(): void {
    for (const writer of this.writers) {
      for (let round = 0; writer.floor <= writer.operations.length; round++) {
        expect(round).toBeLessThan(200); // answers get lost, but not for ever
        this.#send(writer, writer.floor, Math.min(writer.operations.length - writer.floor + 1, 50));
        while (this.authority.hasWork(this.nowMs, this.wallMs)) this.#batch(true);
      }
    }
    this.#readAll();
  }

  #submit(writer: Writer): void {
    const { chance } = this;
    for (let i = chance.integer(0, 3); i > 0; i--) writer.operations.push(operationByChance(chance, this.wallMs));
    if (writer.operations.length === 0) return;
    if (chance.flip(0.03)) writer.floor = Math.max(writer.floor, chance.integer(1, writer.operations.length)); // gives some up
    const first = chance.flip(0.7)
      ? Math.min(writer.floor, writer.operations.length)
      : chance.integer(1, writer.operations.length);
    this.#send(writer, first, chance.integer(1, writer.operations.length - first + 1));
  }

  #send(writer: Writer, first: number, length: number): void {
    const request: Request<Writer> = {
      client: writer.id,
      first,
      floor: this.chance.flip(0.8) ? writer.floor : 1,
      operations: writer.operations.slice(first - 1, first - 1 + length),
      durability: "disk",
      asker: writer,
    };
    const receipt = this.authority.submit(request);
    if (receipt.kind === "known") this.#answered(writer, first, receipt.outcomes);
    if (receipt.kind === "expected") expect(receipt.number).toBeLessThan(first);
    expect(receipt.kind).not.toBe("refused");
  }

  /** Answers are right, whenever they come; one may be lost on the way. */
  #answered(writer: Writer, first: number, outcomes: readonly Outcome[]): void {
    const isLost = this.chance.flip(0.2);
    for (const [i, outcome] of outcomes.entries()) {
      const number = first + i;
      const isRetried = outcome.kind === "failed" && outcome.code === "NO_SPACE";
      const isForgotten = outcome.kind === "failed" && outcome.code === "INDETERMINATE";
      if (isForgotten) expect(number).toBeLessThan(writer.floor);
      else if (!isRetried) expect(outcome).toEqual(this.done.get(writer.id)?.get(number));
      if (!isLost && !isRetried) writer.answers.set(number, outcome);
    }
    this.#raiseFloor(writer);
  }

  #raiseFloor(writer: Writer): void {
    while (writer.answers.has(writer.floor)) writer.floor += 1;
  }

  #batch(isSafe = false): void {
    const { authority, chance } = this;
    const before = authority.version;
    const batch = authority.begin(this.nowMs, this.wallMs);
    this.naive.observe(this.nowMs, this.wallMs);
    if (batch === undefined) return;
    expect(authority.isPending).toBe(true);
    expect(authority.version).toEqual(before); // nobody sees it yet
    if (!isSafe && chance.flip(0.15)) {
      for (const { asker, first, outcomes } of authority.abort("NO_SPACE", "full"))
        this.#answered(asker, first, outcomes);
      expect(authority.version).toEqual(before);
      return;
    }
    this.disk.write(batch);
    this.#replay(batch);
    if (!isSafe && chance.flip(0.05)) {
      this.#restart(); // it is on disk, and nobody was told
      return;
    }
    const { settled } = authority.commit();
    expect(authority.version).toEqual(batch.version);
    for (const { asker, first, outcomes } of settled) this.#answered(asker, first, outcomes);
  }

  /** Each change and each outcome is what the naive store makes of the same operations, in the same order. */
  #replay({ version, firstRevision, changes, before, results }: PendingBatch): void {
    expect(firstRevision).toBe(this.naive.revision + 1);
    const expired = changes.filter((change) => change.kind === "remove" && change.isExpired);
    expect(changes.slice(0, expired.length)).toEqual(expired);
    expect(expired.map(nameOf).sort()).toEqual(this.naive.expire().map(nameOf).sort());
    let at = expired.length;
    for (const { client, first, outcomes } of results) {
      for (const [i, outcome] of outcomes.entries()) {
        const there = this.#thereBefore(client, first + i);
        const twin = this.naive.run(this.#once(client, first + i, outcome));
        expect(plain(outcome)).toEqual(plain(twin.outcome));
        if (twin.change === undefined) continue;
        expect(changes[at]).toEqual(twin.change);
        expect(before[at]?.value).toEqual(there);
        at += 1;
      }
    }
    expect(at).toBe(changes.length);
    expect(version.revision).toBe(this.naive.revision);
  }

  #thereBefore(client: string, number: number): Value | undefined {
    const operation = this.writers.find(({ id }) => id === client)!.operations[number - 1]!;
    return operation.kind === "clear" ? undefined : this.naive.find(operation.key)?.value;
  }

  /** No number twice, and none after a later one. */
  #once(client: string, number: number, outcome: Outcome): Operation {
    const done = this.done.get(client) ?? new Map<number, Outcome>();
    expect(number).toBeGreaterThan(Math.max(0, ...done.keys()));
    this.done.set(client, done.set(number, outcome));
    return this.writers.find(({ id }) => id === client)!.operations[number - 1]!;
  }

  #moveClocks(): void {
    const { chance } = this;
    const passed = chance.integer(0, 1_500);
    const jump = chance.flip(0.2) ? chance.integer(-8_000, 8_000) : chance.integer(-5, 5);
    this.nowMs += passed;
    this.wallMs += passed + jump;
    this.naive.observe(this.nowMs, this.wallMs);
    const told = this.authority.observeClocks(this.nowMs, this.wallMs);
    expect(told).toBe(Math.abs(jump) > limits.clockJumpMs ? jump : undefined);
  }

  #readAll(): void {
    const { authority, naive, nowMs } = this;
    if (authority.isPending) return;
    naive.observe(nowMs, this.wallMs);
    authority.observeClocks(nowMs, this.wallMs);
    const visible = naive.visible;
    expect(authority.size(nowMs)).toBe(visible.length);
    expect([...authority.entries(nowMs)].length).toBe(visible.length);
    for (const { key, value, revision } of visible)
      expect(authority.get(key, nowMs)).toMatchObject({ value, revision });
    for (const entry of naive.entries) if (naive.isDue(entry)) expect(authority.get(entry.key, nowMs)).toBeUndefined();
    expect([...contentOf(authority.table)].join("")).toBe([...contentOf(naive.entries)].join(""));
    expect(revisionsOf(authority.table)).toEqual(revisionsOf(naive.entries));
  }

  #refuseAll(): void {
    for (const { asker, first, outcomes } of this.authority.refuseAll("NO_SPACE", "full")) {
      this.#answered(asker, first, outcomes);
    }
  }

  #restart(): void {
    this.nowMs = this.chance.integer(0, 100_000);
    this.wallMs += this.chance.integer(-500, 3_000);
    this.naive.restart(this.nowMs, this.wallMs);
    this.authority = this.#open();
  }

  #open(): Authority<Writer> {
    const { disk, epochs, nowMs, wallMs } = this;
    const start = { version: disk.version, epochs, table: disk.copy(), results: disk.kept() };
    const authority = new Authority<Writer>({ nowMs, wallMs, start });
    authority.beginEpoch(disk.version.epoch + 1, "a");
    this.epochs = authority.epochs;
    disk.version = authority.version;
    return authority;
  }
}

function revisionsOf(entries: Iterable<Entry>): readonly number[] {
  return [...entries].map(({ revision }) => revision).sort((a, b) => a - b);
}

function nameOf(change: Change): string {
  return change.kind === "clear" ? "clear" : formatValue(change.key);
}

function plain(outcome: Outcome): unknown {
  return outcome.kind === "failed" ? { ...outcome, what: "" } : outcome;
}

describe("the authority", () => {
  cases(
    "S1 S2 S12 S14: gives every operation its one place, whatever is sent again, fails, or crashes",
    { ci: 300, soak: 30_000 },
    async (chance) => {
      const rig = new Rig(chance);
      for (let i = 0; i < 120; i++) rig.step();
      rig.settle();
    },
  );
});
