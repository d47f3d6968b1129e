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
/** Beside each other, for most of the time each waits. */
const companies = 3;
const kills = repeats(12, 300) / companies;

type Pair = "left" | "right";

/** Two that may be the authority, each with a disk of its own; clients know both. */
async function gather(company: StoreCompany): Promise<void> {
  const listen = "tcp://127.0.0.1:0";
  const left = await company.start({ name: "left", role: "authority", listen, dial: [], path: company.path("left") });
  const task: StoreTask = { name: "right", role: "standby", listen, dial: [left], path: company.path("right") };
  const right = await company.start(task);
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
  for (let index = 0; index < companies; index++) {
    it.concurrent(`F6: the heir takes over in time, nothing acknowledged is missing, who was killed follows; company ${index} (${kills} ×)`, {
      timeout: 60_000 + 30_000 * kills,
    }, async () => {
      const seed = Number(process.env["SEED"] ?? index + 1);
      const chance = new SeededChance(seed);
      await inStoreCompany(async (company) => {
        await gather(company);
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
        console.info(`takeovers after kill -9: ${tookMs.map((ms) => (ms / 1_000).toFixed(1)).join(", ")} s`);
        for (const ms of tookMs) expect(ms).toBeLessThan(takeoverMs + spareMs);
        const accounts = await company.stop(clients);
        await company.converge(victim, [survivor, "writer-0"]);
        checkContent(await company.content(victim), accounts);
        checkFailures(accounts, ["NO_AUTHORITY", "INDETERMINATE"]);
      }).catch((cause: unknown) => {
        throw new Error(`with SEED=${seed}`, { cause });
      });
    });
  }
});
