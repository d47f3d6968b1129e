/** T23, many at once: two processes that are each the authority of the same stores, in four ways to come to that. */
import { cpSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FaultProxy } from "../rig/fault-proxy.ts";
import { Program } from "../rig/program.ts";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { inFolder } from "./database.ts";
import type { IslandStore, IslandTask } from "./island-program.ts";
import { lasting } from "./pair.ts";

/** In each of the four ways. */
const stores = repeats(10, 100);
/** F7; the rest is for a busy machine, and the connection. */
const detectMs = 3_000 + 5_000;
const settleMs = 20_000;
/** Between two looks. */
const lookMs = 100;

type Island = "east" | "west";
const islands = ["east", "west"] as const;

class Islands {
  readonly folder: string;
  readonly chance: SeededChance;
  readonly #programs = new Map<Island, Program>();
  readonly #locations = new Map<Island, string>();
  #lives = 0;

  constructor(folder: string, chance: SeededChance) {
    this.folder = folder;
    this.chance = chance;
  }

  path(island: Island): string {
    return `${this.folder}/${island}`;
  }

  node(island: Island): Program {
    return this.#programs.get(island)!;
  }

  location(island: Island): string {
    return this.#locations.get(island)!;
  }

  async start(island: Island, more: Partial<IslandTask> = {}): Promise<void> {
    const common = { name: island, role: "authority", listen: "tcp://127.0.0.1:0", dial: [] } as const;
    const task: IslandTask = { ...common, folder: this.path(island), stores, ...more };
    const program = await Program.start("./island-program.ts", import.meta.url, task);
    this.#programs.set(island, program);
    this.#locations.set(island, String((await program.hear("ready"))["location"]));
  }

  async kill(island: Island): Promise<void> {
    await this.node(island).kill();
  }

  /** Something new in each store; in some nothing, where that may be. */
  async write(island: Island, emptyRate = 0): Promise<void> {
    this.#lives += 1;
    const entries = Array.from({ length: stores }, () =>
      this.chance.flip(emptyRate) ? 0 : this.chance.integer(1, 12),
    );
    await this.node(island).ask({ kind: "write", life: this.#lives, entries });
  }

  async look(): Promise<Readonly<Record<Island, readonly IslandStore[]>>> {
    const [east, west] = await Promise.all(islands.map((island) => this.node(island).ask({ kind: "status" })));
    return { east: east!["stores"] as readonly IslandStore[], west: west!["stores"] as readonly IslandStore[] };
  }

  async until(what: string, mostMs: number, isSo: (east: IslandStore, west: IslandStore, index: number) => boolean) {
    const endMs = performance.now() + mostMs;
    for (;;) {
      const { east, west } = await this.look();
      const left = east.map((_, index) => index).filter((index) => !isSo(east[index]!, west[index]!, index));
      if (left.length === 0) return;
      const seen = JSON.stringify(left.map((index) => ({ index, east: east[index], west: west[index] })));
      if (performance.now() > endMs) throw new Error(`not within ${mostMs} ms: ${what}: ${seen}`);
      await lasting(lookMs);
    }
  }

  async disband(): Promise<void> {
    await Promise.all([...this.#programs.values()].map((program) => program.kill()));
  }
}

/** Who goes on, of two authorities; `undefined` where nobody can know. */
function winnerOf(east: IslandStore, west: IslandStore): Island | undefined {
  if (east.version.epoch !== west.version.epoch) return east.version.epoch > west.version.epoch ? "east" : "west";
  if (east.version.revision === 0) return "west";
  return west.version.revision === 0 ? "east" : undefined;
}

/** They have just been given a way to each other: what F7 says comes of it in each store. */
async function meet(islands: Islands, give: () => Promise<void>): Promise<string> {
  const before = await islands.look();
  expect(before.east.map(({ role }) => role).concat(before.west.map(({ role }) => role))).toEqual(
    Array<string>(2 * stores).fill("authority"),
  );
  const winners = before.east.map((east, index) => winnerOf(east, before.west[index]!));
  await give();
  await islands.until("both know of each other", detectMs, (...both) => both.slice(0, 2).every((each) => hasMet(each)));
  const picked = await pick(islands, winners);
  const chosen = winners.map((winner) => winner ?? picked);
  await islands.until("one is left, and followed", settleMs, (east, west, index) => {
    const [winner, loser] = chosen[index] === "east" ? [east, west] : [west, east];
    return winner.role === "authority" && loser.role === "standby" && winner.digest === loser.digest;
  });
  const after = await islands.look();
  for (const [index, winner] of chosen.entries()) checkOutcome(before, after, index, winner);
  const conflicts = winners.filter((winner) => winner === undefined).length;
  return `${conflicts} of ${stores} had to be picked`;
}

function hasMet(each: IslandStore | number): boolean {
  return typeof each === "object" && [...each.conflict].sort().join() === "east,west";
}

/** Where nobody can know, neither writes, until one is picked; returns which. */
async function pick(islands: Islands, winners: readonly (Island | undefined)[]): Promise<Island> {
  const picked = islands.chance.pick(["east", "west"] as const);
  const open = [...winners.keys()].filter((index) => winners[index] === undefined);
  if (open.length === 0) return picked;
  for (const island of ["east", "west"] as const) {
    const { codes } = await islands.node(island).ask({ kind: "try" });
    for (const index of open) expect((codes as readonly string[])[index], island).toBe("AUTHORITY_CONFLICT");
  }
  const promotions = open.map((store) => islands.node(picked).ask({ kind: "promote", store }));
  for (const { code } of await Promise.all(promotions)) expect(code).toBe("");
  return picked;
}

type Both = Readonly<Record<Island, readonly IslandStore[]>>;

/** Nothing was merged, nothing of the winner is gone, and what the loser alone had was told. */
function checkOutcome(before: Both, after: Both, index: number, winner: Island): void {
  const loser = winner === "east" ? "west" : "east";
  const [had, lost] = [before[winner][index]!, before[loser][index]!];
  const has = after[winner][index]!;
  expect([had.size, had.size + 1], `store ${index}`).toContain(has.size); // one for a write that was tried
  if (has.size === had.size) expect(has.digest, `store ${index}`).toBe(had.digest);
  if (lost.size > 0 && lost.digest !== had.digest) {
    expect(after[loser][index]!.diverged, `store ${index} at ${loser}`).toBeGreaterThan(0);
  }
}

function meeting(name: string, gather: (islands: Islands) => Promise<() => Promise<void>>): void {
  it.concurrent(`${name} (${stores} ×)`, { timeout: 120_000 }, async () => {
    const seed = Number(process.env["SEED"] ?? 1);
    await inFolder(async (folder) => {
      const islands = new Islands(folder, new SeededChance(seed));
      try {
        console.info(`two authorities ${name}: ${await meet(islands, await gather(islands))}`);
      } finally {
        await islands.disband();
      }
    }).catch((cause: unknown) => {
      throw new Error(`with SEED=${seed}`, { cause });
    });
  });
}

/** The one dials the other. */
const dialling = (islands: Islands) => async () => {
  await islands.node("east").ask({ kind: "dial", location: islands.location("west") });
};

describe("T23 F7: two authorities of many stores", () => {
  meeting("that both were started, some of them empty", async (islands) => {
    for (const island of ["east", "west"] as const) {
      await islands.start(island);
      await islands.write(island, 0.3);
    }
    return dialling(islands);
  });

  meeting("of which one has an old disk put back", async (islands) => {
    await islands.start("east");
    await islands.write("east");
    await islands.kill("east");
    cpSync(islands.path("east"), islands.path("west"), { recursive: true });
    for (let life = islands.chance.integer(1, 2); life > 0; life--) {
      await islands.start("east");
      await islands.write("east");
      if (life > 1) await islands.kill("east");
    }
    await islands.start("west");
    return dialling(islands);
  });

  meeting("that run on two copies of one folder", async (islands) => {
    await islands.start("east");
    await islands.write("east");
    await islands.kill("east");
    cpSync(islands.path("east"), islands.path("west"), { recursive: true });
    for (const island of ["east", "west"] as const) {
      await islands.start(island);
      await islands.write(island);
    }
    return dialling(islands);
  });

  meeting("that went on without each other, as the option says, until the network healed", async (islands) => {
    await islands.start("east", { onHeirLost: "continue" });
    const between = await FaultProxy.open(islands.location("east"));
    await islands.start("west", { role: "standby", dial: [between.location], onHeirLost: "continue" });
    await islands.until("they are pairs", settleMs, (_, west) => west.term === "heir");
    await islands.write("east");
    between.refuse();
    between.reset();
    await islands.until("both go on", settleMs, (...both) =>
      both
        .slice(0, 2)
        .every((each) => typeof each === "object" && each.role === "authority" && each.term !== "protected"),
    );
    for (const island of ["east", "west"] as const) await islands.write(island);
    return () => between.listen();
  });
});
