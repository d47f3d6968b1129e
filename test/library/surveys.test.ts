/** Surveys as programs see them, over real transports: who answers, when it ends, and what does not count. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Context } from "../../library/context.ts";
import { addr, count, Time } from "../../library/core/values/index.ts";
import { type EventHandler, event, type Reply } from "../../library/events.ts";
import type { Answer } from "../../library/surveys.ts";
import { SimulatedTime } from "../simulator/clock.ts";
import { Company, inbox, raise } from "./company.ts";

function summary(answers: readonly Answer[]): unknown[] {
  return answers
    .map(({ node, name, args }) => [node.name, name, ...args])
    .sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

/** A handler that answers with the name of its node. */
async function answering(context: Context, pattern = "q*"): Promise<void> {
  await context.events.on(pattern, (_event, _topic, reply) => reply([context.name]));
}

/** An asker whose time stands still until it is told to pass, and who listens as everybody does. */
function timeless(company: Company, name = "asker") {
  const time = new SimulatedTime();
  const context = company.node(name, {
    clock: { ...time.clock, soon: (task) => void setImmediate(task) },
  });
  return { context, time };
}

describe("answers", () => {
  it.each(["inproc", "tcp"] as const)("come from every node that handles the topic, over %s", async (scheme) => {
    const company = new Company();
    const asker = company.node("asker");
    const { location } = await asker.connections.listen(
      scheme === "tcp" ? "tcp://127.0.0.1:0" : `inproc://surveyed-${process.pid}`,
    );
    for (const name of ["a", "b", "c"]) {
      const node = company.node(name);
      await answering(node);
      const isThere = new Promise((resolve) => asker.on("peer", resolve));
      await node.connections.open(location);
      await isThere; // the opener may be up a moment earlier
    }
    const answers = await asker.events.survey("q", event("who", [count(5)]), { expected: 3 });
    expect(summary(answers)).toEqual([
      ["a", "who", "a"],
      ["b", "who", "b"],
      ["c", "who", "c"],
    ]);
    expect(answers.every(({ hops, afterMs, time }) => hops === 1 && afterMs >= 0 && time instanceof Time)).toBe(true);
  });

  it("are given what was asked, once, and may be an event", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const seen: unknown[] = [];
    const at = new Time(1_700_000_000_123_456_789n);
    await b.events.on("q", ({ name, args, hops, origin, raw }, topic, reply) => {
      seen.push({ name, args, hops, origin: origin.name, raw, topic, isWanted: reply.isWanted });
      expect(reply(event("yes", [addr("10.0.0.1"), null, [1, "x"]], { time: at }))).toBe(true);
    });
    const [answer, ...others] = await a.events.survey("q", event("who", [count(7), "x"]), { expected: 1 });
    expect(others).toEqual([]);
    expect(answer).toMatchObject({ name: "yes", args: [addr("10.0.0.1"), null, [1, "x"]], time: at, hops: 1 });
    expect(answer?.node).toEqual({ name: "b", id: b.id });
    expect(seen).toEqual([
      { name: "who", args: [count(7), "x"], hops: 1, origin: "a", raw: undefined, topic: "q", isWanted: true },
    ]);
  });

  it("cross routers, and rings, once each", async () => {
    const company = new Company();
    const [asker, left, right, far] = ["asker", "left", "right", "far"].map((name) => company.node(name)) as [
      Context,
      Context,
      Context,
      Context,
    ];
    for (const [one, other] of [
      [asker, left],
      [asker, right],
      [left, far],
      [right, far],
      [left, right],
    ] as const) {
      await company.join(one, other);
    }
    for (const router of [left, right]) router.topics.forward("*");
    for (const node of [left, right, far]) await answering(node);
    await Promise.all(asker.connections.all().map((connection) => connection.settled()));
    const answers = await asker.events.survey("q", event("who"), { expected: 3 });
    expect(summary(answers)).toEqual([
      ["far", "who", "far"],
      ["left", "who", "left"],
      ["right", "who", "right"],
    ]);
    expect(answers.find(({ node }) => node.name === "far")?.hops).toBe(2);
  });

  it("trigger no handler, and may come after a while", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    a.topics.subscribeLocally("other");
    const seen = vi.fn();
    await a.events.on("*", seen);
    await b.events.on("q", async (_event, _topic, reply) => {
      await new Promise((resolve) => setImmediate(resolve));
      reply([true]);
    });
    const answers = await a.events.survey("q", event("who"), { expected: 1 });
    expect(answers[0]?.args).toEqual([true]);
    expect(seen).not.toHaveBeenCalled();
  });

  it("come from our own handlers where the topic is subscribed locally", async () => {
    const a = new Company().node("a");
    await answering(a);
    const alone = a.events.survey("q", event("who"), { timeoutMs: 1 });
    expect(await alone).toEqual([]);
    a.topics.subscribeLocally("q");
    const [own] = await a.events.survey("q", event("who"), { expected: 1 });
    expect(own).toMatchObject({ node: { name: "a", id: a.id }, hops: 0, args: ["a"] });
  });

  it("are harmless where nobody asked", async () => {
    const a = new Company().node("a");
    a.topics.subscribeLocally("*");
    const replies: [boolean, boolean][] = [];
    const handler: EventHandler = (_event, _topic, reply) => replies.push([reply.isWanted, reply([1])]);
    await a.events.on("t", handler);
    raise(a, "t");
    expect(replies).toEqual([[false, false]]);
    await a.events.off("t", handler);
    raise(a, "t");
    expect(replies).toHaveLength(1);
  });

  it("that are none are told to the handler", async () => {
    const a = new Company().node("a");
    a.topics.subscribeLocally("*");
    const caught: unknown[] = [];
    await a.events.on("q", (_event, _topic, reply) => {
      for (const bad of [5, "x", new Array(1024).fill(1)]) {
        try {
          reply(bad as never);
        } catch (error) {
          caught.push((error as { code: string }).code);
        }
      }
      reply();
    });
    const [answer] = await a.events.survey("q", event("who"), { expected: 1 });
    expect(caught).toEqual(["BAD_ARGUMENT", "BAD_ARGUMENT", "TOO_MANY"]);
    expect(answer?.args).toEqual([]);
  });

  it("are told as they come; a callback that fails hurts nobody", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b"), company.node("c")];
    const failed = vi.fn();
    a.on("error", failed);
    for (const node of [b, c]) {
      await answering(node);
      await company.join(node, a);
    }
    const told: string[] = [];
    const answers = await a.events.survey("q", event("who"), {
      expected: 2,
      onAnswer: ({ node }) => {
        told.push(node.name);
        throw new Error("oh no");
      },
    });
    expect(told).toEqual(answers.map(({ node }) => node.name));
    expect(failed.mock.calls.map(([error]) => (error as { code: string }).code)).toEqual([
      "HANDLER_FAILED",
      "HANDLER_FAILED",
    ]);
  });

  it("carry as many and as long arguments as a message may", async () => {
    const a = new Company().node("a");
    a.topics.subscribeLocally("*");
    await a.events.on("q", ({ args }, _topic, reply) => reply(args));
    const most = new Array(1_022).fill([count(1)]);
    const [answer] = await a.events.survey("q", event("who", most), { expected: 1 });
    expect(answer?.args).toEqual(most);
    await expect(a.events.survey("q", event("who", [...most, 1]))).rejects.toMatchObject({ code: "TOO_MANY" });
  });
});

describe("the end", () => {
  it("M8: comes at the deadline of the monotonic clock, with those that answered; later ones are counted", async () => {
    const company = new Company();
    const { context: asker, time } = timeless(company);
    const prompt = company.node("prompt");
    const slow = company.node("slow");
    let late: Reply | undefined;
    await answering(prompt);
    await slow.events.on("q", (_event, _topic, reply) => {
      late = reply;
    });
    for (const node of [prompt, slow]) await company.join(node, asker);
    const came = new Promise<void>((resolve) => {
      void asker.events
        .survey("q", event("who"), { timeoutMs: 2_000, onAnswer: () => resolve() })
        .then((answers) => order.push("ended", summary(answers)));
    });
    const order: unknown[] = [];
    await came;
    await vi.waitFor(() => expect(late).toBeDefined());
    const startMs = time.nowMs;
    while (order.length === 0) {
      time.step();
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(time.nowMs - startMs).toBe(2_000);
    expect(order).toEqual(["ended", [["prompt", "who", "prompt"]]]);
    expect(late?.([1])).toBe(true);
    const heard = await inbox(asker, "after");
    raise(slow, "after", "it");
    await heard.until("after it");
    expect(asker.stats()).toMatchObject({ answersLate: 1, answersRepeated: 0, answersRefused: 0 });
  });

  it("M8: comes once `expected` have answered, of each node the first; second ones are counted", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b"), company.node("c")];
    for (const node of [b, c]) await company.join(node, a);
    await b.events.on("q", (_event, _topic, reply) => {
      reply(["first"]);
      reply(["second"]);
    });
    const after = await inbox(a, "after");
    let last: Reply | undefined;
    await c.events.on("q", (_event, _topic, reply) => {
      last = reply;
    });
    const survey = a.events.survey("q", event("who"), { expected: 2 });
    await vi.waitFor(() => expect(last).toBeDefined());
    raise(b, "after", "b");
    await after.until("after b");
    last?.(["last"]);
    expect(summary(await survey)).toEqual([
      ["b", "who", "first"],
      ["c", "who", "last"],
    ]);
    expect(a.stats()).toMatchObject({ answersRepeated: 1, answersLate: 0 });
  });

  it("is brought about by a signal, with what has come", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await answering(b);
    await company.join(a, b);
    const end = new AbortController();
    const survey = a.events.survey("q", event("who"), { signal: end.signal, onAnswer: () => end.abort() });
    expect(summary(await survey)).toEqual([["b", "who", "b"]]);
    const asked = vi.fn();
    await b.events.on("q", asked);
    expect(await a.events.survey("q", event("who"), { signal: end.signal })).toEqual([]);
    expect(asked).not.toHaveBeenCalled();
  });

  it("is a failure when the context closes, though nobody need mind it", async () => {
    const a = new Company().node("a");
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => void process.off("unhandledRejection", unhandled));
    const survey = a.events.survey("q", event("who"));
    void a.events.survey("q", event("who"));
    await a.close();
    await expect(survey).rejects.toMatchObject({ code: "CLOSED" });
    await expect(a.events.survey("q", event("who"))).rejects.toMatchObject({ code: "CLOSED" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("does not depend on nodes that leave", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b"), company.node("c")];
    await answering(b);
    for (const node of [b, c]) await company.join(node, a);
    await c.events.on("q", () => c.close());
    const answers = await a.events.survey("q", event("who"), { timeoutMs: 200 });
    expect(summary(answers)).toEqual([["b", "who", "b"]]);
  });
});

describe("what cannot be asked", () => {
  it.each([
    [{ timeoutMs: 0 }, "BAD_ARGUMENT"],
    [{ timeoutMs: -1 }, "BAD_ARGUMENT"],
    [{ timeoutMs: Number.NaN }, "BAD_ARGUMENT"],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, "OUT_OF_RANGE"],
    [{ expected: 0 }, "BAD_ARGUMENT"],
    [{ expected: 1.5 }, "BAD_ARGUMENT"],
    [{ expected: 10_001 }, "BAD_ARGUMENT"],
  ])("%j is refused with %s", async (options, code) => {
    const a = new Company().node("a");
    await expect(a.events.survey("q", event("who"), options)).rejects.toMatchObject({ code });
  });

  it.each(["", "a*", ".switchyard.x"])("topic %j", async (topic) => {
    const a = new Company().node("a");
    await expect(a.events.survey(topic, event("who"))).rejects.toMatchObject({ code: "BAD_TOPIC" });
    await a.close(); // nothing is left that waits
  });
});
