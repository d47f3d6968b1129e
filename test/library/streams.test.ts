/** Events and lines as a loop reads them. */
import { describe, expect, it } from "vitest";
import type { Context } from "../../library/context.ts";
import { count } from "../../library/core/values/index.ts";
import { event } from "../../library/events.ts";
import { FrameKind } from "../../library/wire/frames.ts";
import { Company, inbox, raise } from "./company.ts";
import { eventShape, frame, idOf, message, Stage } from "./stage.ts";

async function pair(): Promise<readonly [Context, Context]> {
  const company = new Company();
  const [a, b] = [company.node("a"), company.node("b")];
  await company.join(a, b);
  return [a, b];
}

describe("a stream of events", () => {
  it("gives each in order, and answers questions", async () => {
    const [a, b] = await pair();
    const stream = b.events.stream("t*");
    await stream.ready;
    raise(a, "t1", "one");
    raise(a, "other");
    raise(a, "t2", "two");
    const survey = a.events.survey("t3", event("three"), { expected: 1 });
    const seen: string[] = [];
    for await (const { event: it, topic, reply } of stream) {
      seen.push(`${topic} ${it.name}`);
      if (!reply.isWanted) continue;
      reply([count(seen.length)]);
      break;
    }
    expect(seen).toEqual(["t1 one", "t2 two", "t3 three"]);
    expect((await survey)[0]?.args).toEqual([count(3)]);
  });

  it("takes its handler off when the loop ends", async () => {
    const [a, b] = await pair();
    const stream = b.events.stream("t");
    await stream.ready;
    raise(a, "t");
    for await (const { topic } of stream) if (topic === "t") break;
    await expect(b.events.off("t")).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("ends when its signal aborts, also for who waits", async () => {
    const [, b] = await pair();
    const end = new AbortController();
    const stream = b.events.stream("t", { signal: end.signal });
    const next = stream.next();
    end.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await expect(b.events.off("t")).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
    const late = b.events.stream("t", { signal: end.signal });
    expect(await late.next()).toEqual({ done: true, value: undefined });
  });

  it("ends when the context closes, after what has come", async () => {
    const [, b] = await pair();
    b.topics.subscribeLocally("t");
    const stream = b.events.stream("t");
    raise(b, "t", "last");
    await b.close();
    expect((await stream.next()).value?.event.name).toBe("last");
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(() => b.events.stream("t")).toThrow(expect.objectContaining({ code: "CLOSED" }));
  });

  it("drops events of our own when it is full, and counts them", async () => {
    const [, b] = await pair();
    b.topics.subscribeLocally("t");
    const stream = b.events.stream("t", { capacity: 2 });
    for (const name of ["one", "two", "three"]) raise(b, "t", name);
    expect(stream.dropped).toBe(1);
    expect((await stream.next()).value?.event.name).toBe("one");
    raise(b, "t", "four");
    expect(stream.dropped).toBe(1);
    expect((await stream.next()).value?.event.name).toBe("two");
    expect((await stream.next()).value?.event.name).toBe("four");
  });

  it("holds up the peer when it is full, and loses nothing", async () => {
    const stage = await new Stage().listen();
    const stream = stage.node.events.stream("t", { capacity: 4 });
    const peer = await stage.peer("a");
    peer.give(
      frame(FrameKind.stream, [0, idOf("a"), "hand-a", "t", 0, 0]),
      eventShape(0, 0, "said", "s"),
      ...[0, 1, 2].map((i) => message(FrameKind.event, [`${i}`], 0, i)),
    );
    expect(peer.isPaused).toBe(false);
    peer.give(message(FrameKind.event, ["3"], 0, 3), message(FrameKind.event, ["4"], 0, 4)); // one was on its way
    expect(peer.isPaused).toBe(true);
    const seen: unknown[] = [];
    const read = async (): Promise<void> => void seen.push((await stream.next()).value?.event.args[0]);
    await read();
    await read();
    await stage.settle();
    expect(peer.isPaused).toBe(true);
    await read();
    await stage.settle();
    expect(peer.isPaused).toBe(false);
    await read();
    await read();
    expect(seen).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("holds nobody up once it has ended", async () => {
    const stage = await new Stage().listen();
    const stream = stage.node.events.stream("t", { capacity: 1 });
    const peer = await stage.peer("a");
    peer.give(
      frame(FrameKind.stream, [0, idOf("a"), "hand-a", "t", 0, 0]),
      eventShape(0, 0, "said", "s"),
      message(FrameKind.event, ["0"], 0, 0),
    );
    expect(peer.isPaused).toBe(true);
    await stream.return();
    await stage.settle();
    expect(peer.isPaused).toBe(false);
  });

  it("keeps a fast sender at the pace of a slow loop", async () => {
    const [a, b] = await pair();
    const stream = b.events.stream("t", { capacity: 8 });
    await stream.ready;
    const sending = (async () => {
      for (let i = 0; i < 2_000; i++) {
        a.events.raise("t", event("e", [count(i)]));
        if (i % 100 === 99) await a.drained();
      }
    })();
    const seen: number[] = [];
    for await (const { event: it } of stream) {
      seen.push(Number(it.args[0]));
      if (seen.length === 2_000) break;
      if (seen.length % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await sending;
    expect(seen).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
  });

  it.each([0, -1, 1.5, Number.NaN])("is refused with a capacity of %s", async (capacity) => {
    const a = new Company().node("a");
    expect(() => a.events.stream("t", { capacity })).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
    await expect(a.events.off("t")).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
  });
});

it("gives the lines of logs, too", async () => {
  const [a, b] = await pair();
  const stream = b.logs.stream("t");
  await stream.ready;
  const log = a.logs.open("t", "Test::LOG", undefined, { columns: [{ name: "n", type: "count" }] });
  log.write([count(1)]);
  log.write([count(2)]);
  const seen: unknown[] = [];
  for await (const { line, topic } of stream) {
    seen.push([topic, line.log.id, Number(line.values[0])]);
    if (seen.length === 2) break;
  }
  expect(seen).toEqual([
    ["t", "Test::LOG", 1],
    ["t", "Test::LOG", 2],
  ]);
  await inbox(b, "done");
});
