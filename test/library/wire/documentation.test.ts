/** What docs/wire-protocol.md says in figures and examples, held against the code and the vectors. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failures } from "../../../library/core/errors.ts";
import { limits } from "../../../library/core/limits.ts";
import { FrameKind, header, preface, routing } from "../../../library/wire/frames.ts";
import { parseSignature } from "../../../library/wire/signature.ts";
import { bytesOf, hexOf, readBody } from "./bodies.ts";
import { frameVectors, messageVectors, packFrame, packMessage } from "./vectors.ts";

const docs = new URL("../../../docs/", import.meta.url);
const page = readFileSync(new URL("wire-protocol.md", docs), "utf8");

const vectors = new Map([
  ...frameVectors.map((vector) => [vector.name, packFrame(vector)] as const),
  ...messageVectors.map((vector) => [vector.name, packMessage(vector)] as const),
]);

/** Name and bytes of each example; what follows a `;` is a comment. */
const examples = [...page.matchAll(/```hex (.*)\n([^`]*)```/g)].map(
  ([, name, text]) => [name!, hexOf(bytesOf(text!.replaceAll(/;.*/g, "")))] as const,
);

/** The cells of all rows of the tables that a heading has under it. */
function rowsUnder(heading: string): string[][] {
  const [, section] = page.split(`\n${heading}\n`);
  const text = section!.split("\n## ")[0]!;
  const rows = text.split("\n").filter((line) => line.startsWith("| "));
  return rows.map((row) => row.split(" | ").map((cell) => cell.replaceAll(/^\| ?| ?\|$/g, "").trim()));
}

describe("the examples", () => {
  it.each(examples)("are the vectors: %s", (name, hex) => expect(hex).toBe(vectors.get(name)));

  it("show every kind", () => {
    const shown = new Set(examples.map(([, hex]) => Number.parseInt(hex.slice(0, 2), 16)));
    const kinds = Object.values(FrameKind).filter((kind) => kind !== FrameKind.lastMessage && kind !== FrameKind.pong);
    expect(kinds.filter((kind) => !shown.has(kind))).toEqual([]);
  });

  it("of values are right", () => {
    const [ints, mixed] = [...page.matchAll(/`(9[0-9a-f](?: [0-9a-f]{2})+)`/g)].map(([, hex]) => bytesOf(`91${hex!}`));
    expect(readBody(ints!, "[c]")?.map(String)).toEqual(["1,2,"]);
    expect(readBody(mixed!, "[?]")?.map(String)).toEqual(["1,one"]);
  });
});

describe("the tables", () => {
  it("name every kind with its number", () => {
    const named = rowsUnder("## 3. Kinds")
      .slice(1)
      .map(([number, name]) => [name, Number(number)]);
    const kinds = Object.entries(FrameKind).filter(([name]) => !name.endsWith("Message"));
    expect(named).toEqual(kinds);
  });

  it("name limits as they are", () => {
    const rows = rowsUnder("## 5. Limits").slice(1);
    expect(rows.length).toBeGreaterThan(15);
    for (const [name, figure] of rows) {
      expect([name, Number(figure!.replaceAll(",", ""))]).toEqual([
        name,
        limits[name!.replaceAll("`", "") as keyof typeof limits],
      ]);
    }
  });

  it("name every type that a signature can have, and no other", () => {
    const codes = rowsUnder("## 4. Signatures and values")
      .slice(1)
      .map(([code]) => code!.replaceAll("`", ""));
    const letters = codes.filter((code) => code.length === 1);
    for (const letter of letters) expect(parseSignature(letter)).toEqual([{ code: letter }]);
    const others = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)).filter(
      (each) => !letters.includes(each),
    );
    for (const other of others) expect(() => parseSignature(other)).toThrow("signature");
    expect(codes.filter((code) => code.length > 1)).toEqual(["[x]", "{x}", "<kx>"]);
  });

  it("have the offsets of the headers", () => {
    const offsets = rowsUnder("## 2. Frames").map(([offset]) => Number(offset));
    for (const offset of [header.padding, header.bytes, ...Object.values(routing)]) expect(offsets).toContain(offset);
  });

  it("name codes that there are", () => {
    const codes = [...page.matchAll(/`([A-Z]+_[A-Z_]+|REJECTED)`/g)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !Object.hasOwn(failures, code))).toEqual([]);
  });
});

it("shows the preface as it is", () => {
  expect(page).toContain([...preface].map((byte) => byte.toString(16).padStart(2, "0")).join(" "));
});

const pages = ["wire-protocol.md", "architecture.md", "glossary.md", "guarantees.md", "testing.md", "../README.md"];

it.each([...pages, ...readdirSync(new URL("decisions", docs)).map((each) => `decisions/${each}`)])(
  "has no dead link in %s",
  (file) => {
    const url = new URL(file, docs);
    const links = [...readFileSync(url, "utf8").matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to]) => to!);
    expect(links.filter((to) => !to.startsWith("http") && !existsSync(new URL(to, url)))).toEqual([]);
  },
);
