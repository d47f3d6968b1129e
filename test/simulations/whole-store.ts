/**
 * The life of a company around a store, from a seed: acts by anybody, troubles of all kinds, and in the end peace, in which
 * all copies come to agree, everybody can write, and what was done is held against what was told.
 */
import type { Store } from "../../library/store.ts";
import type { World } from "../simulator/world.ts";
import { Company, type CompanyOptions } from "./company.ts";
import { StoreActs } from "./store-acts.ts";
import { StoreLedger } from "./store-ledger.ts";
import { StoreOrder } from "./store-order.ts";
import { type Trouble, Troubles } from "./store-troubles.ts";

function drawOptions({ chance }: World, isPersistent: boolean): CompanyOptions {
  const hasWitness = chance.flip(0.25);
  return {
    seats: !hasWitness && chance.flip(0.25) ? 3 : 2,
    clients: chance.integer(1, 2),
    ...{ hasWitness, isPersistent, onHeirLost: chance.pick(["proof", "wait"] as const) },
  };
}

/** What came of it all: a life in which nothing did shows little. */
export type Course = "taken over" | "expired" | "cleared" | "condition failed" | "copied anew" | "in doubt";

function courseOf(ledger: StoreLedger, { all }: StoreActs): ReadonlySet<Course> {
  const isSo: Readonly<Record<Course, boolean>> = {
    "taken over": ledger.authorities > 1,
    expired: ledger.has("expire"),
    cleared: ledger.has("clear"),
    "condition failed": all.some(({ end }) => end === "conflict"),
    "copied anew": ledger.resets > 0,
    "in doubt": all.some(({ code }) => code === "INDETERMINATE"),
  };
  return new Set((Object.keys(isSo) as Course[]).filter((kind) => isSo[kind]));
}

export interface LifeOptions {
  readonly isPersistent: boolean;
  /** Told of the company before it begins, by who wants to see more. */
  readonly onCompany?: (company: Company, acts: StoreActs) => void;
}

/** Resolves with what befell it, and what came of it. @throws where a promise was broken */
export async function liveThrough(
  world: World,
  { isPersistent, onCompany }: LifeOptions,
): Promise<ReadonlySet<Trouble | Course>> {
  const { chance, network, time } = world;
  if (chance.flip(0.8)) network.nature = { chunkBytes: 65_536, singleBytes: 0 };
  const ledger = new StoreLedger(() => time.nowMs);
  const company = new Company(world, drawOptions(world, isPersistent), ledger);
  const acts = new StoreActs(world, ledger);
  const troubles = new Troubles(company);
  const areWallsSet = chance.flip(0.1);
  if (chance.flip()) troubles.setClocks();
  onCompany?.(company, acts);
  await company.begin();
  for (let i = chance.integer(6, 12); i > 0; i--) {
    for (let n = chance.integer(0, 3); n > 0; n--) {
      const { stores } = company;
      if (stores.length > 0) acts.act(chance.pick(stores));
    }
    troubles.strike();
    if (areWallsSet && chance.flip(0.1)) troubles.setWall();
    await world.settle(chance.pick([chance.between(0, 20), chance.between(0, 200), chance.between(0, 1_500)]));
    check(ledger, acts);
  }
  troubles.mendAll();
  await becomeWhole(world, company);
  await world.until(() => acts.pending === 0, 60_000);
  await converge(world, company, acts);
  check(ledger, acts);
  new StoreOrder(ledger, acts, { areWallsSet }).check(company.authorities[0]!.store!.version.revision);
  company.end();
  return new Set([...troubles.seen, ...courseOf(ledger, acts)]);
}

/**
 * F4: where nothing is kept on disk nobody can show that an heir that is back did not take over before, or that one that the
 * role was handed to did not take it. So the authority waits until a person says so.
 */
async function becomeWhole(world: World, company: Company): Promise<void> {
  for (let leftMs = 60_000; !company.isWhole; leftMs -= 100) {
    if (leftMs <= 0) throw new Error("nobody has an heir");
    await world.settle(100);
    if (company.isPersistent || leftMs > 50_000) continue;
    const waiting = company.authorities.filter(({ store }) => isStuck(store?.succession?.standing));
    if (company.isManned) for (const { store } of waiting) await store?.promote({ force: true });
  }
}

function isStuck(standing: string | undefined): boolean {
  return standing === "waiting-for-heir" || standing === "handing-over";
}

function check(ledger: StoreLedger, acts: StoreActs): void {
  if (acts.faults.length > 0) throw new Error(acts.faults.join("; "));
  ledger.check();
}

/** S7: everybody can write, and within five seconds all copies are the same. */
async function converge(world: World, company: Company, acts: StoreActs): Promise<void> {
  for (const store of company.stores) await writeOnce(world, acts, store);
  const { revision } = company.authorities[0]!.store!.version;
  const copies = company.stores.filter(({ role }) => role !== "client");
  await world.until(() => copies.every(({ version }) => version.revision >= revision), 5_000);
  for (let leftMs = 5_000; !(await areSame(copies)); leftMs -= 100) {
    if (leftMs <= 0) throw new Error("the copies are not the same");
    await world.settle(100); // an authority hides what is due until all have its removal
  }
}

async function areSame(copies: readonly Store[]): Promise<boolean> {
  return new Set(await Promise.all(copies.map((copy) => copy.digest()))).size === 1;
}

/** S8: nobody is stuck. While a role still changes a write may be refused. */
async function writeOnce(world: World, acts: StoreActs, store: Store): Promise<void> {
  const endMs = world.time.nowMs + 10_000;
  while (world.time.nowMs < endMs) {
    acts.insert(store, "a");
    await world.until(() => acts.pending === 0, 10_000);
    if (acts.all.at(-1)!.end === "done") return;
  }
  throw new Error("somebody cannot write");
}
