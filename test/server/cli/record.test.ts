/** Live traffic, recorded and raised again, by the command as its users run it. */
import { readFileSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type Context, event, parseValue } from "../../../library/index.ts";
import { cluster } from "./cluster.ts";
import { folder, listeningNode, RunningCommand, run, start, useCommand } from "./command.ts";

useCommand();

let files = 0;
const fresh = (ending = ".rec"): string => join(folder, `r${files++}${ending}`);

async function recording(location: string, path: string, ...options: readonly string[]): Promise<RunningCommand> {
  const command = start("record", location, "app.*", "zeek.*", "-o", path, ...options);
  await command.saying("err", /^(?:recording|appending) app\.\*, zeek\.\* at tcp:/);
  return command;
}

const texts = [
  ...[
    "42",
    "+42",
    "-7",
    "4.2",
    "-0.0",
    "nan",
    '"a \\"b\\"\\n"',
    '"\\xff\\x00"',
    "T",
    "10.0.0.1",
    "[::]",
    "10.0.0.0/8",
    "80/tcp",
  ],
  ...[
    "5 min",
    "2018-03-24T17:15:20.600843001Z",
    "Notice::LOG",
    "-",
    '{"a" -> [1, -]}',
    "{}",
    "[ab::cd]",
    "18446744073709551615",
  ],
];
const columns = [
  { name: "ts", type: "time" },
  { name: "id.orig_h", type: "addr" },
  { name: "tags", type: "set[string]" },
];

/** 60 messages of all kinds. */
async function raiseAll(context: Context): Promise<void> {
  const dns = context.logs.open("zeek.dns", "DNS::LOG", "Log::WRITER_SQLITE", { columns });
  const free = context.logs.open("zeek.free", "free");
  for (let i = 0; i < 12; i++) {
    context.events.raise(`app.e${i % 3}`, event("said", texts.map(parseValue)));
    context.events.raise("app.none", event("nothing"));
    dns.write([
      parseValue("2018-03-24T17:15:20.600843001Z"),
      parseValue("[2001:db8::1]"),
      parseValue('{"a", "\\xff"}'),
    ]);
    free.write([parseValue(texts[i]!)]);
    context.files.write(
      "app.files",
      `dir/${i % 2}.bin`,
      Uint8Array.from({ length: 300 }, (_, at) => at * i),
    );
  }
  await context.drained();
}

/** The messages of a recording, less what differs from one time to the next; by topic, which have an order each. */
function messages(text: string): Record<string, unknown[]> {
  const all: Record<string, unknown[]> = {};
  const logs = new Map<unknown, Record<string, unknown>>();
  for (const line of text.trimEnd().split("\n")) {
    const { at: _at, time: _time, origin: _origin, log, ...fields } = JSON.parse(line) as Record<string, unknown>;
    if (fields["kind"] === "log") logs.set(log, fields);
    if (!["event", "line", "file"].includes(String(fields["kind"]))) continue;
    const message = fields["kind"] === "line" ? { ...logs.get(log), ...fields } : fields;
    const topic = String((message as { topic: unknown }).topic);
    all[topic] = [...(all[topic] ?? []), message];
  }
  return all;
}

describe("record and replay", () => {
  it("give the same messages in a second cluster, but for their times", async () => {
    const [first, second] = [await cluster(), await cluster()];
    const [one, two] = [fresh(), fresh(".rec.gz")];
    const recorder = await recording(first.location, one, "--count", "60");
    await first.connection.settled();
    await raiseAll(first.context);
    const { status, out, err } = await recorder.ended;
    expect({ status, out }).toEqual({ status: 0, out: "" });
    expect(err).toMatch(/^recorded 24 events, 24 log lines, 12 file writes; dropped 0$/m);

    const again = await recording(second.location, two, "--count", "60");
    const replayed = await run("replay", second.location, one);
    expect(replayed).toMatchObject({ status: 0, out: "" });
    expect(replayed.err).toMatch(/^replayed 24 events, 24 log lines, 12 file writes of \S+ in \d+\.\d s\n$/);
    expect((await again.ended).status).toBe(0);

    const original = messages(readFileSync(one, "utf8"));
    expect(Object.keys(original).sort()).toEqual([
      "app.e0",
      "app.e1",
      "app.e2",
      "app.files",
      "app.none",
      "zeek.dns",
      "zeek.free",
    ]);
    expect(original["app.e0"]![0]).toEqual({
      kind: "event",
      topic: "app.e0",
      name: "said",
      values: texts,
    });
    expect(messages(gunzipSync(readFileSync(two)).toString())).toEqual(original);
  });

  it("take standard output and standard input", async () => {
    const { location, context, connection } = await cluster();
    const recorder = await recording(location, "-", "--count", "60");
    await connection.settled();
    await raiseAll(context);
    const { out } = await recorder.ended;
    const replay = start("replay", location, "-", "--dry-run");
    replay.child.stdin!.end(out);
    expect((await replay.ended).err).toMatch(
      /^would raise 24 events, 24 log lines, 12 file writes of - recorded over \d+\.\d s, under 7 topics\n$/,
    );
  });

  it("keep only what a filter holds for, of each kind", async () => {
    const { location, context, connection } = await cluster();
    const path = fresh();
    const filter = 'name == "nothing" || (log == "DNS::LOG" && id.orig_h in [2001:db8::]/32) || path ~ "*/1.bin"';
    const recorder = await recording(location, path, "--filter", filter, "--count", "30");
    await connection.settled();
    await raiseAll(context);
    const { status, err } = await recorder.ended;
    expect(status).toBe(0);
    expect(err).toMatch(/^recorded 12 events, 12 log lines, 6 file writes; filtered out \d+; dropped 0$/m);
    const text = await readFile(path, "utf8");
    expect(JSON.parse(text.slice(0, text.indexOf("\n")))).toMatchObject({ patterns: ["app.*", "zeek.*"], filter });
    const counts = Object.entries(messages(text)).map(([topic, all]) => [topic, all.length]);
    expect(Object.fromEntries(counts)).toEqual({ "app.none": 12, "zeek.dns": 12, "app.files": 6 });
    expect(text).not.toContain('"id":"free"'); // no log of which nothing is kept
    const { err: told } = await run("replay", location, path, "--dry-run");
    expect(told).toMatch(/^would raise 12 events, 12 log lines, 6 file writes /);
  });

  it("put a prefix before each topic, at a rate", async () => {
    const { location } = await cluster();
    const path = fresh();
    await writeFile(path, sample(5));
    const sub = start("sub", location, "again.*", "--count", "5");
    await sub.saying("err", /^subscribed/);
    const startMs = performance.now();
    expect((await run("replay", location, path, "--topic-prefix", "again.", "--rate", "20")).status).toBe(0);
    expect(performance.now() - startMs).toBeGreaterThan(150);
    expect((await sub.ended).out).toMatch(/^(?:\S+ {2}again\.app\.x {2}e\(\d\)\n){5}$/);
  });

  it("keep the time between messages, or a part of it", async () => {
    const { location } = await cluster();
    const path = fresh();
    await writeFile(path, sample(5, 1000));
    const startMs = performance.now();
    const { status, err } = await run("replay", location, path, "--speed", "10x");
    expect(status).toBe(0);
    expect(err).toMatch(/^nobody subscribes to any of it at tcp:\S+: the messages went nowhere$/m);
    expect(performance.now() - startMs).toBeGreaterThan(400);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("end in good order at %s", async (signal) => {
    const { location, context, connection } = await cluster();
    const path = fresh(".rec.gz");
    const recorder = await recording(location, path);
    await connection.settled();
    await raiseAll(context);
    await connection.settled();
    const { status, err } = await recorder.end(signal);
    expect({ status, err }).toEqual({ status: 0, err: expect.stringMatching(/^recorded \d+ events?/m) });
    expect(gunzipSync(await readFile(path)).toString()).toMatch(/\{"kind":"end",.*\}\n$/);
  });

  it("end after a time, and before too many bytes", async () => {
    const { location, context, connection } = await cluster();
    const [timed, small] = [fresh(), fresh()];
    const brief = await recording(location, timed, "--duration", "50ms");
    expect(await brief.ended).toMatchObject({ status: 0, err: expect.stringMatching(/^recorded 0 events/m) });
    const bounded = await recording(location, small, "--max-bytes", "2KiB");
    await connection.settled();
    await raiseAll(context);
    expect((await bounded.ended).status).toBe(0);
    expect((await readFile(small)).length).toBeLessThan(2048 + 400); // the first and the last line do not count
  });

  it("wait where the output is slow, and lose nothing", async () => {
    const { location, context, connection } = await cluster();
    const recorder = new RunningCommand(["record", location, "zeek.*", "-o", "-", "--count", "120"], { isRead: false });
    await recorder.saying("err", /^recording/);
    await connection.settled();
    const log = context.logs.open("zeek.big", "big");
    const text = "x".repeat(200_000);
    let isRead = false;
    for (let i = 0; i < 120; i++) {
      if (log.write([`${i} ${text}`])) continue;
      if (!isRead) recorder.read(); // somebody waits by now, which is what was to be shown
      isRead = true;
      await context.drained();
    }
    expect(isRead).toBe(true);
    const { status, out, err } = await recorder.ended;
    expect({ status, err }).toEqual({ status: 0, err: expect.stringMatching(/ 120 log lines, .*dropped 0$/m) });
    const seen = messages(out)["zeek.big"] as { values: string[] }[];
    expect(seen.map(({ values }) => Number.parseInt(values[0]!.slice(1), 10))).toEqual(seen.map((_, i) => i));
    expect(seen).toHaveLength(120);
  });

  it("append to a recording, and play both parts", async () => {
    const { location, context, connection } = await cluster();
    const path = fresh();
    await writeFile(path, `${sample(3)}{"kind":"eve`); // cut off
    const recorder = await recording(location, path, "--count", "1");
    await connection.settled();
    context.events.raise("app.x", event("more"));
    expect((await recorder.ended).err).toMatch(/^appending /);
    const { status, err } = await run("replay", location, path, "--dry-run");
    expect(status).toBe(0);
    expect(err).toMatch(/:6: no JSON: \S+: the recording was cut off there\nwould raise 4 events/);
  });
});

describe("a recording that was cut off", () => {
  it("is played up to there, with a word about it", async () => {
    const path = fresh();
    await writeFile(path, sample(3).replace(/\{"kind":"end".*\n/, ""));
    const whole = await run("replay", "tcp://127.0.0.1:1", path, "--dry-run");
    expect(whole).toMatchObject({
      status: 0,
      err: expect.stringMatching(/:4: the last line is no end: the recording was cut off there\nwould raise 3/),
    });
    await appendFile(path, '{"kind":"event","at":1,"ti');
    const torn = await run("replay", "tcp://127.0.0.1:1", path, "--dry-run");
    expect(torn).toMatchObject({
      status: 0,
      err: expect.stringMatching(/:5: no JSON: .*: the recording was cut off there\nwould raise 3/),
    });
  });

  it("is told even when it is packed and was killed", async () => {
    const { location, context, connection } = await cluster();
    const path = fresh(".rec.gz");
    const recorder = await recording(location, path);
    await connection.settled();
    await raiseAll(context);
    while ((await readFile(path)).length < 500) await new Promise((resolve) => setImmediate(resolve));
    await recorder.end("SIGKILL");
    const { status, err } = await run("replay", location, path, "--dry-run");
    expect(status).toBe(0);
    expect(err).toMatch(/the recording was cut off there\nwould raise \d+ events/);
  });
});

describe("wrong input", () => {
  const rows: readonly (readonly [what: string, args: readonly string[], status: number, line: RegExp])[] = [
    ["no output", ["record", "LOC", "*"], 2, /required option '-o, --output <file>' not specified/],
    ["a bad pattern", ["record", "LOC", "*********", "-o", "DIR/x.rec"], 2, /\[BAD_PATTERN\]$/],
    ["a bad filter", ["record", "LOC", "*", "-o", "DIR/x.rec", "--filter", "name = 5"], 2, /column 6.*\[BAD_FILTER\]$/],
    ["a bad time", ["record", "LOC", "*", "-o", "DIR/x.rec", "--duration", "soon"], 2, /wanted a time such as 2s/],
    [
      "a bad size",
      ["record", "LOC", "*", "-o", "DIR/x.rec", "--max-bytes", "10MB"],
      2,
      /wanted a number of bytes such as/,
    ],
    [
      "a file that is something else",
      ["record", "LOC", "*", "-o", "DIR/letter"],
      2,
      /is no recording to append to.*\[BAD_ARGUMENT\]$/,
    ],
    [
      "a packed file",
      ["record", "LOC", "*", "-o", "DIR/packed.gz"],
      2,
      /a packed one is not appended to.*\[BAD_ARGUMENT\]$/,
    ],
    [
      "a folder that is not there",
      ["record", "LOC", "*", "-o", "DIR/no/x.rec"],
      1,
      /no such file or folder \[ENOENT\]$/,
    ],
    ["a folder", ["record", "LOC", "*", "-o", "DIR"], 1, /\[EISDIR\]$/],
    ["both paces", ["replay", "LOC", "DIR/good.rec", "--rate", "1", "--speed", "1x"], 2, /of which only one can be/],
    ["a bad prefix", ["replay", "LOC", "DIR/good.rec", "--topic-prefix", "a*"], 2, /\[BAD_TOPIC\]$/],
    ["no such file", ["replay", "LOC", "DIR/none.rec"], 1, /no such file or folder \[ENOENT\]$/],
    ["a folder to play", ["replay", "LOC", "DIR"], 1, /is a folder.*\[BAD_RECORDING\]$/],
    ["a letter", ["replay", "LOC", "DIR/letter"], 1, /letter:1: no JSON: "Dear all,".*\[BAD_RECORDING\]$/],
    ["nothing", ["replay", "LOC", "DIR/empty"], 1, /empty: it is empty.*\[BAD_RECORDING\]$/],
    ["a bad line", ["replay", "LOC", "DIR/bad.rec"], 1, /bad.rec:3: no JSON.*\[BAD_RECORDING\]$/],
    ["a topic that is none", ["replay", "LOC", "DIR/topic.rec"], 2, /\[BAD_TOPIC\]$/],
    ["nobody there", ["replay", "tcp://127.0.0.1:1", "DIR/good.rec"], 1, /\[UNREACHABLE\]$/],
  ];

  let location = "";

  beforeAll(async () => {
    ({ location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*"));
    await writeFile(join(folder, "letter"), "Dear all,\n");
    await writeFile(join(folder, "empty"), "");
    await writeFile(join(folder, "packed.gz"), "x");
    await writeFile(join(folder, "good.rec"), sample(2));
    await writeFile(join(folder, "bad.rec"), sample(2).split("\n").toSpliced(2, 0, "{").join("\n"));
    await writeFile(join(folder, "topic.rec"), sample(2).replaceAll("app.x", ".x"));
  });

  it.each(rows)("is told in one line: %s", async (_, args, status, line) => {
    const ended = await run(...args.map((arg) => arg.replace("LOC", location).replace("DIR", folder)));
    const last = ended.err.trimEnd().split("\n").at(-1);
    expect({ status: ended.status, out: ended.out, last }).toEqual({
      status,
      out: "",
      last: expect.stringMatching(line),
    });
    expect(ended.err).not.toMatch(/^ {4}at /m);
  });
});

/** A recording of so many events, some time apart. */
function sample(events: number, apartMs = 0): string {
  const lines = Array.from({ length: events }, (_, i) => ({
    ...{ kind: "event", at: i * apartMs, time: "2026-01-01T00:00:00Z", topic: "app.x", origin: "a", name: "e" },
    values: [`${i}`],
  }));
  const head = { switchyard: "recording", version: 1, began: "2026-01-01T00:00:00Z", patterns: ["*"] };
  const end = { kind: "end", events, lines: 0, files: 0, missed: 0 };
  return [head, ...lines, end].map((line) => `${JSON.stringify(line)}\n`).join("");
}
