/** Contexts and tokens: saved, used, refused; by the command as its users run it. */
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { settingsFolder } from "../../../server/cli/contexts/place.ts";
import { contextNamed, formatContexts, parseContexts } from "../../../server/cli/contexts/saved-context.ts";
import { readTokenFile, tokenOfEnvironment } from "../../../server/cli/token.ts";
import { type Ended, folder, listeningNode, RunningCommand, useCommand } from "./command.ts";

useCommand();

let home = "";
let count = 0;

beforeEach(() => {
  home = join(folder, `settings-${count++}`);
});

/** With settings of the test's own, and no token around. */
function run(...args: readonly string[]): Promise<Ended> {
  return new RunningCommand(args, { env: { SWITCHYARD_CONFIG_HOME: home, SWITCHYARD_TOKEN: "" } }).ended;
}

async function good(...args: readonly string[]): Promise<string> {
  const { status, out, err } = await run(...args);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return out;
}

describe("switchyard context", () => {
  it("saves, lists, shows, renames and forgets", async () => {
    await good("context", "add", "lab", "tcp://127.0.0.1:9", "--description", "the lab");
    await good(
      "context",
      "add",
      "prod",
      "tls://h:1",
      "--tls-ca",
      "ca.pem",
      "--token-file",
      "t",
      "--pin",
      "ab",
      "--pin",
      "cd",
    );
    expect(await good("context", "ls")).toBe("  lab   tcp://127.0.0.1:9  the lab\n  prod  tls://h:1\n");
    await good("context", "use", "@prod");
    expect(await good("context", "ls")).toBe("  lab   tcp://127.0.0.1:9  the lab\n* prod  tls://h:1\n");
    expect(JSON.parse(await good("context", "show", "--json"))).toEqual({
      name: "prod",
      isCurrent: true,
      location: "tls://h:1",
      tlsCa: join(process.cwd(), "ca.pem"),
      tokenFile: join(process.cwd(), "t"),
      pins: ["ab", "cd"],
    });
    await good("context", "rename", "prod", "live");
    expect(await good("context", "show")).toMatch(/^name +live\nin use +yes\nlocation +tls:\/\/h:1\n/);
    await good("context", "rm", "live");
    const lines = (await good("context", "ls", "--json")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { name: "lab", isCurrent: false, location: "tcp://127.0.0.1:9", description: "the lab" },
    ]);
  });

  it("keeps its file from others, and leaves nothing unfinished", async () => {
    await good("context", "add", "lab", "tcp://127.0.0.1:9");
    await good("context", "add", "lab2", "tcp://127.0.0.1:9");
    expect(await readdir(home)).toEqual(["contexts.json"]);
    if (process.platform === "win32") return;
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect((await stat(join(home, "contexts.json"))).mode & 0o777).toBe(0o600);
  });

  it("never saves a token", async () => {
    const token = join(folder, "saved.token");
    await writeFile(token, "very-secret\n", { mode: 0o600 });
    await good("context", "add", "lab", "tcp://127.0.0.1:9", "--token-file", token);
    expect(await readFile(join(home, "contexts.json"), "utf8")).not.toContain("very-secret");
    const { status, err } = await run("context", "add", "x", "tcp://127.0.0.1:9", "--token", "very-secret");
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining("unknown option '--token'") });
  });

  it.each([
    ["context add lab tcp://127.0.0.1:9", /there is a context lab already; --replace takes its place/],
    ["context add la/b tcp://127.0.0.1:9", /"la\/b" is no name for a context/],
    ["context add x nowhere", /\[BAD_LOCATION\]$/],
    ["context add x tcp://user:pass@h:1", /a location holds no user and no password/],
    ["context rename lab prod", /there is a context prod already/],
    ["context rename lab a/b", /is no name for a context/],
    ["context use labb", /no context "labb"; did you mean @lab\? \[BAD_ARGUMENT\]$/],
    ["context rm zzzzzz", /no context "zzzzzz"; there are @lab, @prod \[BAD_ARGUMENT\]$/],
    ["context show", /no context is in use; choose one with `switchyard context use NAME`/],
    ["context", /^switchyard: which one\? See switchyard context --help$/],
    ["topo", /no context is in use/],
    ["sub @la x", /no context "la"; did you mean @lab\?/],
  ])("refuses `switchyard %s` in one line", async (command, line) => {
    await mkdir(home, { mode: 0o700 });
    const saved = { location: "tcp://127.0.0.1:9" };
    const contexts = new Map([
      ["lab", saved],
      ["prod", saved],
    ]);
    await writeFile(join(home, "contexts.json"), formatContexts({ saved: contexts }));
    const { status, out, err } = await run(...command.split(" "));
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err.trimEnd().split("\n")).toEqual([expect.stringMatching(line)]);
  });

  it("stands for its location wherever one is wanted", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*", "--name", "router");
    await good("context", "add", "here", location);
    await good("context", "use", "here");
    expect(await good("topo")).toMatch(/\n\nrouter {2}/);
    expect(await good("topo", "@here")).toMatch(/\n\nrouter {2}/);
    const env = { SWITCHYARD_CONFIG_HOME: home, SWITCHYARD_TOKEN: "" };
    const sub = new RunningCommand(["sub", "@", "a", "--count", "1", "--json"], { env });
    await sub.saying("err", /^subscribed to a at @$/);
    await good("pub", "@here", "a", "e", "5");
    expect(JSON.parse((await sub.ended).out)).toMatchObject({ name: "e", args: [5] });
    const second = new RunningCommand(["node", "--connect", "@here", "--json"], { env });
    await second.saying("out", /"ready":true/);
    expect(await good("topo", "@here")).toMatch(/^2 nodes, 1 connection\n/);
    await second.end();
  });

  it("is one file that a person may break, and is told so", async () => {
    await good("context", "add", "lab", "tcp://127.0.0.1:9");
    for (const [text, why] of [
      ["{", /contexts.json: it is no JSON; mend it, or remove it/],
      ["[]", /it holds no contexts/],
      ['{"version":2,"contexts":{}}', /another version of switchyard wrote it/],
      ['{"version":1,"contexts":{"a":{}}}', /the context "a" is not as it should be/],
      ['{"version":1,"contexts":{"a":{"location":"x","pins":[1]}}}', /the context "a" is not as it should be/],
    ] as const) {
      await writeFile(join(home, "contexts.json"), text);
      expect((await run("context", "ls")).err).toMatch(why);
    }
    await rm(join(home, "contexts.json"));
    expect((await run("context", "ls")).err).toMatch(/no contexts yet/);
  });
});

describe("a context", () => {
  it("goes to its file and back", () => {
    const contexts = {
      current: "b",
      saved: new Map([
        ["b", { location: "x", pins: ["1"] }],
        ["a", { location: "y" }],
      ]),
    };
    const read = parseContexts(formatContexts(contexts), "f");
    expect([...read.saved.keys()]).toEqual(["a", "b"]);
    expect(contextNamed("", read)).toEqual({ location: "x", pins: ["1"] });
  });

  it("is no property that every object has", () => {
    const saved = new Map([["lab", { location: "x" }]]);
    expect(() => contextNamed("constructor", { saved })).toThrow(/no context "constructor"/);
    expect(() => contextNamed("__proto__", { saved })).toThrow(/no context "__proto__"/);
  });

  it("lies where the system keeps settings", () => {
    expect(settingsFolder({ SWITCHYARD_CONFIG_HOME: "/x", XDG_CONFIG_HOME: "/y" }, "linux")).toBe("/x");
    expect(settingsFolder({ XDG_CONFIG_HOME: "/y" }, "linux")).toBe(join("/y", "switchyard"));
    expect(settingsFolder({}, "linux")).toMatch(/\.config[/\\]switchyard$/);
    expect(settingsFolder({ APPDATA: "/a" }, "win32")).toBe(join("/a", "switchyard"));
  });
});

describe("a token", () => {
  it("is the first line of a file that nobody else may read", async () => {
    const file = join(folder, "a.token");
    await writeFile(file, "  s3cret \nnot this\n", { mode: 0o600 });
    expect(await readTokenFile(file)).toBe("s3cret");
    await chmod(file, 0o400);
    expect(await readTokenFile(file)).toBe("s3cret");
  });

  it.skipIf(process.platform === "win32").each([0o644, 0o640, 0o604, 0o620])(
    "is refused with mode %o",
    async (mode) => {
      const file = join(folder, `b-${mode}.token`);
      await writeFile(file, "s3cret\n");
      await chmod(file, mode);
      const failure = await readTokenFile(file).catch((error: unknown) => error as Error);
      expect(failure).toMatchObject({
        code: "BAD_ARGUMENT",
        message: expect.stringContaining(`others may read this token; run \`chmod 600 ${file}\` first`),
      });
      expect((failure as Error).message).not.toContain("s3cret");
    },
  );

  it("is refused where there is none", async () => {
    const file = join(folder, "c.token");
    await writeFile(file, "\nsecond\n", { mode: 0o600 });
    await expect(readTokenFile(file)).rejects.toThrow(/its first line should be the token, and is empty/);
    await expect(readTokenFile(join(folder, "none"))).rejects.toThrow(/ENOENT/);
  });

  it("may come from the environment", () => {
    expect(tokenOfEnvironment({ SWITCHYARD_TOKEN: "t" })).toBe("t");
    expect(tokenOfEnvironment({ SWITCHYARD_TOKEN: "" })).toBeUndefined();
  });
});
