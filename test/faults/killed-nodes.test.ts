/** T3: nodes that are killed in the middle of traffic, as processes, and started again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Program } from "../rig/program.ts";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import type { NodeTask, Tally } from "./node-program.ts";

type Scheme = "ipc" | "tcp";

/** A publisher, one or two routers and two subscribers, each at every router. */
class Company {
  readonly #nodes = new Map<string, Program>();
  readonly #tasks = new Map<string, NodeTask>();
  readonly #folder = mkdtempSync(join(tmpdir(), "switchyard-kill-"));

  static async gather(scheme: Scheme, routers: number): Promise<Company> {
    const company = new Company();
    const locations: string[] = [];
    for (let i = 0; i < routers; i++) {
      const listen = scheme === "tcp" ? "tcp://127.0.0.1:0" : `ipc://${company.#folder}/router-${i}.sock`;
      locations.push(await company.#start({ name: `router-${i}`, role: "router", listen, dial: [] }));
    }
    for (const name of ["reader-0", "reader-1"]) {
      await company.#start({ name, role: "subscriber", dial: locations });
    }
    await company.#start({ name: "writer", role: "publisher", dial: locations });
    return company;
  }

  /** Starts it, or starts it again where it was; returns where it listens. */
  async #start(task: NodeTask): Promise<string> {
    const program = await Program.start("./node-program.ts", import.meta.url, task);
    this.#nodes.set(task.name, program);
    const { location } = await program.hear("ready");
    this.#tasks.set(task.name, typeof location === "string" ? { ...task, listen: location } : task);
    return String(location);
  }

  node(name: string): Program {
    return this.#nodes.get(name)!;
  }

  /** `kill -9`, and the same task again. */
  async killAndRestart(name: string): Promise<void> {
    await this.node(name).kill();
    await this.#start(this.#tasks.get(name)!);
  }

  /** Resolves when a reader has got so many more messages. */
  async flows(reader: string, more: number): Promise<void> {
    this.node(reader).tell({ kind: "await", more });
    await this.node(reader).hear("when");
  }

  async tallies(reader: string): Promise<Readonly<Record<string, Tally>>> {
    const { tallies } = await this.node(reader).ask({ kind: "report" });
    return tallies as Record<string, Tally>;
  }

  /** The traffic ends; resolves when the readers have the last of it, with what was raised. */
  async stop(readers: readonly string[]): Promise<{ readonly id: string; readonly raised: Record<string, number> }> {
    for (const reader of readers) await this.flows(reader, 1); // one may still be waiting to dial again
    const { id, raised } = (await this.node("writer").ask({ kind: "stop" })) as never as {
      readonly id: string;
      readonly raised: Record<string, number>;
    };
    for (const reader of readers) await this.#untilLast(reader, id, raised);
    return { id, raised };
  }

  async #untilLast(reader: string, id: string, raised: Record<string, number>): Promise<void> {
    const endMs = performance.now() + 15_000;
    for (;;) {
      const tallies = await this.tallies(reader);
      if (Object.keys(raised).every((kind) => tallies[`${kind} ${id}`]?.last === raised[kind]! - 1)) return;
      if (performance.now() > endMs)
        throw new Error(`${reader} lacks the last: ${JSON.stringify({ raised, tallies })}`);
    }
  }

  async disband(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.kill()));
    rmSync(this.#folder, { recursive: true });
  }
}

async function inCompany(scheme: Scheme, routers: number, use: (company: Company) => Promise<void>): Promise<void> {
  const company = await Company.gather(scheme, routers);
  try {
    await use(company);
  } finally {
    await company.disband();
  }
}

/** M1 and M3 of everything that a reader has; and M4: what did not come of what it should have got was told. */
function checkTallies(tallies: Readonly<Record<string, Tally>>): void {
  for (const [key, { first, last, received, misplaced, missing }] of Object.entries(tallies)) {
    expect(misplaced, key).toBe(0);
    expect(received + missing, `${key} from ${first} to ${last}`).toBe(last - first + 1);
  }
}

/** Two companies, on a line and on a ring, share the kills. */
function killing(
  name: string,
  victims: readonly string[],
  ci: number,
  check: (company: Company) => Promise<void>,
): void {
  const layouts: readonly (readonly [Scheme, number])[] = [
    ["ipc", 1],
    ["tcp", 2],
  ];
  for (const [index, [scheme, routers]] of layouts.entries()) {
    const kills = repeats(ci, 10 * ci);
    it(
      `${name}, ${routers === 1 ? "on a line" : "on a ring"} over ${scheme} (${kills} ×)`,
      async () => {
        const seed = Number(process.env["SEED"] ?? index);
        const chance = new SeededChance(seed);
        await inCompany(scheme, routers, async (company) => {
          for (let i = 0; i < kills; i++) {
            const victim = chance.pick(victims.filter((each) => each !== "router-1" || routers > 1));
            const witness = victim === "reader-0" ? "reader-1" : "reader-0";
            await company.flows(witness, chance.integer(1, 300));
            await company.killAndRestart(victim);
            await company.flows(witness, 50); // it goes on, by itself
          }
          await check(company);
        }).catch((cause: unknown) => {
          throw new Error(`with SEED=${seed}`, { cause });
        });
      },
      20_000 + 3_000 * kills,
    );
  }
}

describe("T3: kill -9 in running traffic", () => {
  killing(
    "M3, M4: of a router: both ends come back, and know exactly what they lost",
    ["router-0", "router-1"],
    9,
    async (company) => {
      const { id, raised } = await company.stop(["reader-0", "reader-1"]);
      for (const reader of ["reader-0", "reader-1"]) {
        const tallies = await company.tallies(reader);
        checkTallies(tallies);
        const { received: lines } = tallies[`log ${id}`]!;
        expect(lines).toBe(raised["log"]);
        const { received, missing } = tallies[`event ${id}`]!;
        expect(received + missing).toBe(raised["event"]);
      }
    },
  );

  killing("M3, M4: of the one who raises: its next life is another stream", ["writer"], 8, async (company) => {
    await company.stop(["reader-0", "reader-1"]);
    for (const reader of ["reader-0", "reader-1"]) checkTallies(await company.tallies(reader));
  });

  killing("M3, M4: of a reader: the other one loses nothing", ["reader-0"], 8, async (company) => {
    const { id, raised } = await company.stop(["reader-0", "reader-1"]);
    checkTallies(await company.tallies("reader-0"));
    const unharmed = await company.tallies("reader-1");
    checkTallies(unharmed);
    expect(unharmed[`event ${id}`]!.received).toBe(raised["event"]);
    expect(unharmed[`log ${id}`]!.received).toBe(raised["log"]);
  });
});
