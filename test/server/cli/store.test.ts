/** `switchyard store` as processes, at a node that is no authority but knows the way to one. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Context, count, type Store } from "../../../library/index.ts";
import { folder, listeningNode, run, start, useCommand } from "./command.ts";

useCommand();

let location: string;
let context: Context;
let table: Store;

beforeAll(async () => {
  ({ location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*", "--name", "router"));
  context = new Context({ name: "keeper" });
  await context.connections.open(location);
  table = await context.stores.openAuthoritative("app.hosts");
});

afterAll(() => context.close());

function store(...args: readonly string[]) {
  return run("store", location, "app.hosts", ...args);
}

async function printed(...args: readonly string[]): Promise<string> {
  const { status, out, err } = await store(...args);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return out;
}

describe("one entry", () => {
  it("is put, got and removed, by any key", async () => {
    expect(await printed("put", "10.0.0.1", '["a", 80/tcp]')).toBe("");
    expect(await printed("get", "10.0.0.1")).toBe('["a", 80/tcp]\n');
    expect(JSON.parse(await printed("get", "10.0.0.1", "--json"))).toEqual({
      key: expect.anything(),
      value: expect.anything(),
      revision: table.version.revision,
    });
    expect(JSON.parse(await printed("rm", "10.0.0.1", "--json"))).toMatchObject({ ...table.version });
    const missing = await store("get", "10.0.0.1");
    expect(missing).toEqual({ status: 1, out: "", err: "10.0.0.1 is not in app.hosts\n" });
    expect((await store("rm", "10.0.0.1")).status).toBe(0);
    const word = await store("get", "abc"); // whoever forgets the quotes of a string learns of them
    expect(word.err).toBe("abc is not in app.hosts; the string is written '\"abc\"'\n");
  });

  it("is counted up and down", async () => {
    expect(await printed("incr", '"visits"')).toBe("1\n");
    expect(await printed("incr", '"visits"', "41")).toBe("42\n");
    expect(JSON.parse(await printed("decr", '"visits"', "2", "--json"))).toMatchObject({ value: 40 });
    await table.insert("word", "text");
    const { status, err } = await store("incr", '"word"');
    expect([status, err]).toEqual([1, expect.stringMatching(/^switchyard: .* \[TYPE\]\n$/)]);
  });

  it("is put on a condition, or for a time", async () => {
    await table.insert("lock", "mine");
    for (const condition of [["--if-absent"], ["--if-value", '"yours"']]) {
      const { status, err } = await store("put", '"lock"', '"theirs"', ...condition);
      expect([status, err]).toEqual([1, expect.stringMatching(/^switchyard: .* \[CONFLICT\]\n$/)]);
    }
    await printed("put", '"lock"', '"theirs"', "--if-value", '"mine"', "--expire", "1h");
    expect(table.entrySync("lock")).toMatchObject({ value: "theirs", expiresAfterMs: 3_600_000 });
    expect((await store("rm", '"lock"', "--if-value", '"mine"')).status).toBe(1);
    await printed("rm", '"lock"', "--if-value", '"theirs"');
    expect(table.hasSync("lock")).toBe(false);
  });
});

describe("all entries", () => {
  it("are listed, by prefix too, counted, and cleared when that is meant", async () => {
    await table.clear();
    for (const key of ["a-1", "a-2", "b-1"]) await table.insert(key, key);
    expect((await printed("keys")).split("\n").sort()).toEqual(["", '"a-1"', '"a-2"', '"b-1"']);
    expect((await printed("keys", "--prefix", "a-", "--json")).split("\n").sort()).toEqual([
      "",
      '{"key":"a-1"}',
      '{"key":"a-2"}',
    ]);
    expect(await printed("size")).toBe("3\n");
    expect(await printed("digest")).toBe(`${await table.digest()}\n`);
    const asked = await store("clear");
    expect([asked.status, asked.err]).toEqual([2, expect.stringMatching(/say --yes/)]);
    expect(table.sizeSync()).toBe(3);
    await printed("clear", "--yes");
    expect(JSON.parse(await printed("size", "--json"))).toEqual({ size: 0 });
  });

  it("are in a status, with who has them", async () => {
    await table.clear();
    await table.insert("one", 1);
    const told = JSON.parse(await printed("status", "--json")) as { nodes: { node: string }[] };
    expect(told).toMatchObject({ store: "app.hosts", ...table.version, entries: 1 });
    expect(told.nodes.find(({ node }) => node === "keeper")).toMatchObject({ role: "authority", entries: 1 });
    expect(await printed("status")).toMatch(
      /^app\.hosts {2}1 entry\n(.*\n)* {2}keeper {2}authority, live, 1 entry, version/,
    );
    expect((await run("topo", location)).out).toMatch(/^ {2}stores {4}app\.hosts {2}authority, live, 1 entry/m);
  });

  it("are in a status also while no authority answers, which is told", async () => {
    const former = new Context({ name: "former" });
    await former.connections.open(location);
    await (await former.stores.openAuthoritative("app.gone")).insert("one", 1);
    await context.stores.open("app.gone");
    await former.close();
    const people = await run("store", location, "app.gone", "status", "--timeout", "300ms");
    expect([people.status, people.err]).toEqual([
      1,
      expect.stringMatching(/^switchyard: .*\[(NO_AUTHORITY|TIMED_OUT)\]\n$/),
    ]);
    expect(people.out).toMatch(/^app\.gone {2}no authority answers\n {2}keeper {2}replica, /);
    const programs = await run("store", location, "app.gone", "status", "--timeout", "300ms", "--json");
    expect(programs.status).toBe(1);
    expect(JSON.parse(programs.out)).toMatchObject({ store: "app.gone", entries: null, nodes: [{ node: "keeper" }] });
  });

  it("are watched as they change", async () => {
    await table.clear();
    await table.insert("before", 1);
    const people = start("store", location, "app.hosts", "watch");
    const programs = start("store", location, "app.hosts", "watch", "--json", "--count", "2", "--prefix", "x");
    await Promise.all([people, programs].map((each) => each.saying("err", /^watching app\.hosts: 1 there/)));
    await table.insert("x", "1");
    await table.insert("y", "1");
    await table.insert("x", "2");
    await table.remove("y");
    const ended = await programs.ended;
    expect(ended.status).toBe(0);
    expect(
      ended.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { kind: "insert", key: "x", value: "1" },
      { kind: "update", key: "x", value: "2", before: "1", revision: table.version.revision - 1 },
    ]);
    await table.clear();
    await people.saying("out", / clear$/);
    const { status, out } = await people.end();
    expect(status).toBe(0);
    expect(out.split("\n").map((line) => line.split("  ").slice(1).join(" "))).toEqual([
      'insert "x" -> "1"',
      'insert "y" -> "1"',
      'update "x" "1" -> "2"',
      'remove "y" "1" ->',
      "clear",
      "",
    ]);
  });
});

describe("an export", () => {
  it.each(["plain.store", "packed.store.gz"])("is imported as it was: %s", async (name) => {
    await table.clear();
    for (let i = 0; i < 1_000; i++)
      await (i % 100 === 0 ? table.insert(i, `text ${i}`) : table.insert(`k${i}`, [i, "x"]));
    await table.insert("brief", 1, { expiresAfter: 3_600_000 });
    const digest = await table.digest();
    const file = join(folder, name);
    expect(await store("export", file)).toEqual({ status: 0, out: "", err: "exported 1 001 entries\n" });
    const again = await store("export", file);
    expect([again.status, again.err]).toEqual([
      2,
      expect.stringMatching(/is there already; choose another name, or remove it/),
    ]);

    await table.clear();
    await table.insert("other", 1);
    expect(await store("import", file)).toEqual({ status: 0, out: "", err: "imported 1 001 entries\n" });
    expect(table.sizeSync()).toBe(1_002);
    expect((await store("import", file, "--replace", "--quiet")).status).toBe(0);
    expect(await table.digest()).toBe(digest);
    expect(table.entrySync("brief")).toMatchObject({ expiresAfterMs: 3_600_000 });
  });

  it("goes through pipes", async () => {
    await table.clear();
    await table.insert(count(5), "five");
    const out = await store("export", "-", "--quiet");
    expect(out.out.split("\n")).toEqual([
      expect.stringMatching(/^\{"switchyard":"store","version":2,"store":"app\.hosts","epoch":\d+,"revision":\d+,/),
      '{"key":"5","value":"\\"five\\""}',
      expect.stringMatching(/^\{"kind":"end","entries":1,"sha256":"[0-9a-f]{64}"\}$/),
      "",
    ]);
    await table.clear();
    const piped = start("store", location, "app.hosts", "import", "-");
    piped.child.stdin!.end(out.out);
    expect((await piped.ended).status).toBe(0);
    expect(table.lookupSync(count(5))).toBe("five");
  });

  it("that is torn or altered is refused by its line, and changes nothing", async () => {
    await table.clear();
    for (let i = 0; i < 3; i++) await table.insert(`k${i}`, count(i));
    const text = (await store("export", "-", "--quiet")).out;
    const lines = text.trimEnd().split("\n");
    const cases: readonly (readonly [string, RegExp])[] = [
      [lines.slice(0, 3).join("\n"), /bad\.store:3: it was cut off/],
      [text.slice(0, text.length - 20), /bad\.store:5: it is no JSON object/],
      [text.replace('"value":"1"', '"value":"7"'), /bad\.store:5: a line above is not as it was written/],
      [text.replace('"value":"1"', '"value":"[1"'), /bad\.store:\d: its value/],
      [[...lines.slice(0, 2), ...lines.slice(3)].join("\n"), /bad\.store:4: 2 entries, and 3 were written/],
      [`${text}{}`, /bad\.store:6: there is more behind the end/],
      ["#fields\tts\n", /bad\.store:1: it does not begin as an export does/],
      ["", /bad\.store is empty/],
      [text.replace('"version":2', '"version":9'), /bad\.store: version 9.*newer version.*\[FORMAT_TOO_NEW\]/],
    ];
    const file = join(folder, "bad.store");
    const { revision } = table.version;
    for (const [content, what] of cases) {
      await writeFile(file, content);
      const { status, out, err } = await store("import", file, "--replace");
      expect({ status, out, err }).toEqual({ status: 1, out: "", err: expect.stringMatching(what) });
      expect(err.trimEnd().split("\n")).toHaveLength(1);
    }
    expect(table.version.revision).toBe(revision);
  });

  it("clears nothing where standard input does not begin as a whole one does", async () => {
    await table.clear();
    await table.insert("kept", 1);
    const diverged = { node: "east", winner: "west", after: 3, cleared: false, removalsAfter: 3 };
    const header = { switchyard: "store", version: 2, store: "app.hosts", epoch: 1, revision: 4, diverged };
    const cases: readonly (readonly [string, number, RegExp])[] = [
      [`${JSON.stringify(header)}\n`, 2, /^switchyard: standard input has what east alone had.*\n$/],
      ["no export\n", 1, /^switchyard: standard input:1: it does not begin as an export does.*\n$/],
      ["", 1, /^switchyard: standard input is empty.*\n$/],
    ];
    for (const [text, status, what] of cases) {
      const piped = start("store", location, "app.hosts", "import", "-", "--replace");
      piped.child.stdin!.end(text);
      expect(await piped.ended).toEqual({ status, out: "", err: expect.stringMatching(what) });
      expect(table.lookupSync("kept")).toBe(1);
    }
    const torn = start("store", location, "app.hosts", "import", "-", "--replace");
    torn.child.stdin!.end((await store("export", "-", "--quiet")).out.split("\n").slice(0, 2).join("\n"));
    const { err } = await torn.ended;
    expect(err).toMatch(/^cleared the store, and imported 1 before that\nswitchyard: standard input:2: it was cut off/);
  });

  it("has no half behind it when it is stopped, nor when it is killed", async () => {
    await table.clear();
    const value = "x".repeat(10_000);
    for (let i = 0; i < 10_000; i++) {
      const written = table.insert(i, value);
      if (i % 1_000 === 999) await written;
    }
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const file = join(folder, `half-${signal}.store`);
      const exporting = start("store", location, "app.hosts", "export", file, "--name", signal);
      while (!(await readdir(folder)).some((name) => name.startsWith(`half-${signal}`)));
      const { status, out } = await exporting.end(signal);
      expect([status, out]).toEqual([signal === "SIGINT" ? 130 : signal, ""]);
      const left = (await readdir(folder)).filter((name) => name.startsWith(`half-${signal}`));
      expect(left).toEqual(signal === "SIGINT" ? [] : [expect.stringMatching(/\.part$/)]);
    }
    await table.clear();
  });

  it("tells how much of it was imported when it is stopped", async () => {
    await table.clear();
    const lines = (await store("export", "-", "--quiet")).out.split("\n");
    const piped = start("store", location, "app.hosts", "import", "-");
    piped.child.stdin!.write(`${lines[0]!}\n{"key":"1","value":"1"}\n{"key":"2","value":"2"}\n`);
    while (table.sizeSync() < 2) await context.cluster.nodes(); // lets others run
    const { status, err } = await piped.end();
    expect([status, err]).toEqual([130, "imported 2 before that\nswitchyard: told to stop before it was done\n"]);
  });

  it("is removed where it cannot be finished", async () => {
    const file = join(folder, "none.store");
    const { status, err } = await run("store", location, "app.nowhere", "export", file, "--timeout", "200ms");
    expect([status, err]).toEqual([1, expect.stringMatching(/\[NO_AUTHORITY\]\n$/)]);
    await expect(readFile(file)).rejects.toThrow("ENOENT");
  });
});

describe("what cannot be", () => {
  it.each([
    [["get", '"a"'], /NO_AUTHORITY/],
    [["put", '"a"', "1"], /NO_AUTHORITY/],
    [["digest"], /NO_AUTHORITY/],
    [["watch"], /NO_AUTHORITY/],
  ])("fails in one line without an authority: %s", async (args, what) => {
    const { status, out, err } = await run("store", location, "app.nowhere", ...args, "--timeout", "200ms");
    expect({ status, out, err }).toEqual({ status: 1, out: "", err: expect.stringMatching(what) });
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  it.each([
    [["gte", '"a"'], /did you mean get\?/],
    [["get"], /get takes KEY, and got nothing/],
    [["size", "1"], /size takes nothing behind it/],
    [["get", "a b"], /the key, a b, column 2: .*'"a b"'/],
    [["get", '"a"', "--expire", "1h"], /get takes no --expire/],
    [["put", '"a"', "1", "--if-absent", "--if-value", "1"], /only one can be/],
    [["put", '"a"', "1", "--expire", "soon"], /--expire/],
  ])("is called wrongly: %s", async (args, what) => {
    const { status, out, err } = await store(...args);
    expect({ status, out, err }).toEqual({ status: 2, out: "", err: expect.stringMatching(what) });
  });

  it("is given up at Ctrl-C", async () => {
    const waiting = start("store", location, "app.nowhere", "get", '"a"', "--timeout", "60s", "--name", "patient");
    while (!(await context.cluster.nodes()).some(({ name }) => name === "patient")); // then it is there, and waits
    const { status, err } = await waiting.end();
    expect([status, err]).toEqual([130, expect.stringMatching(/told to stop/)]);
  });

  it.each([["watch"], ["digest"], ["keys"], ["export", "none"], ["import", "none"]])(
    "is given up at Ctrl-C while there is no authority: %s",
    async (...verb) => {
      const name = `patient-${verb[0]!}`;
      const file = join(folder, "given-up.store");
      await writeFile(file, (await store("export", "-", "--quiet")).out);
      const args = verb.map((each) =>
        each === "none" ? join(folder, `${verb[0] === "import" ? "given-up" : each}.store`) : each,
      );
      const waiting = start("store", location, "app.nowhere", ...args, "--timeout", "60s", "--name", name);
      while (!(await context.cluster.nodes()).some((node) => node.name === name)); // then it is there, and waits
      const { status, err } = await waiting.end();
      expect([status, err]).toEqual([130, "switchyard: told to stop before it was done\n"]);
      await expect(readFile(join(folder, "none.store"))).rejects.toThrow("ENOENT");
    },
  );
});
