/** T2 without a disk: an authority that is killed while others write, and knows nothing more when it is started again. */
import { describe, expect, it } from "vitest";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { checkContent, checkFailures, inStoreCompany, type StoreCompany } from "./store-company.ts";
import type { StoreTask } from "./store-program.ts";
import { type AccountTold, accountSince } from "./write-account.ts";

/** `KILLS` sets it for a run by hand. */
const kills = Number(process.env["KILLS"] ?? repeats(12, 500));
const clients = ["writer-0", "writer-1"];
const copies = ["reader", "writer-0"];

async function gather(company: StoreCompany): Promise<void> {
  const location = await company.start({ name: "home", role: "authority", listen: "tcp://127.0.0.1:0", dial: [] });
  const client: Omit<StoreTask, "name"> = { role: "client", dial: [location] };
  await company.start({ ...client, name: "reader" });
  await company.start({ ...client, name: "writer-0", mode: "sync", atOnce: 16 });
  await company.start({ ...client, name: "writer-1", mode: "async", atOnce: 16 });
}

/**
 * What was told until the authority was killed. Asked twice: what it had answered may still wait beside the first question,
 * but not beside the second.
 */
async function accountsAtKill(company: StoreCompany): Promise<readonly AccountTold[]> {
  await company.accounts(clients);
  return company.accounts(clients);
}

/**
 * The history of this life is whole in itself: what was acknowledged since it began is there, once, and nothing else but
 * what nobody knows of; and all copies have come to it.
 */
async function checkLife(company: StoreCompany, before: readonly AccountTold[]): Promise<void> {
  const accounts = await company.stop(clients);
  await company.converge("home", copies);
  checkContent(
    await company.content("home"),
    accounts.map((account, i) => accountSince(before[i], account)),
  );
}

describe("T2: kill -9 of an authority in memory alone, under writes", () => {
  it(`S2 S3 S4 S8: at memory: each life has a history of its own, copies come to it by a reset that says so (${kills} ×)`, {
    timeout: 60_000 + 10_000 * kills,
  }, async () => {
    const seed = Number(process.env["SEED"] ?? 3);
    const chance = new SeededChance(seed);
    await inStoreCompany(async (company) => {
      await gather(company);
      let before: readonly AccountTold[] = [];
      let lives = 0;
      for (let done = 0; done < kills; lives++) {
        await company.flows(chance.pick(clients), chance.integer(1, 200));
        await checkLife(company, before);
        await company.resume(clients);
        await company.flows(chance.pick(clients), chance.integer(1, 100));
        await company.node("home").kill();
        before = await accountsAtKill(company);
        done += 1 + (await restart(company, chance));
      }
      await company.flows("writer-0", 50);
      await checkLife(company, before);
      const accounts = await company.accounts(clients);
      checkFailures(accounts, ["NO_AUTHORITY", "INDETERMINATE"]);
      for (const copy of copies) {
        const { forks, wrong } = await company.status(copy);
        expect(wrong, copy).toEqual([]);
        expect(forks.length, `resets of ${copy}, one for each life that followed another`).toBeGreaterThanOrEqual(
          lives,
        );
      }
      console.info(
        `kill loop: ${kills} times at memory, failed: ${JSON.stringify(accounts.map((each) => each.failures))}`,
      );
    }).catch((cause: unknown) => {
      throw new Error(`with SEED=${seed}`, { cause });
    });
  });
});

/** Now and then it is killed again while it opens, or just after: how often. */
async function restart(company: StoreCompany, chance: SeededChance): Promise<number> {
  const task = company.task("home");
  const again = chance.flip(0.2) ? 1 : 0;
  if (again > 0) {
    await company.begin(task);
    await company.node("home").kill();
  }
  await company.start(task);
  return again;
}
