/** T3 with stores: everybody but the authority is killed in the middle of traffic, as a process, and started again. */
import { describe, expect, it } from "vitest";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { checkContent, checkFailures, inStoreCompany, type StoreCompany } from "./store-company.ts";
import type { AccountTold } from "./write-account.ts";

const companies = 2;
const kills = repeats(50, 500) / companies;

const victims = ["heir", "router", "writer", "copy"] as const;
type Victim = (typeof victims)[number];

const listen = "tcp://127.0.0.1:0";

/** Who is killed, and what became of the writes of those who were. */
class Crew {
  readonly company: StoreCompany;
  /** Of writers that are dead. */
  readonly lost: AccountTold[] = [];
  #lives = 0;

  constructor(company: StoreCompany) {
    this.company = company;
  }

  /** The heir has a link of its own to the authority; the others are behind the router. */
  async gather(): Promise<void> {
    const { company } = this;
    const home = await company.start({ name: "home", role: "authority", listen, dial: [], path: company.path("home") });
    await company.start({ name: "router", role: "client", mode: "async", listen, dial: [home], forward: "*" });
    await company.start({ name: "heir", role: "standby", dial: [home], path: company.path("heir") });
    await this.#heir();
    const dial = [company.task("router").listen!];
    await company.start({ name: "copy", role: "client", mode: "sync", dial });
    await company.start({ name: "steady", role: "client", mode: "sync", dial, atOnce: 4 });
    await this.#hire();
  }

  get writer(): string {
    return `writer-${this.#lives}`;
  }

  /** A life of it is a writer of its own, with keys of its own. */
  async #hire(): Promise<void> {
    this.#lives += 1;
    const dial = [this.company.task("router").listen!];
    await this.company.start({ name: this.writer, role: "client", mode: "async", dial, atOnce: 4 });
  }

  async killAndRestart(victim: Victim): Promise<void> {
    const { company } = this;
    if (victim === "writer") {
      const { account } = await company.node(this.writer).ask({ kind: "account" });
      this.lost.push(asFarAsKnown(account as AccountTold));
      await company.node(this.writer).kill();
      await this.#hire();
      return;
    }
    const task = company.task(victim);
    await company.node(victim).kill();
    if (victim === "heir") await company.flows("steady", 20); // F4: the authority knows that it is gone
    await company.start(task);
    if (victim === "heir") await this.#heir();
  }

  /** It is in sync, and would take over. */
  async #heir(): Promise<void> {
    while ((await this.company.node("heir").hear("term"))["state"] !== "heir");
  }
}

/** What was acknowledged by then must be there; what it sent since, nobody knows. */
function asFarAsKnown(account: AccountTold): AccountTold {
  const most = Number.POSITIVE_INFINITY;
  const keys = Object.entries(account.keys).map(([key, of]) => [key, { ...of, uncertain: most, lastSent: most }]);
  return { ...account, keys: Object.fromEntries(keys) };
}

// On another system nobody knows that a process is gone, so an heir that is killed is waited for until it is back.
describe.skipIf(process.platform !== "linux")("T3: kill -9 beside an authority (on Linux)", () => {
  for (let index = 0; index < companies; index++) {
    it.concurrent(`F4 S2 S4 S7: of heir, router, writer, copy: nothing acknowledged is missing; company ${index} (${kills} ×)`, {
      timeout: 60_000 + 10_000 * kills,
    }, async () => {
      const seed = Number(process.env["SEED"] ?? index);
      const chance = new SeededChance(seed);
      await inStoreCompany(async (company) => {
        const crew = new Crew(company);
        await crew.gather();
        for (let i = 0; i < kills; i++) {
          await company.flows("steady", chance.integer(1, 100));
          await crew.killAndRestart(victims[(index + i) % victims.length]!);
          await company.flows("steady", 20);
        }
        const clients = ["steady", crew.writer];
        const accounts = await company.stop(clients);
        await company.converge("home", ["heir", "copy", "steady"]);
        expect((await company.status("home")).role).toBe("authority");
        for (const copy of ["heir", "copy", "steady"]) expect((await company.status(copy)).forks, copy).toEqual([]);
        checkContent(await company.content("home"), [...accounts, ...crew.lost]);
        checkFailures(accounts, ["NO_AUTHORITY", "INDETERMINATE", "UNPROTECTED"]);
      }).catch((cause: unknown) => {
        throw new Error(`with SEED=${seed}`, { cause });
      });
    });
  }
});
