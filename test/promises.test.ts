/** What docs/guarantees.md promises has a test that says so, and its figures are those of the code. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { failures } from "../library/core/errors.ts";
import { limits } from "../library/core/limits.ts";
import { bounds } from "../library/transports/bounds.ts";
import { namesOfTests } from "./rig/test-names.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const page = readFileSync(new URL("../docs/guarantees.md", import.meta.url), "utf8");

const promises = [...idsOf("M", 1, 9), ...idsOf("X", 1, 8), ...idsOf("S", 1, 15), ...idsOf("F", 1, 7)];
/** Rows of faults; webviews (T21) have names of their own. */
const faults = [...idsOf("T", 1, 20), ...idsOf("T", 22, 24)];

const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .flatMap((path) => namesOfTests({ path, text: readFileSync(join(folder, path), "utf8") }));

function idsOf(letter: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `${letter}${first + i}`);
}

/** Those that no text has as a word of its own. */
function missing(ids: readonly string[], texts: readonly string[]): readonly string[] {
  const found = new Set(texts.flatMap((text) => text.match(/\b[A-Z]\d+\b/g) ?? []));
  return ids.filter((id) => !found.has(id));
}

describe("every promise", () => {
  it("stands on the page, as the beginning of its paragraph", () => {
    const stated = [...page.matchAll(/^\*\*([MXSF]\d+) /gm)].map(([, id]) => id);
    expect(stated).toEqual(promises);
  });

  it("is in the name of a test", () => {
    expect(missing(promises, names)).toEqual([]);
  });
});

it("every row of faults that can be tried is in the name of a test", () => {
  expect(missing(faults, names)).toEqual([]);
});

it("names of tests are found wherever a test is made, and nowhere else", () => {
  const text = `
    // it("M1: in a comment")
    it("M2: plain", () => {});
    it.each([1])("M3: %s", () => {});
    describe.skipIf(true)(\`M4: \${1} M5\`, () => simulate("M6", {}, async () => {}));
    other("M7");
  `;
  const found = namesOfTests({ path: "a.test.ts", text });
  expect(missing(idsOf("M", 1, 7), found)).toEqual(["M1", "M7"]);
});

describe("the page", () => {
  it("has the figures of the code", () => {
    const known: Readonly<Record<string, number>> = { ...limits, ...bounds };
    const rows = [...page.matchAll(/^\| `(\w+)`\*?[^|]*\| ([\d,]+) \|/gm)];
    expect(rows.length).toBeGreaterThan(20);
    const wrong = rows.filter(([, name, figure]) => known[name!] !== Number(figure!.replaceAll(",", "")));
    expect(wrong.map(([row]) => row)).toEqual([]);
  });

  it("names codes that there are", () => {
    const codes = [...page.matchAll(/`([A-Z]+_[A-Z_]+|REJECTED|UNDELIVERED|FORBIDDEN)`/g)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !Object.hasOwn(failures, code))).toEqual([]);
  });
});
