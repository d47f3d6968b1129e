/** What the commands print, as text: events, log lines, clusters. */
import { describe, expect, it } from "vitest";
import {
  count,
  type LogHeader,
  type LogLine,
  type NodeReport,
  type ReceivedEvent,
  time,
  type Value,
} from "../../../library/index.ts";
import { dotGraph, mermaidGraph } from "../../../server/cli/cluster-graph.ts";
import { readableCluster } from "../../../server/cli/cluster-tree.ts";
import { clusterOf } from "../../../server/cli/cluster-view.ts";
import { jsonEvents, readableEvents } from "../../../server/cli/event-line.ts";
import { jsonLines, readableLines, tsvLines } from "../../../server/cli/log-printer.ts";
import { counted, cut, inGroups, printable, styleFor } from "../../../server/cli/style.ts";

const plain = styleFor(false, {});
const when = time("2026-11-23T12:00:00.5Z");
const origin = { name: "n", id: "0" };

describe("events", () => {
  const received = (name: string, args: readonly Value[]): ReceivedEvent => ({
    name,
    args,
    time: when,
    origin,
    hops: 1,
  });

  it("are one line, whatever their names hold", () => {
    const format = readableEvents({ style: plain, isTerminal: false });
    expect(format(received("e\n", ["a\nb", count(1)]), "t\u001b[2J")).toBe(
      '2026-11-23T12:00:00.5Z  t\\u001b[2J  e\\u000a("a\\nb", 1)',
    );
  });

  it("are short on a terminal", () => {
    const format = readableEvents({ style: styleFor(true, {}), isTerminal: true });
    const line = format(received("e", []), "t").replaceAll("\u001b", "ESC");
    expect(line).toMatch(/^ESC\[2m\d\d:\d\d:00\.500ESC\[22m {2}ESC\[36mtESC\[39m {2}ESC\[1meESC\[22m\(\)$/);
  });

  it("are JSON in the form of values", () => {
    expect(jsonEvents(received("e", [when, [null]]), "t")).toBe(
      '{"time":"2026-11-23T12:00:00.5Z","topic":"t","name":"e","args":[{"time":"2026-11-23T12:00:00.5Z"},[null]]}',
    );
  });
});

describe("log lines", () => {
  const header = (id: string, names: readonly string[]): LogHeader => ({
    topic: `logs.${id}`,
    id,
    writer: "w",
    columns: names.map((name) => ({ name, type: "string" })),
  });
  const line = (log: LogHeader, ...values: readonly Value[]): LogLine => ({ log, values, time: when, origin, hops: 1 });
  const a = header("a", ["x", "y"]);
  const b = header("bb", ["z"]);

  it("have the header of their log above them in TSV, each time it changes", () => {
    const format = tsvLines(() => new Date(2026, 10, 23, 9, 5, 7));
    const lines = [line(a, "1", "2"), line(a, "3", null), line(b, ""), line(a, "4", "5")].map(format);
    expect(lines[0]!.split("\n").slice(4)).toEqual([
      "#path\ta",
      "#open\t2026-11-23-09-05-07",
      "#fields\tx\ty",
      "#types\tstring\tstring",
      "1\t2",
      "",
    ]);
    expect(lines[1]).toBe("3\t-\n");
    expect(lines[2]).toMatch(/#path\tbb\n(?:.*\n)*\(empty\)\n$/);
    expect(lines[3]).toMatch(/#path\ta\n(?:.*\n)*4\t5\n$/);
  });

  it("are objects in JSON", () => {
    const format = jsonLines();
    expect([line(a, "1", null), line(b, "2")].map(format)).toEqual(['{"x":"1"}\n', '{"z":"2"}\n']);
  });

  it("get columns where they have none", () => {
    const bare = { ...a, columns: [] };
    expect(jsonLines()(line(bare, "1", count(2)))).toBe('{"column_1":"1","column_2":2}\n');
    expect(tsvLines(() => new Date())(line(bare, null, count(2)))).toMatch(
      /#fields\tcolumn_1\tcolumn_2\n#types\tstring\tcount\n-\t2\n$/,
    );
  });

  it("are a table for people, names above and logs in front", () => {
    const format = readableLines({ style: plain, isTerminal: false });
    const text = [line(a, "1", "two"), line(b, "z\n"), line(a, "long", "3")].map(format).join("");
    expect(text).toBe(["   x  y", "a  1  two", "    z", "bb  z\\u000a", "a   long  3", ""].join("\n"));
  });
});

describe("clusters", () => {
  const report = (id: string, more: Partial<NodeReport>): NodeReport => ({
    ...{
      name: id,
      id,
      isPrivate: false,
      version: "v",
      protocol: 1,
      platform: "p",
      pid: 1,
      startedAtMs: 0,
      uptimeMs: 65_000,
    },
    ...{
      listening: [],
      connections: [],
      subscriptions: [],
      offers: [],
      forwards: [],
      topics: [],
      topicsLeftOut: 0,
      hops: 1,
    },
    ...more,
  });
  const connection = (peer: string, direction: "in" | "out", state = "up"): NodeReport["connections"][number] => ({
    ...{ id: 1, peerName: peer, peerId: peer, location: "tcp://h:1", direction, state, sinceMs: 0, wants: [] },
    ...{ sentMessages: 1234, sentBytes: 0, receivedMessages: 0, receivedBytes: 0 },
    ...{ queuedMessages: 0, queuedBytes: 0, droppedMessages: 2 },
  });
  const view = clusterOf(
    [
      report("me", { connections: [connection('r"1', "out")], hops: 0 }),
      report('r"1', {
        forwards: [{ pattern: "*" }],
        listening: ["tcp://h:1"],
        connections: [connection("me", "in"), connection("s", "in"), connection("gone", "in", "down")],
        subscriptions: [
          { pattern: '.node.r"1', scope: "all", handlers: 1 },
          { pattern: "l", scope: "local", handlers: 1 },
        ],
        topics: [{ topic: "t", raised: 0, delivered: 3, forwarded: 4000, dropped: 0, perSecond: 12.3 }],
        topicsLeftOut: 7,
      }),
      report("s", { connections: [connection('r"1', "out")], isPrivate: true }),
    ],
    "me",
  );

  it("have each connection once, and nothing of whoever asked", () => {
    expect(view.nodes.map(({ id }) => id)).toEqual(['r"1', "s"]);
    expect(view.edges).toEqual([
      { from: "s", to: 'r"1', location: "tcp://h:1", state: "up" },
      { from: "gone", to: 'r"1', location: "tcp://h:1", state: "down" },
    ]);
    expect([...view.silent.values()]).toEqual(["gone"]);
  });

  it("are text for people", () => {
    expect(readableCluster(view, plain)).toBe(`3 nodes, 2 connections

r"1  v, pid 1, up 1 min
  listens   tcp://h:1
  peers     ← s  tcp://h:1  sent 1 234, received 0, dropped 2
            ← gone  tcp://h:1  down  sent 1 234, received 0, dropped 2
  forwards  *
  wants     l of its own
  topics    t     12/s  delivered 3, forwarded 4 000
            and 7 more

s  v  tells nothing of itself

gone  does not answer
`);
  });

  it("are graphs that no name can break", () => {
    expect(dotGraph(view)).toBe(`digraph cluster {
  node [shape=box];
  n1 [label="r\\"1\\nforwards *\\nwants l"];
  n2 [label="s", style=dashed];
  n3 [label="gone\\ndoes not answer", style=dashed];
  n2 -> n1 [label="tcp://h:1"];
  n3 -> n1 [label="tcp://h:1 (down)", style=dashed];
}
`);
    expect(mermaidGraph(view)).toBe(`graph LR
  n1["r#34;1<br/>forwards *<br/>wants l"]
  n2["s"]
  n3["gone<br/>does not answer"]
  n2 -->|"tcp://h:1"| n1
  n3 -.->|"tcp://h:1 (down)"| n1
`);
  });
});

it("writes for people", () => {
  expect([0, 999, 1000, 1234567].map(inGroups)).toEqual(["0", "999", "1 000", "1 234 567"]);
  expect([counted(1, "line"), counted(2, "line")]).toEqual(["1 line", "2 lines"]);
  expect([cut("abc", 3), cut("abcd", 3)]).toEqual(["abc", "ab…"]);
  expect(printable("a\u202eb\r")).toBe("a\\u202eb\\u000d");
});
