/** Processes that share a store, to be killed and started again, and what must be true of it in the end. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { Program } from "../rig/program.ts";
import type { StoreTask } from "./store-program.ts";
import type { AccountTold } from "./write-account.ts";

export interface Status {
  readonly role: string;
  readonly state: string;
  readonly version: { readonly epoch: number; readonly revision: number };
  /** Copies that had changes of which the authority knew nothing. */
  readonly forks: readonly unknown[];
  /** What a copy saw that S3 or S4 does not allow, in words. */
  readonly wrong: readonly string[];
  readonly digest?: string;
}

/** Beyond this, copies are not equal by themselves. S7 says 5 s; the rest is for a busy machine. */
const convergeMs = 15_000;

export class StoreCompany {
  readonly folder = mkdtempSync(join(tmpdir(), "switchyard-stores-"));
  readonly #nodes = new Map<string, Program>();
  readonly #tasks = new Map<string, StoreTask>();

  /** Resolves when it listens, with where; `ready` comes when its store is open. */
  async begin(task: StoreTask): Promise<string> {
    const program = await Program.start("./store-program.ts", import.meta.url, task);
    this.#nodes.set(task.name, program);
    const { location } = await program.hear("opening");
    this.#tasks.set(task.name, typeof location === "string" ? { ...task, listen: location } : task);
    return String(location);
  }

  async start(task: StoreTask): Promise<string> {
    const location = await this.begin(task);
    await this.node(task.name).hear("ready");
    return location;
  }

  node(name: string): Program {
    return this.#nodes.get(name)!;
  }

  /** What it was started with, and where it listens now. */
  task(name: string): StoreTask {
    return this.#tasks.get(name)!;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Resolves when so many more writes of this client were acknowledged. */
  async flows(client: string, more: number): Promise<void> {
    this.node(client).tell({ kind: "await", more });
    await this.node(client).hear("when");
  }

  /** A writer that is there for so many writes. */
  async flowsFrom(writer: string, location: string, more: number): Promise<void> {
    await this.start({ name: writer, role: "client", dial: [location], atOnce: 4 });
    await this.flows(writer, more);
    await this.stop([writer]);
  }

  async status(name: string, kind: "status" | "digest" = "status"): Promise<Status> {
    return (await this.node(name).ask({ kind })) as never as Status;
  }

  /** None of their writes is under way then. */
  stop(clients: readonly string[]): Promise<readonly AccountTold[]> {
    return this.accounts(clients, "stop");
  }

  /** They write again. */
  async resume(clients: readonly string[]): Promise<void> {
    await Promise.all(clients.map((client) => this.node(client).ask({ kind: "resume" })));
  }

  async accounts(clients: readonly string[], kind: "account" | "stop" = "account"): Promise<readonly AccountTold[]> {
    const told = await Promise.all(clients.map((client) => this.node(client).ask({ kind })));
    return told.map(({ account }) => account as AccountTold);
  }

  /** S7: the copies become equal to the authority's table; throws if they do not. */
  async converge(authority: string, copies: readonly string[]): Promise<void> {
    const wanted = await this.status(authority, "digest");
    const endMs = performance.now() + convergeMs;
    for (const copy of copies) {
      for (;;) {
        const has = await this.status(copy, "digest");
        if (has.digest === wanted.digest && has.version.revision === wanted.version.revision) break;
        if (performance.now() > endMs) throw new Error(`${JSON.stringify(has)} at ${copy}, ${JSON.stringify(wanted)}`);
      }
    }
  }

  async content(name: string): Promise<ReadonlyMap<string, number>> {
    const { content } = await this.node(name).ask({ kind: "content" });
    return new Map(content as (readonly [string, number])[]);
  }

  async disband(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.kill()));
    rmSync(this.folder, { recursive: true });
  }
}

export async function inStoreCompany(use: (company: StoreCompany) => Promise<void>): Promise<void> {
  const company = new StoreCompany();
  try {
    await use(company);
  } finally {
    await company.disband();
  }
}

/** S2, S9: what was acknowledged is there, once; what is there was sent; what nobody knows is at most what was not answered. */
export function checkContent(content: ReadonlyMap<string, number>, accounts: readonly AccountTold[]): void {
  const sums = new Map<string, { acknowledged: number; uncertain: number }>();
  for (const { keys } of accounts) {
    for (const [key, { acknowledged, uncertain, lastSent, lastAcknowledged }] of Object.entries(keys)) {
      const value = content.get(key) ?? -1;
      if (key.endsWith("sum")) {
        const sum = sums.get(key) ?? { acknowledged: 0, uncertain: 0 };
        sums.set(key, { acknowledged: sum.acknowledged + acknowledged, uncertain: sum.uncertain + uncertain });
        continue;
      }
      expect(value, `the last of ${key}`).toBeGreaterThanOrEqual(lastAcknowledged);
      expect(value, `the last of ${key}`).toBeLessThanOrEqual(lastSent);
      if (uncertain === 0) expect(value, `the last of ${key}`).toBe(lastAcknowledged);
    }
  }
  for (const [key, { acknowledged, uncertain }] of sums) {
    expect(content.get(key) ?? 0, `increments of ${key}`).toBeGreaterThanOrEqual(acknowledged);
    expect(content.get(key) ?? 0, `increments of ${key}`).toBeLessThanOrEqual(acknowledged + uncertain);
  }
}

/** Nothing failed but for want of an authority. */
export function checkFailures(accounts: readonly AccountTold[], allowed: readonly string[]): void {
  for (const { failures } of accounts) {
    expect(Object.keys(failures).filter((code) => !allowed.includes(code))).toEqual([]);
  }
}
