/** Monitors over the language server, with real nodes that raise and write. */
import { expect, test } from "vitest";
import { addr, count, event, Time, time } from "../../library/index.ts";
import { connect, disconnect } from "../../server/protocol/clusters.ts";
import { raiseEvent } from "../../server/protocol/events.ts";
import {
  clearMonitor,
  closeMonitor,
  monitorChanged,
  openMonitor,
  readMonitor,
  readRow,
} from "../../server/protocol/monitor.ts";
import { type Client, startServer } from "./client.ts";
import { listeningNode } from "./nodes.ts";

async function connected(): Promise<{
  readonly client: Client;
  readonly cluster: string;
  readonly sensor: Awaited<ReturnType<typeof listeningNode>>["context"];
}> {
  const client = await startServer();
  const { context, location } = await listeningNode("sensor");
  const { cluster } = await client.request(connect, { name: "lab", location });
  return { client, cluster, sensor: context };
}

/** Reads the newest rows once `received` messages have come. */
function pageOf(client: Client, monitor: string, received: number, more: object = {}) {
  return client.until(
    () => client.request(readMonitor, { monitor, first: -100, limit: 100, ...more }),
    ({ counters }) => counters.received >= received,
  );
}

test("keeps events and log lines as rows, in order, with all that a table shows", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["zeek.*"] });
  const raised = time("2024-04-12T19:29:12.000000001Z");
  sensor.events.raise("zeek.conn", event("conn_opened", [addr("10.0.0.1"), count(42), "x"], { time: raised }));
  const columns = [
    { name: "host", type: "addr" },
    { name: "seen", type: "count" },
  ];
  sensor.logs.open("zeek.hosts", "Hosts::LOG", undefined, { columns }).write([addr("10.0.0.2"), null]);

  const { rows, counters, total, first, newest } = await pageOf(client, monitor, 2);
  expect(rows).toMatchObject([
    {
      row: 0,
      kind: "event",
      topic: "zeek.conn",
      name: "conn_opened",
      text: '10.0.0.1, 42, "x"',
      sender: "sensor",
      hops: 1,
    },
    { row: 1, kind: "log", topic: "zeek.hosts", name: "Hosts::LOG", text: "10.0.0.2, -", sender: "sensor", hops: 1 },
  ]);
  expect(rows[0]?.timeMs).toBe(raised.toDate().getTime());
  expect(counters).toEqual({ received: 2, kept: 2, evicted: 0, cleared: 0, dropped: 0, shown: 2 });
  expect([total, first, newest]).toEqual([2, 0, 1]);
});

test("a row in full: exact time, typed values, JSON", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["*"] });
  const at = new Time(1_712_950_152_000_000_001n);
  sensor.events.raise("a.b", event("seen", ["x".repeat(3_000_000), count(1)], { time: at }));
  const columns = [{ name: "host", type: "addr" }];
  sensor.logs.open("a.c", "L", undefined, { columns }).write([addr("10.0.0.2")]);
  await pageOf(client, monitor, 2);

  const long = await client.request(readRow, { monitor, row: 0 });
  expect(long).toMatchObject({ time: "2024-04-12T19:29:12.000000001Z", senderId: sensor.id });
  expect(long?.text).toMatch(/^"x{255} … x{252}", 1$/);
  expect(long?.values.map(({ type, length }) => [type, length])).toEqual([
    ["string", 3_000_002],
    ["count", 1],
  ]);
  expect(long?.values[0]?.text.length).toBe(1024 * 1024);
  expect(long?.json).toBeUndefined();

  const line = await client.request(readRow, { monitor, row: 1 });
  expect(line?.values).toEqual([{ name: "host", type: "addr", text: "10.0.0.2", length: 8 }]);
  expect(JSON.parse(line?.json ?? "")).toMatchObject({
    topic: "a.c",
    log: "L",
    values: { host: { addr: "10.0.0.2" } },
  });
  expect(line?.raw).toBe("91ce0a000002"); // one element: 32 bits
  expect(long?.raw).toBeUndefined(); // 3 MB are not for a panel
  expect(await client.request(readRow, { monitor, row: 2 })).toBeNull();
});

test("a message that several patterns match is one row", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["a.*", "*", "a.b", "*"] });
  for (let n = 0; n < 10; n++) sensor.events.raise("a.b", event("e", [count(n)]));
  const { rows } = await pageOf(client, monitor, 10);
  expect(rows.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, n) => String(n)));
});

test("two monitors keep their own, and closing one leaves the other subscribed", async () => {
  const { client, cluster, sensor } = await connected();
  const one = await client.request(openMonitor, { cluster, patterns: ["a.*"] });
  const two = await client.request(openMonitor, { cluster, patterns: ["a.*"] });
  sensor.events.raise("a.b", event("e"));
  await pageOf(client, one.monitor, 1);
  await client.request(clearMonitor, { monitor: one.monitor });
  expect((await pageOf(client, one.monitor, 1)).counters).toMatchObject({ received: 1, kept: 0, cleared: 1, shown: 0 });
  await client.request(closeMonitor, { monitor: one.monitor });
  sensor.events.raise("a.b", event("e"));
  expect((await pageOf(client, two.monitor, 2)).counters).toMatchObject({ received: 2, kept: 2, cleared: 0 });
  expect(await client.failure(readMonitor, { monitor: one.monitor, first: 0, limit: 1 })).toMatchObject({
    code: "CLOSED",
  });
  expect(await client.request(closeMonitor, { monitor: one.monitor })).toBeNull();
});

test("the oldest rows make room; numbers, pages and counters stay exact", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor, maxRows } = await client.request(openMonitor, { cluster, patterns: ["*"], maxRows: 50 });
  expect(maxRows).toBe(50);
  for (let n = 0; n < 120; n++) sensor.events.raise("a", event("e", [count(n)]));
  const page = await pageOf(client, monitor, 120);
  expect(page.counters).toEqual({ received: 120, kept: 50, evicted: 70, cleared: 0, dropped: 0, shown: 50 });
  expect([page.first, page.rows[0]?.row, page.newest]).toEqual([0, 70, 119]);

  const paused = await pageOf(client, monitor, 120, { first: 10, limit: 5, upTo: 99 });
  expect([paused.total, paused.first, paused.rows.map(({ row }) => row)]).toEqual([30, 10, [80, 81, 82, 83, 84]]);
  const beyond = await pageOf(client, monitor, 120, { first: 400, limit: 5 });
  expect([beyond.total, beyond.first, beyond.rows]).toEqual([50, 50, []]);
});

test("a search shows what matches and counts it, also as rows go on coming", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["*"] });
  const search = { text: "NEEDLE", matchCase: false, isRegex: false };
  const raise = (text: string) => sensor.events.raise("a", event("e", [text]));
  raise("hay");
  raise("a needle");
  const first = await pageOf(client, monitor, 2, { search });
  expect([first.total, first.counters.shown, first.rows.map(({ row }) => row)]).toEqual([1, 1, [1]]);
  raise("hay");
  raise("needles");
  const second = await pageOf(client, monitor, 4, { search });
  expect([second.total, second.rows.map(({ row }) => row)]).toEqual([2, [1, 3]]);

  const wrong = { ...search, text: "(", isRegex: true };
  expect(await client.failure(readMonitor, { monitor, first: 0, limit: 1, search: wrong })).toEqual({
    code: "BAD_ARGUMENT",
    message: "the regular expression is wrong (Unterminated group)",
  });
});

test("of a flood every message is counted once: kept, pushed out, or lost on its way", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["*"], maxRows: 1_000 });
  const raised = 30_000; // far more than a peer's queue holds
  for (let n = 0; n < raised; n++) sensor.events.raise("a", event("e", [count(n)]));
  const { counters, rows, losses } = await client.until(
    () => client.request(readMonitor, { monitor, first: -1, limit: 1 }),
    (page) => page.counters.received + page.counters.dropped >= raised,
  );
  expect(losses.byCause).toEqual({ slow: counters.dropped, connection: 0, unknown: 0 });
  expect(losses.lines.flatMap((line) => line.losses)).toContainEqual(
    expect.objectContaining({ sender: "sensor", topic: "a", cause: "slow" }),
  );
  expect(losses.lines.reduce((sum, { messages }) => sum + messages, 0)).toBe(counters.dropped);
  expect(counters.received + counters.dropped).toBe(raised);
  expect(counters.received).toBe(counters.kept + counters.evicted);
  expect(counters.kept).toBe(1_000);
  expect(rows[0]?.text).toBe(String(raised - 1));
});

test("a panel is told once, and again when it has looked", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["*"] });
  for (let n = 0; n < 50; n++) sensor.events.raise("a", event("e"));
  const { version } = await client.next(monitorChanged);
  const page = await pageOf(client, monitor, 50);
  expect(page.version).toBeGreaterThanOrEqual(version);
  sensor.events.raise("a", event("e"));
  expect((await client.next(monitorChanged)).version).toBe(page.version + 1);
});

test("what the editor raises itself is there too", async () => {
  const { client, cluster } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["a.*"] });
  await client.request(raiseEvent, { cluster, topic: "a.b", name: "hello", args: '"me"' });
  const { rows } = await pageOf(client, monitor, 1);
  expect(rows).toMatchObject([{ topic: "a.b", name: "hello", text: '"me"', hops: 0 }]);
});

test("a gap is drawn for the time the connection was down, and rows from before stay", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["*"] });
  sensor.events.raise("a", event("e"));
  await pageOf(client, monitor, 1);
  await sensor.close();
  const down = await client.until(
    () => client.request(readMonitor, { monitor, first: 0, limit: 10 }),
    ({ gaps }) => gaps.length > 0,
  );
  expect(down.gaps).toEqual([{ fromMs: expect.any(Number) }]);
  expect(down.rows).toHaveLength(1);
});

test("hostile names from the cluster are harmless in a row", async () => {
  const { client, cluster, sensor } = await connected();
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["*"] });
  sensor.events.raise("a\u202eb\n", event("\u0000__proto__", ["\u202e", "<script>"]));
  const { rows } = await pageOf(client, monitor, 1);
  expect(rows[0]).toMatchObject({
    topic: "a\\u202eb\\u000a",
    name: "\\u0000__proto__",
    text: '"\\xe2\\x80\\xae", "<script>"',
  });
});

test("a bad pattern opens nothing; a cluster that is closed takes its monitors along", async () => {
  const { client, cluster } = await connected();
  const patterns = ["fine.*", "*********"];
  expect(await client.failure(openMonitor, { cluster, patterns })).toMatchObject({ code: "BAD_PATTERN" });
  expect(await client.failure(openMonitor, { cluster, patterns: [] })).toMatchObject({ code: "BAD_ARGUMENT" });
  const { monitor } = await client.request(openMonitor, { cluster, patterns: ["fine.*"] });
  await client.request(disconnect, { cluster });
  expect(await client.failure(clearMonitor, { monitor })).toMatchObject({ code: "CLOSED" });
  expect(await client.failure(openMonitor, { cluster, patterns: ["*"] })).toMatchObject({ code: "CLOSED" });
});

test("M4: a monitor tells what is lost under its own patterns, and nothing of what others look at", async () => {
  const { client, cluster, sensor } = await connected();
  const wanted = await client.request(openMonitor, { cluster, patterns: ["a", "a*"] });
  const other = await client.request(openMonitor, { cluster, patterns: ["b*"] });
  const raised = 30_000;
  for (let n = 0; n < raised; n++) sensor.events.raise("a1", event("e", [count(n)]));
  const { counters } = await client.until(
    () => client.request(readMonitor, { monitor: wanted.monitor, first: -1, limit: 1 }),
    (page) => page.counters.received + page.counters.dropped >= raised,
  );
  expect(counters.dropped).toBeGreaterThan(0);
  expect(counters.received + counters.dropped).toBe(raised); // once, though two patterns match
  const { counters: none, losses } = await client.request(readMonitor, { monitor: other.monitor, first: -1, limit: 1 });
  expect(none.dropped).toBe(0);
  expect(losses.lines).toEqual([]);
});
