/** The picture of a cluster, made of what its nodes report. */
import { describe, expect, test } from "vitest";
import { buildTopology, mostTopics } from "../../../server/topology/build-topology.ts";
import { connection, report, topic } from "./reports.ts";

const self = "id-of-workbench";
const pictureOf = (...reports: Parameters<typeof buildTopology>[0]) =>
  buildTopology(reports, self, undefined, 1_000).topology;

test("X2: a node tells where it is not safe to listen", () => {
  const { nodes } = pictureOf(report("open", { insecure: ["tcp://0.0.0.0:1"] }), report("closed"));
  expect(nodes.map(({ insecure }) => insecure)).toEqual([["tcp://0.0.0.0:1"], undefined]);
});

test("F7: a node's stores are told, with what is wrong with them, and without what changes with each write", () => {
  const store = {
    topic: "t",
    role: "authority",
    state: "live",
    standing: "conflicted",
    rival: "west",
    isPersistent: true,
  };
  const { nodes } = pictureOf(
    report("east", { stores: [{ ...store, version: { epoch: 1, revision: 2 } }] }),
    report("none"),
  );
  expect(nodes.map(({ stores }) => stores)).toEqual([[store], undefined]);
});

describe("topics", () => {
  test("are summed over the nodes, and sorted", () => {
    const { topics } = pictureOf(
      report("one", { topics: [topic("z", { raised: 5, perSecond: 1.5, dropped: 1 }), topic("a", { raised: 1 })] }),
      report("two", { topics: [topic("z", { raised: 7, perSecond: 20, dropped: 2 })] }),
      report("router", { topics: [topic("z", { forwarded: 12 })] }),
    );
    expect(topics.map((each) => each.topic)).toEqual(["a", "z"]);
    expect(topics[1]).toMatchObject({ raised: 12, perSecond: 22, dropped: 3, publishers: ["one", "two"] });
  });

  test("that are only offered are there too", () => {
    const { topics } = pictureOf(report("one", { offers: ["quiet"] }));
    expect(topics).toEqual([
      { topic: "quiet", raised: 0, perSecond: 0, dropped: 0, publishers: ["one"], subscribers: [] },
    ]);
  });

  test("know who subscribes: by pattern, without the node that looks, and its own messages only where it is local", () => {
    const subscribes = (pattern: string, scope: "all" | "connection" | "local") => ({
      subscriptions: [{ pattern, scope, handlers: 1 }],
    });
    const { topics } = pictureOf(
      report("one", { topics: [topic("zeek.dns", { raised: 1 })], ...subscribes("zeek.*", "local") }),
      report("two", subscribes("*", "connection")),
      report("three", subscribes("zeek.conn", "all")),
      report("four", subscribes("*.dns", "local")),
      report("workbench", subscribes("*", "all")),
    );
    expect(topics[0]?.subscribers).toEqual(["one", "two"]);
  });

  test("know silent subscribers by what their peers say they want", () => {
    const { topics, silent } = pictureOf(
      report("one", {
        topics: [topic("zeek.dns", { raised: 1 })],
        connections: [connection(1, "foreign", { wants: ["zeek.*"] }), connection(2, "workbench", { wants: ["*"] })],
      }),
      report("workbench", { hops: 0 }),
    );
    expect(topics[0]?.subscribers).toEqual(["foreign"]);
    expect(silent).toEqual(["foreign"]);
  });

  test("beyond 10,000 the busiest stay, and the rest is counted", () => {
    const many = Array.from({ length: mostTopics + 5 }, (_, n) => topic(`t${n}`, { raised: 1, perSecond: n }));
    const { topics, topicsLeftOut } = pictureOf(report("one", { topics: many, topicsLeftOut: 30 }));
    expect([topics.length, topicsLeftOut]).toEqual([mostTopics, 35]);
    expect(topics.some(({ topic: name }) => name === "t4")).toBe(false);
  });
});

describe("rates", () => {
  test("are what the counters grew by, over the node's own clock", () => {
    const connected = (received: number, sent: number) => ({
      connections: [connection(1, "peer", { receivedMessages: received, sentMessages: sent })],
    });
    const first = buildTopology([report("one", { uptimeMs: 10_000, ...connected(100, 50) })], self, undefined, 0);
    const second = buildTopology([report("one", { uptimeMs: 12_000, ...connected(300, 51) })], self, first, 99_999);
    expect(first.topology.nodes[0]).toMatchObject({ receivedPerSecond: 0, sentPerSecond: 0 });
    expect(second.topology.nodes[0]).toMatchObject({ receivedPerSecond: 100, sentPerSecond: 0.5 });
    expect(second.topology.nodes[0]?.connections[0]).toMatchObject({ receivedPerSecond: 100, sentPerSecond: 0.5 });
  });

  test("of topics are the node's own word at first, then measured", () => {
    const raising = (uptimeMs: number, raised: number) =>
      report("one", { uptimeMs, topics: [topic("a", { raised, perSecond: 5 })] });
    const first = buildTopology([raising(1_000, 10)], self, undefined, 0);
    const second = buildTopology([raising(2_000, 40)], self, first, 1_000);
    expect([first, second].map(({ topology }) => topology.topics[0]?.perSecond)).toEqual([5, 30]);
  });

  test("never go below zero, also when a node began anew", () => {
    const with_ = (uptimeMs: number, raised: number) =>
      report("one", {
        uptimeMs,
        topics: [topic("a", { raised })],
        connections: [connection(1, "p", { sentMessages: raised })],
      });
    const first = buildTopology([with_(50_000, 900)], self, undefined, 0);
    const second = buildTopology([with_(1_000, 3)], self, first, 1_000);
    expect(second.topology.topics[0]?.perSecond).toBe(0);
    expect(second.topology.nodes[0]?.sentPerSecond).toBe(0);
  });
});

test("a topic is quiet since it last moved, as far as looks can tell", () => {
  const look = (raised: number, previous: ReturnType<typeof buildTopology> | undefined, nowMs: number) =>
    buildTopology([report("one", { uptimeMs: nowMs, topics: [topic("a", { raised })] })], self, previous, nowMs);
  const first = look(5, undefined, 1_000);
  const second = look(6, first, 2_000);
  const third = look(6, second, 5_000);
  expect([first, second, third].map(({ topology }) => topology.topics[0]?.quietMs)).toEqual([undefined, 0, 3_000]);
});

test("the node that looks is marked, and everything else passes through", () => {
  const forwards = [{ pattern: "zeek.*", from: "one" }];
  const { nodes } = pictureOf(
    report("router", { forwards, listening: ["tcp://127.0.0.1:1"] }),
    report("workbench", { hops: 0 }),
  );
  expect(nodes.map(({ isSelf }) => isSelf)).toEqual([false, true]);
  expect(nodes[0]).toMatchObject({ forwards, listening: ["tcp://127.0.0.1:1"], hops: 1, pid: 7 });
});

test("a node that keeps to itself is silent, and no node with nothing in it", () => {
  const { nodes, silent } = pictureOf(
    report("one", { connections: [connection(1, "shy")] }),
    report("shy", { isPrivate: true }),
  );
  expect([nodes.map(({ name }) => name), silent]).toEqual([["one"], ["shy"]]);
});

test("a peer whose link is down is not called silent", () => {
  expect(pictureOf(report("one", { connections: [connection(1, "gone", { state: "down" })] })).silent).toEqual([]);
});
