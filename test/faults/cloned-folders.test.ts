/** T23 with real nodes: state folders that were copied, name and all, of a standby and of an authority, while both live. */
import { cpSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkContent, inStoreCompany, type StoreCompany } from "./store-company.ts";
import type { StoreTask } from "./store-program.ts";

const listen = "tcp://127.0.0.1:0";
/** The copy, which goes by the name of the other one. */
const clone = "clone";

async function comesTo(company: StoreCompany, name: string, state: string): Promise<void> {
  while ((await company.node(name).hear("term"))["state"] !== state);
}

async function hearsOf(company: StoreCompany, name: string, code: string): Promise<void> {
  while ((await company.node(name).hear("error"))["code"] !== code);
}

/** Of a node that is not running. */
function copyFolder(company: StoreCompany, name: string): StoreTask {
  cpSync(company.path(name), company.path(clone), { recursive: true });
  return { ...company.task(name), name: clone, as: name, listen, path: company.path(clone) };
}

describe("T23 F7: a copied state folder", { timeout: 90_000 }, () => {
  it("of a standby: the authority tells of NAMESAKES, and has no heir until one of the two starts again alone", async () => {
    await inStoreCompany(async (company) => {
      const left = await company.start({
        name: "left",
        role: "authority",
        listen,
        dial: [],
        path: company.path("left"),
      });
      const right = { name: "right", role: "standby", listen, dial: [left], path: company.path("right") } as const;
      await company.start(right);
      await comesTo(company, "left", "protected");
      await company.node("right").kill();
      const copy = copyFolder(company, "right");
      await company.start(right);
      await company.start(copy);
      await hearsOf(company, "left", "NAMESAKES");
      await company.node(clone).kill();
      await company.node("right").kill();
      await company.start(right);
      await comesTo(company, "left", "protected");
    });
  });

  it("of an authority: neither writes on beside the other, and what both had is there when one is picked", async () => {
    await inStoreCompany(async (company) => {
      const east = { name: "east", role: "authority", listen, dial: [], path: company.path("east") } as const;
      await company.start(east);
      await company.flowsFrom("writer", company.task("east").listen!, 30);
      const kept = await company.content("east");
      await company.node("east").kill();
      const copy = copyFolder(company, "east");
      await company.start(company.task("east"));
      await company.start(copy);
      for (const name of ["east", clone]) await company.flowsFrom(`writer-${name}`, company.task(name).listen!, 12);
      company.node("east").tell({ kind: "dial", location: company.task(clone).listen! });
      await Promise.all(["east", clone].map((name) => company.node(name).hear("conflict")));
      for (const name of ["east", clone]) {
        expect(await company.node(name).ask({ kind: "try" })).toMatchObject({ code: "AUTHORITY_CONFLICT" });
      }
      expect(await company.node(clone).ask({ kind: "promote", force: false })).not.toHaveProperty("failed");
      await company.node("east").hear("diverged");
      await company.converge(clone, ["east"]);
      const content = await company.content("east");
      for (const key of kept.keys()) expect([...content.keys()]).toContain(key);
      expect((await company.status("east")).role).toBe("standby");
    });
  });

  it("of an authority that has an heir: the copy takes no role, and nothing acknowledged is missing", async () => {
    await inStoreCompany(async (company) => {
      const left = { name: "left", role: "authority", listen, dial: [], path: company.path("left") } as const;
      const atLeft = await company.start(left);
      const right = { name: "right", role: "standby", listen, dial: [atLeft], path: company.path("right") } as const;
      const atRight = await company.start(right);
      await comesTo(company, "left", "protected");
      await company.start({ name: "writer", role: "client", mode: "async", dial: [atLeft, atRight], atOnce: 4 });
      await company.flows("writer", 30);
      await company.node("left").kill();
      const copy = copyFolder(company, "left");
      await comesTo(company, "right", "unprotected");
      await company.start({ ...company.task("left"), role: "standby", dial: [atRight] });
      await comesTo(company, "right", "protected");
      await company.flows("writer", 30);
      await company.start({ ...copy, dial: [atRight] }); // as what it was: the authority of the epoch before
      await hearsOf(company, "right", "NAMESAKES");
      for (const name of ["left", clone]) expect((await company.status(name)).role, name).toBe("standby");
      const accounts = await company.stop(["writer"]);
      await company.converge("right", ["left", clone]);
      checkContent(await company.content("right"), accounts);
    });
  });
});
