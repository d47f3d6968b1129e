/** docs/founding-design.md: every name of the founding design is there, and every member is a real one. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as library from "../../library/index.ts";
import { Company } from "./company.ts";

const page = readFileSync(new URL("../../docs/founding-design.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| founding design"))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, design, ours]) => ({ design: design!, ours: ours! }));

/** The founding design itself, where it is at hand. */
const folder = new URL("../../../shared/spec/", import.meta.url);
const file = existsSync(folder) ? readdirSync(folder).find((name) => /^000_.*\.txt$/.test(name)) : undefined;
const text = file === undefined ? "" : readFileSync(new URL(file, folder), "utf8");

/** Names of functions, types and flags; `name_{a,b}` is two of them. */
function namesIn(design: string): ReadonlySet<string> {
  const names = [...design.matchAll(/\bbro_[a-z_]*[a-z](?:_\{(\w+),(\w+)\})?/g)].flatMap(([name, ...endings]) =>
    endings[0] === undefined ? [name] : endings.map((ending) => name.replace(/\{.*/, ending!)),
  );
  const flags = design.match(/\b(?:AUTO_PUBLISH|AUTO_SUBSCRIBE|A?SYNC|READ_ONLY|READ_WRITE|PERSISTENT|CLEAR)\b/g) ?? [];
  return new Set([...names, ...flags]);
}

describe("the table", () => {
  it.skipIf(text === "")("has every name of the founding design (skipped where that text is not at hand)", () => {
    const names = namesIn(text);
    expect(names.size).toBeGreaterThan(60);
    const inTable = new Set(rows.map(({ design }) => design.replaceAll("`", "")));
    expect([...names].filter((name) => !inTable.has(name))).toEqual([]);
    expect([...inTable].filter((name) => !name.startsWith("(") && !names.has(name))).toEqual([]);
  });

  it("leaves nothing open", () => {
    expect(rows.filter(({ ours }) => !ours.startsWith("`"))).toEqual([]);
    expect(rows.length).toBeGreaterThan(60);
  });

  it("names members that there are", async () => {
    const company = new Company();
    const [context, other] = [company.node("a"), company.node("b")];
    const [connection] = await company.join(context, other);
    const store = await context.stores.openAuthoritative("s");
    const roots = { context, connection, store, log: context.logs.open("t", "Test::LOG"), ...library };
    const missing = rows.map(({ ours }) => ours.replaceAll("`", "")).filter((member) => !exists(roots, member));
    expect(missing).toEqual([]);
  });

  it("would miss a member that there is not", () => {
    expect(exists({ context: company() }, "context.events.survive")).toBe(false);
    expect(exists({ context: company() }, "context.events.survey")).toBe(true);
    expect(exists(library, "evented()")).toBe(false);
  });
});

function company(): library.Context {
  return new Company().node("c");
}

/** `a.b.c` leads to a function, `name()` and `new Name()` are exported, or it is a property that the context has. */
function exists(roots: object, member: string): boolean {
  const way = member.replace(/^new /, "").replace(/\(\)$/, "").split(".");
  let at: unknown = roots;
  for (const [i, name] of way.entries()) {
    if (typeof at !== "object" || at === null || !(name in at)) return false;
    if (i === way.length - 1 && name === "lastError") return true; // nothing has failed yet
    at = (at as Record<string, unknown>)[name];
  }
  return typeof at === "function";
}
