/** T2 with a standby: the authority of a pair is killed, the other one goes on, and who comes back follows. */
import { describe, expect, it } from "vitest";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { checkContent, checkFailures, inStoreCompany, type StoreCompany } from "./store-company.ts";
import type { StoreTask } from "./store-program.ts";

/** F6. */
const takeoverMs = 5_000;
/** What a busy machine may take on top: to notice, and to run the others. */
const spareMs = 3_000;

const clients = ["writer-0", "writer-1"];
/** Beside each other, for most of the time each waits. Who is in memory alone has nothing of its former life. */
const companies = [
  ...Array.from({ length: 3 }, () => ({ isPersistent: true, kills: repeats(12, 300) / 3 })),
  ...Array.from({ length: 2 }, () => ({ isPersistent: false, kills: repeats(8, 200) / 2 })),
];

type Pair = "left" | "right";

/** Two that may be the authority, each with a disk of its own or both without; clients know both. */
async function gather(company: StoreCompany, isPersistent: boolean): Promise<void> {
  const taskOf = (name: Pair, rest: Pick<StoreTask, "role" | "dial">): StoreTask => {
    const task = { ...rest, name, listen: "tcp://127.0.0.1:0" };
    return isPersistent ? { ...task, path: company.path(name) } : task;
  };
  const left = await company.start(taskOf("left", { role: "authority", dial: [] }));
  const right = await company.start(taskOf("right", { role: "standby", dial: [left] }));
  await heir(company, "right", "left");
  await company.start({ name: "writer-0", role: "client", mode: "sync", dial: [left, right], atOnce: 8 });
  await company.start({ name: "writer-1", role: "client", mode: "async", dial: [left, right], atOnce: 8 });
}

/** Resolves when it would take over: the authority knows by then that it holds all that was written before it was named. */
async function heir(company: StoreCompany, name: Pair, authority: Pair): Promise<void> {
  while ((await company.node(name).hear("term"))["state"] !== "heir");
  while ((await company.node(authority).hear("term"))["state"] !== "protected");
}

/** How long it took from the kill to the first write that was acknowledged by the other one. */
async function killAndTakeOver(company: StoreCompany, victim: Pair, survivor: Pair): Promise<number> {
  const startMs = performance.now();
  await company.node(victim).kill();
  while ((await company.node(survivor).hear("term"))["state"] === "heir");
  await company.flows("writer-1", 10);
  return performance.now() - startMs;
}

describe("T2: kill -9 of an authority that has an heir", () => {
  for (const [index, { isPersistent, kills }] of companies.entries()) {
    const where = isPersistent ? "on disk" : "in memory alone";
    it.concurrent(`F6: the heir takes over in time, nothing acknowledged is missing, who was killed follows; pair ${index}, ${where} (${kills} ×)`, {
      timeout: 60_000 + 30_000 * kills,
    }, async () => {
      const seed = Number(process.env["SEED"] ?? index + 1);
      const chance = new SeededChance(seed);
      await inStoreCompany(async (company) => {
        await gather(company, isPersistent);
        let [victim, survivor]: [Pair, Pair] = ["left", "right"];
        const tookMs: number[] = [];
        for (let i = 0; i < kills; i++) {
          await company.flows(chance.pick(clients), chance.integer(1, 200));
          tookMs.push(await killAndTakeOver(company, victim, survivor));
          expect((await company.status(survivor)).role).toBe("authority");
          const dial = [company.task(survivor).listen!];
          await company.start({ ...company.task(victim), role: "standby", dial });
          await heir(company, victim, survivor);
          expect((await company.status(victim)).role).toBe("standby");
          [victim, survivor] = [survivor, victim];
        }
        console.info(`takeovers after kill -9 ${where}: ${tookMs.map((ms) => (ms / 1_000).toFixed(1)).join(", ")} s`);
        for (const ms of tookMs) expect(ms).toBeLessThan(takeoverMs + spareMs);
        const accounts = await company.stop(clients);
        await company.converge(victim, [survivor, "writer-0"]);
        checkContent(await company.content(victim), accounts);
        checkFailures(accounts, ["NO_AUTHORITY", "INDETERMINATE"]);
        const { forks, wrong } = await company.status("writer-0");
        expect({ forks, wrong }, "at a copy, over all takeovers").toEqual({ forks: [], wrong: [] });
      }).catch((cause: unknown) => {
        throw new Error(`with SEED=${seed}`, { cause });
      });
    });
  }
});
