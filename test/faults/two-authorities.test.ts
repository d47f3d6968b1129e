/** T23: two authorities of one store that nobody told of each other, and what becomes of them when they meet. */
import { cpSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Told } from "../rig/program.ts";
import { inStoreCompany, type StoreCompany } from "./store-company.ts";
import type { StoreTask } from "./store-program.ts";

/** F7. */
const detectMs = 3_000;
/** What a busy machine may take on top, with the connection. */
const spareMs = 3_000;

const listen = "tcp://127.0.0.1:0";
type Island = "east" | "west";

function authority(company: StoreCompany, name: Island): StoreTask {
  return { name, role: "authority", listen, dial: [], path: company.path(name) };
}

/** A writer on this island makes its authority have content. */
function write(company: StoreCompany, island: Island, more: number): Promise<void> {
  return company.flowsFrom(`writer-${island}`, company.task(island).listen!, more);
}

/** Gives both a way to each other; resolves with what each told of the conflict, in time. */
async function meet(company: StoreCompany): Promise<readonly Told[]> {
  const startMs = performance.now();
  company.node("east").tell({ kind: "dial", location: company.task("west").listen! });
  const told = await Promise.all([company.node("east").hear("conflict"), company.node("west").hear("conflict")]);
  expect(performance.now() - startMs).toBeLessThan(detectMs + spareMs);
  return told;
}

describe("T23 F7: two authorities", { timeout: 90_000 }, () => {
  it("that have content and the same epoch write nothing more, until one of them is picked", async () => {
    await inStoreCompany(async (company) => {
      for (const name of ["east", "west"] as const) {
        await company.start(authority(company, name));
        await write(company, name, name === "east" ? 60 : 30);
      }
      for (const { authorities } of await meet(company)) {
        const names = (authorities as readonly { readonly name: string }[]).map(({ name }) => name);
        expect([...names].sort()).toEqual(["east", "west"]);
      }
      const before = await company.content("east");
      expect(await company.node("east").ask({ kind: "try" })).toMatchObject({ code: "AUTHORITY_CONFLICT" });
      expect(await company.node("west").ask({ kind: "try" })).toMatchObject({ code: "AUTHORITY_CONFLICT" });
      expect(await company.node("east").ask({ kind: "promote", force: false })).not.toHaveProperty("failed");
      expect(Number((await company.node("west").hear("diverged"))["count"])).toBeGreaterThan(0);
      await company.converge("east", ["west"]);
      expect((await company.status("west")).role).toBe("standby");
      expect(await company.content("west")).toEqual(before);
      expect(await company.node("west").ask({ kind: "try" })).toMatchObject({ code: "" });
    });
  });

  it("of which one is empty: it yields", async () => {
    await inStoreCompany(async (company) => {
      await company.start(authority(company, "east"));
      await company.start(authority(company, "west"));
      await write(company, "west", 30);
      await meet(company);
      await company.converge("west", ["east"]);
      expect((await company.status("east")).role).toBe("standby");
      expect((await company.status("west")).role).toBe("authority");
    });
  });

  it("of which one has a later epoch: the other one follows, and tells what is lost", async () => {
    await inStoreCompany(async (company) => {
      for (const name of ["east", "west"] as const) {
        await company.start(authority(company, name));
        await write(company, name, 30);
      }
      await company.node("west").kill();
      await company.start(company.task("west")); // its next life is the next epoch
      const kept = await company.content("west");
      await meet(company);
      expect(Number((await company.node("east").hear("diverged"))["count"])).toBeGreaterThan(0);
      await company.converge("west", ["east"]);
      expect(await company.content("east")).toEqual(kept);
    });
  });

  it("of which one runs on an old copy of the other's disk: what was written since stays", async () => {
    await inStoreCompany(async (company) => {
      await company.start(authority(company, "east"));
      await write(company, "east", 30);
      await company.node("east").kill();
      cpSync(company.path("east"), company.path("west"), { recursive: true });
      await company.start(company.task("east"));
      await company.flowsFrom("writer-again", company.task("east").listen!, 30);
      await company.node("east").kill();
      await company.start(company.task("east"));
      const kept = await company.content("east");
      await company.start(authority(company, "west"));
      await meet(company);
      await company.converge("east", ["west"]);
      expect(await company.content("west")).toEqual(kept);
    });
  });
});
