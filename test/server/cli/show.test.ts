/** Real logs through three nodes in a row, by the command: what goes in on one side comes out on the other. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Context, formatTsvLine, LogReader } from "../../../library/index.ts";
import {
  dataLines,
  sampleFiles,
  sampleLines,
  samplePath,
  withoutSamples,
} from "../../library/core/zeek-log/samples.ts";
import { folder, listeningNode, run, start, useCommand } from "./command.ts";

useCommand();

/** Replays a file at one location and gives what was tailed at another. */
async function replayAndTail(file: string, from: string, to: string): Promise<string[]> {
  const isJson = file.endsWith(".json.gz");
  const expected = dataLines(sampleLines(file)).length;
  const topic = `zeek.${file}`;
  const tail = start("logs", "tail", to, topic, isJson ? "--json" : "--tsv", "--count", String(expected));
  await tail.saying("err", /^following/);
  const replay = await run("logs", "replay", from, topic, samplePath(file));
  expect(replay).toMatchObject({ status: 0, out: "" });
  expect(replay.err).toMatch(/^replayed [\d ]+ lines of .* in [\d.]+ s\n$/);
  const { status, out } = await tail.ended;
  expect(status).toBe(0);
  return dataLines(out.split("\n").slice(0, -1));
}

describe.skipIf(sampleFiles.length === 0)(`three nodes in a row (skipped where ${withoutSamples})`, () => {
  let left = "";
  let right = "";

  beforeAll(async () => {
    const first = await listeningNode("tcp://127.0.0.1:0", "--name", "left", "--forward", "*");
    left = first.location;
    right = `ipc://${join(folder, "right.sock")}`;
    // The middle one connects to the left by tcp; whoever is on the right comes by ipc.
    await listeningNode(right, "--name", "middle", "--connect", left, "--forward", "*");
  });

  it.each(sampleFiles)("%s comes out on the right as it went in on the left", async (file) => {
    expect(await replayAndTail(file, left, right)).toEqual(dataLines(sampleLines(file)));
  });

  it("dns.log.gz goes over ws as well", async () => {
    const { location } = await listeningNode("ws://127.0.0.1:0/bus", "--forward", "*");
    expect(location).toMatch(/^ws:/);
    expect(await replayAndTail("dns.log.gz", location, location)).toEqual(dataLines(sampleLines("dns.log.gz")));
  });

  it("dns.log.gz goes over inproc as well", async () => {
    const reader = new Context();
    const writer = new Context();
    const printed: string[] = [];
    const lines = sampleLines("dns.log.gz");
    try {
      await reader.connections.listen("inproc://dns");
      const expected = dataLines(lines).length;
      const done = new Promise<void>((resolve) => {
        void reader.logs.on("zeek.dns", ({ values }) => {
          if (printed.push(formatTsvLine(values)) === expected) resolve();
        });
      });
      await writer.connections.open("inproc://dns");
      const parser = new LogReader("dns.log");
      let log: ReturnType<Context["logs"]["open"]> | undefined;
      for (const line of lines) {
        const record = parser.read(line);
        if (record === undefined) continue;
        log ??= writer.logs.open("zeek.dns", "dns", undefined, { columns: record.layout.columns });
        if (!log.write(record.values)) await writer.drained();
      }
      await done;
    } finally {
      await Promise.all([reader.close(), writer.close()]);
    }
    expect(printed).toEqual(dataLines(lines));
  });
});
