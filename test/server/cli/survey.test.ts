/** `survey`, and `sub --answer`, as processes: who answers, across routers, and what is said of it. */
import { describe, expect, it } from "vitest";
import { listeningNode, run, start, useCommand } from "./command.ts";

useCommand();

/** A node that answers every question with these values. */
async function answering(location: string, name: string, ...values: readonly string[]) {
  const sub = start("sub", location, "app.*", "--name", name, "--answer", ...values);
  await sub.saying("err", /^subscribed/);
  return sub;
}

/** Two routers, one behind the other. */
async function routers() {
  const left = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
  const right = await listeningNode("tcp://127.0.0.1:0", "--forward", "*", "--connect", left.location);
  return [left.location, right.location] as const;
}

interface Line {
  readonly node: string;
  readonly args: readonly unknown[];
}

function linesOf(out: string): Line[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line)
    .sort((a, b) => (a.node < b.node ? -1 : 1));
}

describe("survey", () => {
  it("prints each node's answer, across routers, and ends with the last that it expects", async () => {
    const [near, far] = await routers();
    await answering(near, "one", "1");
    await answering(far, "two", "2", '"x"');
    await answering(far, "three");
    const { status, out, err } = await run("survey", near, "app.q", "who", "42", "--expect", "3", "--timeout", "50s");
    expect(status).toBe(0);
    const lines = out.trimEnd().split("\n").sort();
    expect(lines).toEqual([
      expect.stringMatching(/^one {2} *\d+ ms {2}1$/),
      expect.stringMatching(/^three {2} *\d+ ms$/),
      expect.stringMatching(/^two {2,}\d+ ms {2}2, "x"$/),
    ]);
    expect(err).toMatch(/^3 of 3 answered in \d+(\.\d)? m?s\n$/);
  });

  it("fails when fewer answer than it expects, and says how many are missing", async () => {
    const [near, far] = await routers();
    await answering(near, "one", "1");
    await answering(far, "two", "2");
    const { status, out, err } = await run(
      "survey",
      near,
      "app.q",
      "who",
      "--expect",
      "3",
      "--timeout",
      "3s",
      "--json",
    );
    expect(status).toBe(1);
    expect(linesOf(out)).toEqual(
      ["one", "two"].map((node, i) => ({
        node,
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        afterMs: expect.any(Number),
        name: "who",
        args: [i + 1],
        time: expect.stringMatching(/^\d{4}-.*Z$/),
      })),
    );
    expect(err).toMatch(/^2 of 3 answered in 3\.\d s; 1 is missing\n$/);
  });

  it("takes no more than it expects, of four that answer", async () => {
    const [near, far] = await routers();
    for (const [i, name] of ["one", "two", "three", "four"].entries()) {
      await answering(i % 2 === 0 ? near : far, name, "T");
    }
    const { status, out } = await run("survey", near, "app.q", "who", "--expect", "3", "--timeout", "50s", "--json");
    expect(status).toBe(0);
    const lines = linesOf(out);
    expect(lines).toHaveLength(3);
    expect(new Set(lines.map(({ node }) => node)).size).toBe(3);
  });

  it("waits for the whole time where it expects no number, and is content with none", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const { status, out, err } = await run("survey", location, "app.q", "who", "--timeout", "100ms");
    expect({ status, out }).toEqual({ status: 0, out: "" });
    expect(err).toMatch(/^nobody answered in \d+ ms\n$/);
    expect(await run("survey", location, "app.q", "who", "--timeout", "1ms", "--quiet")).toMatchObject({ err: "" });
  });

  it("ends at Ctrl-C with what has come", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    await answering(location, "one", "1");
    const survey = start("survey", location, "app.q", "who", "--expect", "2", "--timeout", "10m");
    await survey.saying("out", /^one/);
    const { status, err } = await survey.end();
    expect(status).toBe(1);
    expect(err).toMatch(/^1 of 2 answered in .*; 1 is missing\n$/);
  });

  it.each([
    [["app.q", "who", "x y"], /argument 1, x y, column 2/],
    [["app.*", "who"], /\[BAD_TOPIC\]/],
    [["app.q", "who", "--expect", "0"], /wanted a whole number/],
    [["app.q", "who", "--timeout", "2"], /wanted a time such as 2s/],
    [["app.q"], /missing required argument/],
  ])("is called wrongly with %j", async (args, words) => {
    const { status, out, err } = await run("survey", "tcp://127.0.0.1:1", ...args);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(words);
  });
});

describe("sub --answer", () => {
  it("prints the question like any event, and answers before it ends", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const sub = start(
      "sub",
      location,
      "app.*",
      "--count",
      "1",
      "--json",
      "--name",
      "one",
      "--answer",
      "-",
      "Notice::LOG",
    );
    await sub.saying("err", /^subscribed/);
    const { out } = await run("survey", location, "app.q", "who", "T", "--expect", "1", "--timeout", "50s", "--json");
    expect(linesOf(out)).toMatchObject([{ node: "one", args: [null, { enum: "Notice::LOG" }] }]);
    const { status, out: printed } = await sub.ended;
    expect(status).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({ topic: "app.q", name: "who", args: [true] });
  });

  it("refuses what is no value", async () => {
    const { status, err } = await run("sub", "tcp://127.0.0.1:1", "app.*", "--answer", "1", "x y");
    expect(status).toBe(2);
    expect(err).toMatch(/answer 2, x y, column 2/);
  });
});
