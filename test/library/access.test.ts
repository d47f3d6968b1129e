/**
 * What a peer may do, held against peers that do something else, by hand and through real routers.
 *
 * Each case is one way to go beyond one's rights; what must hold is that nobody gets anything of it, that the peer is
 * told where it did it itself, and that others go on.
 */
import { describe, expect, it } from "vitest";
import { type AccessRule, type Context, event, type ReceivedEvent } from "../../library/index.ts";
import { FrameKind } from "../../library/wire/frames.ts";
import { Company, inbox, raise } from "./company.ts";
import { eventShape, frame, type HandPeer, idOf, message, Stage } from "./stage.ts";

interface Scene {
  readonly stage: Stage;
  readonly heard: string[];
  /** The peer that the rules are about. */
  readonly peer: HandPeer;
  /** Wants everything, and may have it. */
  readonly other: HandPeer;
}

/** A router with a handler for everything, between `hand-a`, whom the rules are about, and `hand-b`. */
async function scene(access: readonly AccessRule[], wants: readonly string[] = []): Promise<Scene> {
  const stage = await new Stage().listen({ access });
  const heard: string[] = [];
  for (const pattern of ["*", ".node.real"]) {
    void stage.node.events.on(pattern, ({ args: [text], origin }: ReceivedEvent, topic) => {
      heard.push(`${topic} of ${origin.name}: ${String(text)}`);
    });
  }
  stage.node.topics.forward("*");
  stage.node.topics.forward(".node.*");
  const other = await stage.peer("b", ["*", ".node.hand-b"]);
  const peer = await stage.peer("a", wants);
  return { stage, heard, peer, other };
}

/** Announces a stream of one event with a string. */
function announced(origin: string, topic: string, { number = 0, serial = 0, first = 0, name = `hand-${origin}` } = {}) {
  return [
    frame(FrameKind.stream, [number, idOf(origin), name, topic, serial, first]),
    eventShape(number, 0, "said", "s"),
  ];
}

function told(text: string, number = 0, sequence = 0): Uint8Array {
  return message(FrameKind.event, [text], number, sequence);
}

function interest(origin: string, pattern: string, path: readonly string[]): Uint8Array {
  return frame(FrameKind.interest, [[idOf(origin), pattern, path.map(idOf)]]);
}

/** Messages that it was sent. */
function events({ frames }: HandPeer): number {
  return frames.filter(({ kind }) => kind === FrameKind.event).length;
}

/** It was told why, and its connection is closed; that of the other goes on. */
async function expectClosed({ stage, peer, other, heard }: Scene, code: string): Promise<void> {
  await stage.settle();
  expect(peer.isClosed).toBe(true);
  expect(peer.ofKind(FrameKind.bye)).toEqual([[code, expect.stringContaining("hand-a")]]);
  expect(stage.errors.map((error) => error.code)).toEqual([code]);
  const before = heard.length;
  other.give(...announced("b", "elsewhere"), told("still here"));
  expect(heard.slice(before)).toEqual(["elsewhere of hand-b: still here"]);
}

const topics = ["zeek.conn", "zeek.secret.key", "a", "alerts/high", "ä.🚦"];

/** Rules, each of which alone forbids all of these topics. */
const rules: readonly (readonly [
  string,
  (what: "publish" | "forward" | "subscribe", topic: string) => AccessRule[],
])[] = [
  ["denied by name", (what, topic) => [{ identity: "hand-a", [what]: { deny: [topic] } }]],
  [
    "denied to all by a pattern, though allowed",
    (what) => [
      { identity: "hand-*", [what]: { allow: ["*"] } },
      { identity: "*-a", [what]: { deny: ["*"] } },
    ],
  ],
  ["not among what is allowed", (what) => [{ identity: "*-a", [what]: { allow: ["other.*", "*.other"] } }]],
  [
    "allowed to certificates only",
    (what) => [
      { identity: "*-a", [what]: { allow: [] } },
      { identity: { certificateName: "*" }, [what]: { allow: ["*"] } },
      { identity: { fingerprint: "ab".repeat(32) }, [what]: { allow: ["*"] } },
    ],
  ],
];

const matrix = rules.flatMap(([name, rulesFor]) => topics.map((topic) => [topic, name, rulesFor] as const));

describe("T19, X4: a peer that publishes", () => {
  it.each(matrix)("%s, %s: closed with FORBIDDEN, and nobody gets it", async (topic, _, rulesFor) => {
    const all = await scene(rulesFor("publish", topic));
    all.peer.give(...announced("a", topic), told("forbidden"));
    await expectClosed(all, "FORBIDDEN");
    expect(all.heard.join()).not.toContain("forbidden");
    expect(events(all.other)).toBe(0);
  });

  it.each(topics)("%s, which is allowed, though others are not: delivered", async (topic) => {
    const access = { publish: { allow: [topic, "x.*"], deny: ["x.other"] }, forward: { allow: [] } };
    const { stage, peer, other, heard } = await scene([{ identity: "*-a", ...access }]);
    peer.give(...announced("a", topic), told("fine"));
    await stage.settle();
    expect([heard, events(other)]).toEqual([[`${topic} of hand-a: fine`], 1]);
    expect(stage.errors).toEqual([]);
  });
});

describe("T19, X4: a peer that passes on", () => {
  it.each(matrix)("%s, %s: nobody gets it, it is counted, and the peer stays", async (topic, _, rulesFor) => {
    const { stage, peer, other, heard } = await scene(rulesFor("forward", topic));
    peer.give(...announced("c", topic), told("forbidden"), told("forbidden", 0, 1));
    peer.give(...announced("a", topic, { number: 1 }), told("its own", 1));
    await stage.settle();
    expect(heard).toEqual([`${topic} of hand-a: its own`]);
    expect(events(other)).toBe(1);
    expect(peer.isClosed).toBe(false);
    expect(stage.errors.map(({ code }) => code)).toEqual(["FORBIDDEN"]);
    expect(stage.node.stats().refused).toBe(2);
    expect(stage.node.connections.all().map((each) => each.stats().refusedMessages)).toEqual([0, 2]);
  });

  it("again and again is told once a minute, with how often", async () => {
    const { stage, peer } = await scene([{ identity: "*", forward: { allow: [] } }]);
    for (let i = 0; i < 9; i++) peer.give(frame(FrameKind.stream, [i, idOf("c"), "hand-c", `t${i}`, i, 0]));
    expect(stage.errors).toHaveLength(1);
    stage.clock.now += 60_000;
    peer.give(frame(FrameKind.stream, [9, idOf("c"), "hand-c", "t9", 9, 0]));
    expect(stage.errors.map((error) => error.message)).toEqual([
      expect.stringContaining('hand-a passed on messages of hand-c under "t0", which nobody got'),
      expect.stringContaining('under "t9" and 8 more since'),
    ]);
    peer.destroy();
    await stage.settle();
    expect(stage.node.stats().refused).toBe(0);
  });
});

describe("T19, X4: a peer that subscribes to", () => {
  it.each(matrix)("%s, %s: closed with FORBIDDEN", async (topic, _, rulesFor) => {
    const all = await scene(rulesFor("subscribe", topic));
    all.peer.give(interest("a", topic, ["a"]));
    all.stage.node.events.raise(topic, event("said", ["forbidden"]));
    await expectClosed(all, "FORBIDDEN");
    expect(events(all.peer)).toBe(0);
  });

  it.each(matrix)("everything, of which %s is %s: gets the rest", async (topic, _, rulesFor) => {
    const { stage, peer, other } = await scene(rulesFor("subscribe", topic));
    peer.give(interest("c", "*", ["c", "a"]), interest("c", topic, ["c", "a"]), interest("c", "x.other", ["c", "a"]));
    for (const each of [topic, "x.other"]) stage.node.events.raise(each, event("said", ["text"]));
    other.give(...announced("b", topic), told("text")); // forwarded as little as raised
    await stage.settle();
    const sent = peer.ofKind(FrameKind.stream).map(([, , , its]) => its);
    expect(sent).not.toContain(topic);
    expect(peer.isClosed).toBe(false);
  });

  it("what rules say nothing of: gets what is raised and what others bring", async () => {
    const { stage, peer, other } = await scene([{ identity: "*", subscribe: { deny: ["secret"] } }], ["*"]);
    for (const topic of ["secret", "open"]) stage.node.events.raise(topic, event("said", ["raised"]));
    other.give(...announced("b", "secret"), told("brought"), ...announced("b", "open", { number: 1, serial: 1 }));
    other.give(told("brought", 1));
    await stage.settle();
    expect(peer.ofKind(FrameKind.stream).map(([, , , topic]) => topic)).toEqual(["open", "open"]);
    expect(events(peer)).toBe(2);
  });

  it("nothing at all, by the rules: still gets what is for itself", async () => {
    const { stage, peer } = await scene([{ identity: "*-a", subscribe: { allow: [] } }], [".node.hand-a"]);
    stage.node.events.raise(".node.hand-a", event("said", ["for you"]));
    await stage.settle();
    expect(events(peer)).toBe(1);
    expect(stage.errors).toEqual([]);
  });
});

describe("T19, X4: topics of single nodes", () => {
  it.each([".node.hand-b", ".node.real", ".node.nobody", ".node.*", ".n*", ".*", ".node.hand-a*"])(
    "are not for another: a peer that subscribes to %s is closed with FORBIDDEN",
    async (pattern) => {
      const all = await scene([]);
      all.peer.give(interest("a", pattern, ["a"]));
      all.stage.node.events.raise(".node.hand-b", event("said", ["for b"]));
      await expectClosed(all, "FORBIDDEN");
      expect(events(all.peer)).toBe(0);
      expect(events(all.other)).toBe(1);
    },
  );

  it.each([".node.*", ".n*", ".*", ".node.hand-b", ".node.real", ".node.hand*"])(
    "are not for who is behind another: interest in %s that is passed on gets nothing",
    async (pattern) => {
      const { stage, peer, other } = await scene([]);
      peer.give(interest("c", pattern, ["c", "a"]));
      stage.node.events.raise(".node.hand-b", event("said", ["for b"]));
      other.give(...announced("b", ".node.real"), told("for the router"));
      await stage.settle();
      expect([events(peer), events(other), peer.isClosed]).toEqual([0, 1, false]);
    },
  );

  it("are for that node behind another, as long as it is not a neighbour itself", async () => {
    const { stage, peer, other } = await scene([]);
    peer.give(interest("c", ".node.hand-c", ["c", "a"]));
    stage.node.events.raise(".node.hand-c", event("said", ["for c"]));
    await stage.settle();
    expect([events(peer), events(other)]).toEqual([1, 0]);
    const itself = await stage.peer("c", [".node.hand-c"]);
    stage.node.events.raise(".node.hand-c", event("said", ["for c"]));
    await stage.settle();
    expect([events(peer), events(itself)]).toEqual([1, 1]);
    itself.destroy();
    await stage.settle();
    stage.node.events.raise(".node.hand-c", event("said", ["for c"]));
    await stage.settle();
    expect(events(peer)).toBe(2);
  });

  it.each([".secret", ".switchyard.nodes", ".node", ".node.", "."])(
    "are all that is passed on of reserved ones: a stream under %s is BAD_TOPIC, whoever's it is",
    async (topic) => {
      for (const origin of ["a", "c"]) {
        const all = await scene([]);
        all.peer.give(...announced(origin, topic), told("reserved"));
        await expectClosed(all, "BAD_TOPIC");
        expect(all.heard).toHaveLength(1);
      }
    },
  );
});

describe("T19, X4: a peer that speaks for others", () => {
  it.each([
    ["of a neighbour under another name", "b", { name: "hand-x" }],
    ["of a neighbour under its own name", "b", { name: "hand-a" }],
    ["of its own under the name of a neighbour", "a", { name: "hand-b" }],
    ["of its own under the router's name", "a", { name: "real" }],
  ])("announces a stream %s: BAD_FRAME", async (_, origin, options) => {
    const all = await scene([]);
    all.peer.give(...announced(origin, "t", options), told("forged"));
    await expectClosed(all, "BAD_FRAME");
    expect(all.heard.join()).not.toContain("forged");
    expect(events(all.other)).toBe(0);
  });

  it("brings the router its own messages: they are an echo, which nobody gets", async () => {
    const { stage, peer, other, heard } = await scene([]);
    const self = stage.node.id;
    peer.give(frame(FrameKind.stream, [0, self, "real", "t", 0, 0]), eventShape(0, 0, "said", "s"), told("forged"));
    await stage.settle();
    expect([heard, events(other), peer.isClosed]).toEqual([[], 0, false]);
    expect(stage.node.stats().refused).toBe(1);
  });

  it("says that a neighbour's stream is of another topic: nobody gets it, and the neighbour goes on", async () => {
    const { stage, peer, other, heard } = await scene([]);
    other.give(...announced("b", "t"), told("one"));
    peer.give(...announced("b", "u"), told("forged"));
    other.give(told("two", 0, 1));
    await stage.settle();
    expect(heard).toEqual(["t of hand-b: one", "t of hand-b: two"]);
  });

  it("said so before the neighbour did: the neighbour's word counts", async () => {
    const { stage, peer, other, heard } = await scene([]);
    peer.give(...announced("b", "u"));
    other.give(...announced("b", "t"), told("one"), told("two", 0, 1));
    peer.give(told("forged"));
    await stage.settle();
    expect(heard).toEqual(["t of hand-b: one", "t of hand-b: two"]);
  });

  it.each([
    ["announces", (by: number) => [...announced("b", "t", { first: by })]],
    ["sends", (by: number) => [...announced("b", "t"), told("forged", 0, by)]],
    ["announces and sends", (by: number) => [...announced("b", "t", { first: by }), told("forged", 0, by)]],
  ])("%s that a neighbour's messages are further on: the neighbour's own are no repeats", async (_, forge) => {
    for (const by of [5, 60_000, 2 ** 30]) {
      const { stage, peer, other, heard } = await scene([]);
      other.give(...announced("b", "t"), told("one"));
      peer.give(...forge(by));
      for (let i = 1; i < 5; i++) other.give(told(`next ${i}`, 0, i));
      await stage.settle();
      expect(heard).toEqual(["one", "next 1", "next 2", "next 3", "next 4"].map((text) => `t of hand-b: ${text}`));
      expect(peer.isClosed).toBe(false);
    }
  });

  it("announced that far ahead before the neighbour came: the neighbour's word counts", async () => {
    const { stage, peer, other, heard } = await scene([]);
    peer.give(...announced("b", "t", { first: 2 ** 30 }));
    other.give(...announced("b", "t"), told("one"));
    await stage.settle();
    expect(heard).toEqual(["t of hand-b: one"]);
  });

  it("is believed again once the neighbour is gone", async () => {
    const { stage, peer, other, heard } = await scene([]);
    other.give(...announced("b", "t"), told("one"));
    peer.give(...announced("b", "t"), told("one, again"), told("two, too early", 0, 1));
    other.destroy();
    await stage.settle();
    peer.give(told("two", 0, 1));
    expect(heard).toEqual(["t of hand-b: one", "t of hand-b: two"]);
    expect(stage.node.stats()).toMatchObject({ repeated: 2, missing: 0 });
  });

  it("is believed again once the neighbour is no longer asked", async () => {
    const stage = await new Stage().listen({ autoSubscribe: false });
    const heard: unknown[] = [];
    void stage.node.events.on("*", ({ args: [text] }) => heard.push(text));
    const [other, peer] = [await stage.peer("b"), await stage.peer("a")];
    const [toOther, toPeer] = stage.node.connections.all();
    for (const connection of [toOther, toPeer]) void stage.node.topics.subscribe("t", connection);
    other.give(...announced("b", "t"), told("one"));
    peer.give(...announced("b", "t"), told("one, again"));
    void stage.node.topics.unsubscribe("t", toOther);
    peer.give(told("two", 0, 1));
    await stage.settle();
    expect(heard).toEqual(["one", "two"]);
  });
});

describe("T19, X4: through real routers", () => {
  /** x behind `left`, and y behind `right`, which lets `left` in by these rules. */
  async function chain(
    access: readonly AccessRule[],
  ): Promise<{ x: Context; left: Context; right: Context; y: Context }> {
    const company = new Company();
    const [x, left, right, y] = ["x", "left", "right", "y"].map((name) => company.node(name)) as [
      Context,
      Context,
      Context,
      Context,
    ];
    for (const router of [left, right]) router.topics.forward("*");
    await company.join(x, left);
    await company.join(left, right, { listen: { access } });
    await company.join(y, right);
    return { x, left, right, y };
  }

  async function settled(...contexts: readonly Context[]): Promise<void> {
    for (const context of contexts) for (const each of context.connections.all()) await each.settled();
  }

  it.each([
    ["forward", [{ identity: "left", forward: { deny: ["secret*"] } }]],
    ["forward, by what is allowed", [{ identity: "left", forward: { allow: ["open"] } }]],
  ] satisfies [string, AccessRule[]][])(
    "%s: what comes from behind it goes no further, all else does",
    async (_, access) => {
      const { x, left, right, y } = await chain(access);
      const arrived = await inbox(y, "*");
      await settled(y, right, left);
      raise(x, "secret.a");
      raise(left, "secret.b"); // its own
      raise(x, "open");
      const seen = await arrived.until("open e");
      expect(seen).toEqual(["secret.b e", "open e"]);
      expect(right.stats().refused).toBe(1);
      expect(left.connections.all().every(({ state }) => state === "up")).toBe(true);
    },
  );

  it("subscribe: what is denied to the router reaches nobody behind it", async () => {
    const { x, left, right, y } = await chain([{ identity: "left", subscribe: { deny: ["secret"] } }]);
    const [atX, atLeft] = [await inbox(x, "*"), await inbox(left, "*")];
    await settled(x, left, right);
    for (const topic of ["secret", "open"]) raise(y, topic);
    expect(await atX.until("open e")).toEqual(["open e"]);
    expect(await atLeft.until("open e")).toEqual(["open e"]);
  });

  it("publish: the peer that does is closed, told why, and does not come back", async () => {
    const company = new Company();
    const [a, hub] = [company.node("a"), company.node("hub")];
    const failed = new Promise((resolve) => a.on("error", resolve));
    const arrived = await inbox(hub, "*");
    const [connection] = await company.join(a, hub, {
      listen: { access: [{ identity: "a", publish: { allow: ["ok"] } }] },
    });
    const closed = new Promise((resolve) => connection.on("closed", resolve));
    raise(a, "ok");
    raise(a, "forbidden");
    const why = { code: "FORBIDDEN", message: expect.stringContaining('a may not publish "forbidden"') };
    expect(await closed).toMatchObject(why);
    expect(await failed).toMatchObject(why);
    expect(a.lastError).toMatchObject(why);
    expect([connection.state, arrived.seen]).toEqual(["closed", ["ok e"]]);
  });

  it("open: the listener may do what whoever opened says", async () => {
    const company = new Company();
    const [a, hub] = [company.node("a"), company.node("hub")];
    const arrived = await inbox(a, "*");
    const [connection] = await company.join(a, hub, {
      open: { access: [{ identity: "hub", publish: { deny: ["no"] } }] },
    });
    const closed = new Promise((resolve) => connection.on("closed", resolve));
    raise(hub, "yes");
    raise(hub, "no");
    expect(await closed).toMatchObject({ code: "FORBIDDEN" });
    expect(arrived.seen).toEqual(["yes e"]);
  });
});
