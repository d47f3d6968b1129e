/** T2: an authority that is killed while others write, as a process with a real disk, and started again. */
import { describe, expect, it } from "vitest";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { checkContent, checkFailures, inStoreCompany, type StoreCompany } from "./store-company.ts";

/** Of each durability. `KILLS` sets it for a run by hand. */
const kills = Number(process.env["KILLS"] ?? repeats(25, 500));
const clients = ["writer-0", "writer-1"];

async function gather(company: StoreCompany, durability: "process" | "disk"): Promise<void> {
  const authority = { name: "home", role: "authority", listen: "tcp://127.0.0.1:0", dial: [] } as const;
  const location = await company.start({ ...authority, path: company.path("home"), durability });
  await company.start({ name: "reader", role: "client", dial: [location] });
  await company.start({ name: "writer-0", role: "client", mode: "sync", dial: [location], atOnce: 16 });
  await company.start({ name: "writer-1", role: "client", mode: "async", dial: [location], atOnce: 16 });
}

/** Now and then it is killed again while it opens. */
async function killAndRestart(company: StoreCompany, chance: SeededChance): Promise<number> {
  const task = company.task("home");
  await company.node("home").kill();
  const again = chance.flip(0.15);
  if (again) {
    await company.begin(task);
    await company.node("home").kill();
  }
  await company.start(task);
  return again ? 2 : 1;
}

describe("T2: kill -9 of the authority under writes", () => {
  for (const durability of ["process", "disk"] as const) {
    // Beside each other: most of the time each waits for a process to begin.
    it.concurrent(`S2 S9: at ${durability}: what was acknowledged is there, once; clients go on by themselves (${kills} ×)`, {
      timeout: 60_000 + 10_000 * kills,
    }, async () => {
      const seed = Number(process.env["SEED"] ?? (durability === "disk" ? 1 : 2));
      const chance = new SeededChance(seed);
      const startMs = performance.now();
      await inStoreCompany(async (company) => {
        await gather(company, durability);
        let done = 0;
        while (done < kills) {
          await company.flows(chance.pick(clients), chance.integer(1, 200));
          done += await killAndRestart(company, chance);
        }
        for (const client of clients) await company.flows(client, 50);
        const accounts = await company.stop(clients);
        await company.converge("home", ["reader", "writer-0"]);
        checkContent(await company.content("home"), accounts);
        checkFailures(accounts, ["NO_AUTHORITY", "INDETERMINATE"]);
        for (const copy of ["reader", "writer-0"]) {
          const { forks, wrong } = await company.status(copy);
          expect({ forks, wrong }, copy).toEqual({ forks: [], wrong: [] });
        }
        const { acknowledged } = sumOf(accounts);
        const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
        console.info(
          `kill loop: ${done} times at ${durability}, ${acknowledged} acknowledged writes, 0 lost, ${seconds} s` +
            `, failed: ${JSON.stringify(accounts.map(({ failures }) => failures))}`,
        );
      }).catch((cause: unknown) => {
        throw new Error(`with SEED=${seed}`, { cause });
      });
    });
  }
});

function sumOf(accounts: readonly { readonly acknowledged: number }[]): { readonly acknowledged: number } {
  return { acknowledged: accounts.reduce((sum, { acknowledged }) => sum + acknowledged, 0) };
}
