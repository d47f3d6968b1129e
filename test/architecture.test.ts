/** What style.md says of the whole tree, held against the tree. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { failures } from "../library/core/errors.ts";
import { forbiddenImports, impurities, rules } from "./rig/rules.ts";
import { factsOf, type Source } from "./rig/source.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const folders = ["library", "server", "extension", "webview", "test", ".ci"];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll("\\", "/")),
);
const sources: readonly Source[] = files
  .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
const read = sources.map((source) => ({ ...source, facts: factsOf(source) }));
const ours = read.filter(({ path }) => !path.startsWith("test/"));

it("looks at every folder that has a rule", () => {
  for (const { folder } of rules) {
    expect(ours.some(({ path }) => path.startsWith(`${folder}/`))).toBe(true);
  }
});

it("imports only what its folder may", () => {
  expect(read.flatMap(({ path, facts }) => forbiddenImports(path, facts))).toEqual([]);
});

it("keeps the core pure", () => {
  const core = ours.filter(({ path }) => path.startsWith("library/core/"));
  expect(core.flatMap(({ path, facts }) => impurities(path, facts))).toEqual([]);
});

it("knows msgpackr in one file", () => {
  const knowing = ours.filter(({ facts }) => facts.imports.includes("msgpackr"));
  expect(knowing.length).toBeLessThanOrEqual(1);
});

it("exports by name", () => {
  expect(read.filter(({ facts }) => facts.hasDefaultExport).map(({ path }) => path)).toEqual([]);
});

it("has no folder for odds and ends", () => {
  expect(files.filter((path) => /(^|\/)(utils?|helpers?|misc|common)(\/|\.)/.test(path))).toEqual([]);
});

it("opens each file with what it is", () => {
  const silent = ours.filter(({ text }) => !/^(#!.*\n)?\s*\/[*/]/.test(text));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

it("keeps files short enough to hold in mind", () => {
  const long = ours.filter(({ text }) => text.split("\n").length > 401);
  expect(long.map(({ path }) => path)).toEqual([]);
});

it("throws and documents only failure codes that exist", () => {
  const known = new Set<string>(Object.keys(failures));
  const named = ours.flatMap(({ path, text, facts }) =>
    [...facts.failureCodes, ...documentedCodes(text)].map((code) => ({ path, code })),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter(({ code }) => !known.has(code))).toEqual([]);
});

it("finds the codes that a comment documents", () => {
  expect(documentedCodes("/** @throws SwitchyardError `TIMED_OUT`, or `CLOSED` after `close()` */")).toEqual([
    "TIMED_OUT",
    "CLOSED",
  ]);
});

/** Codes that a comment promises: in backquotes, after `@throws` or `SwitchyardError`, up to the end of the sentence. */
function documentedCodes(text: string): readonly string[] {
  const promises = text.match(/@throws[^.@]*/g) ?? [];
  return promises.flatMap((promise) => [...promise.matchAll(/`([A-Z][A-Z_]{3,})`/g)].map(([, code]) => code ?? ""));
}
