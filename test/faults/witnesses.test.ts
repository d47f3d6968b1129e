/** F5 with processes: an authority, its heir, and the witness of their store, of which each in turn cannot be reached. */
import { describe, expect, it } from "vitest";
import { FaultProxy } from "../rig/fault-proxy.ts";
import { checkContent, checkFailures, inStoreCompany, type StoreCompany } from "./store-company.ts";
import type { StoreTask } from "./store-program.ts";

type Half = "left" | "right";

interface Told {
  readonly record: { readonly epoch: number; readonly authority: string; readonly heir?: string };
  readonly isDisputed: boolean;
}

const listen = "tcp://127.0.0.1:0";

async function recordOf(company: StoreCompany): Promise<Told["record"]> {
  return ((await company.node("judge").ask({ kind: "record" })) as never as Told).record;
}

async function until(company: StoreCompany, name: string, state: string): Promise<number> {
  for (;;) {
    const told = await company.node(name).hear("term");
    if (told["state"] === state) return Number(told["epoch"]);
  }
}

/** Whoever of them is told to be the authority by the witness, alone. */
async function alone(company: StoreCompany, after: number): Promise<Half> {
  for (;;) {
    const { epoch, authority, heir } = await recordOf(company);
    if (epoch > after && heir === undefined) return authority as Half;
  }
}

function dutyOf(company: StoreCompany, name: Half, role: "authority" | "standby", dial: readonly string[]): StoreTask {
  return { name, role, listen, dial, path: company.path(name), arbiter: "witness" };
}

interface Ways {
  /** From one half to the other; the witness forwards nothing. */
  readonly between: FaultProxy;
  /** From the first heir to the witness. */
  readonly toJudge: FaultProxy;
}

async function gather(company: StoreCompany): Promise<Ways> {
  const judge = await company.start({ name: "judge", role: "witness", listen, dial: [], path: company.path("judge") });
  const left = await company.start(dutyOf(company, "left", "authority", [judge]));
  const between = await FaultProxy.open(left);
  const toJudge = await FaultProxy.open(judge);
  const right = await company.start(dutyOf(company, "right", "standby", [toJudge.location, between.location]));
  await until(company, "left", "protected");
  await company.start({ name: "writer", role: "client", mode: "sync", dial: [left, right], atOnce: 4 });
  return { between, toJudge };
}

function part(...ways: readonly FaultProxy[]): void {
  for (const way of ways) {
    way.refuse();
    way.reset();
  }
}

async function code(company: StoreCompany, name: Half): Promise<string> {
  return String((await company.node(name).ask({ kind: "try" }))["code"]);
}

/** The heir reaches nobody, the authority only the witness. */
async function goesOnAlone(company: StoreCompany, { between, toJudge }: Ways): Promise<void> {
  const before = await recordOf(company);
  expect(before).toMatchObject({ authority: "left", heir: "right" });
  part(between, toJudge);
  const epoch = await until(company, "left", "unprotected");
  expect(epoch).toBe(before.epoch + 1);
  expect(await recordOf(company)).toEqual({ epoch, authority: "left" });
  await company.flows("writer", 20);
  expect((await company.status("right")).role).toBe("standby");
  await Promise.all([between.listen(), toJudge.listen()]);
  await until(company, "left", "protected");
}

/** Neither reaches the other, nor the witness. */
async function nobodyMoves(company: StoreCompany, { between }: Ways): Promise<Half> {
  const before = await recordOf(company);
  await company.node("judge").kill();
  part(between);
  await Promise.all([until(company, "left", "waiting-for-heir"), until(company, "right", "taking-over")]);
  expect(await Promise.all((["left", "right"] as const).map((name) => code(company, name)))).not.toContain("");
  expect((await company.status("left")).version.epoch).toBe(before.epoch);
  expect((await company.status("right")).role).toBe("standby");
  await company.start(company.task("judge"));
  expect(await recordOf(company)).toMatchObject({ authority: before.authority });
  return alone(company, before.epoch);
}

describe("F5: a pair with a witness, as processes", () => {
  it("F5: one goes on by the witness alone, and without it nobody moves", { timeout: 120_000 }, async () => {
    await inStoreCompany(async (company) => {
      const ways = await gather(company);
      try {
        await goesOnAlone(company, ways);
        const first = await nobodyMoves(company, ways);
        await company.flows("writer", 20);
        await ways.between.listen();
        const second = first === "left" ? "right" : "left";
        await until(company, first, "protected");

        await company.node(second).kill();
        await until(company, first, "unprotected");
        await company.flows("writer", 20);
        const judge = company.task("judge").listen!;
        const dial = [judge, company.task(first).listen!];
        await company.start({ ...company.task(second), role: "standby", dial });
        await until(company, first, "protected");

        const { epoch } = await recordOf(company);
        await company.node(first).kill();
        expect(await alone(company, epoch)).toBe(second);
        await company.flows("writer", 20);
        const accounts = await company.stop(["writer"]);
        checkContent(await company.content(second), accounts);
        checkFailures(accounts, ["NO_AUTHORITY", "INDETERMINATE"]);
      } finally {
        ways.between.close();
        ways.toJudge.close();
      }
    });
  });
});
