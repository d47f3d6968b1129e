import { describe, expect, it } from "vitest";
import { forbiddenImports, impurities } from "./rules.ts";
import { factsOf } from "./source.ts";

const facts = (text: string, path = "library/core/x.ts") => factsOf({ path, text });

describe("factsOf", () => {
  it("finds every form of import, and none in comments and strings", () => {
    const text = `
      import "./a.ts";
      import { b } from "./b.ts";
      import type { C } from "./c.ts";
      export * from "./d.ts";
      export { e } from "./e.ts";
      const f = import("./f.ts");
      type G = import("./g.ts").G;
      const h = require("./h.ts");
      // import { no } from "./no.ts";
      const no = 'import "./no.ts"';
    `;
    const expected = ["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => `./${name}.ts`);
    expect(facts(text).imports).toEqual(expected);
  });

  it("finds default exports, failure codes and what is async", () => {
    const found = facts(`export default function () { throw new SwitchyardError("CLOSED", "x"); }`);
    expect(found.hasDefaultExport).toBe(true);
    expect(found.failureCodes).toEqual(["CLOSED"]);
    expect(found.isAsync).toBe(false);
    expect(facts("const f = async () => 1;").isAsync).toBe(true);
    expect(facts("class A { async f() {} }").isAsync).toBe(true);
  });

  it("reads the panels' syntax", () => {
    expect(facts(`import { h } from "preact"; const a = <p>{h}</p>;`, "webview/a.tsx").imports).toEqual(["preact"]);
  });
});

describe("forbiddenImports", () => {
  const forbidden = (path: string, specifier: string) =>
    forbiddenImports(path, facts(`import "${specifier}";`, path)).length > 0;

  it.each([
    ["library/core/a.ts", "./b.ts"],
    ["library/core/values/a.ts", "../errors.ts"],
    ["library/wire/codec.ts", "msgpackr"],
    ["library/transports/tcp.ts", "node:net"],
    ["library/context.ts", "./wire/frames.ts"],
    ["server/server.ts", "../library/index.ts"],
    ["server/server.ts", "vscode-languageserver/node"],
    ["extension/main.ts", "vscode"],
    ["webview/main.tsx", "preact/hooks"],
    ["test/library/core/a.test.ts", "../../../library/core/a.ts"],
  ])("%s may import %s", (path, specifier) => expect(forbidden(path, specifier)).toBe(false));

  it.each([
    ["library/core/a.ts", "../wire/frames.ts"],
    ["library/core/a.ts", "node:fs"],
    ["library/core/a.ts", "msgpackr"],
    ["library/wire/codec.ts", "node:net"],
    ["library/transports/tcp.ts", "../storage/level.ts"],
    ["library/transports/tcp.ts", "../wire/frames.ts"],
    ["library/context.ts", "../server/server.ts"],
    ["library/context.ts", "fs"],
    ["server/protocol/a.ts", "vscode-languageserver"],
    ["server/server.ts", "../library/core/errors.ts"],
    ["server/server.ts", "vscode"],
    ["extension/main.ts", "../library/index.ts"],
    ["extension/main.ts", "../server/server.ts"],
    ["webview/main.tsx", "node:path"],
    ["test/a.test.ts", "../../elsewhere/a.ts"],
    ["test/a.test.ts", "/elsewhere/a.ts"],
  ])("%s may not import %s", (path, specifier) => expect(forbidden(path, specifier)).toBe(true));
});

describe("impurities", () => {
  const found = (text: string) => impurities("a.ts", facts(text));

  it("names clocks, chance, waiting and the world around", () => {
    expect(found("const a = Date.now();")).toEqual(["a.ts uses Date.now"]);
    expect(found("Math.random() + Math.floor(1);")).toEqual(["a.ts uses Math.random"]);
    expect(found("setTimeout(f, 1);")).toEqual(["a.ts uses setTimeout"]);
    expect(found("async function f() {}")).toEqual(["a.ts is async"]);
  });

  it("leaves members, keys and comments of the same name alone", () => {
    expect(found("// setTimeout\nconst a = { process: 1, crypto() {} }; a.process; a.fetch;")).toEqual([]);
  });
});
