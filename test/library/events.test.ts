/** Handlers: several, failing, slow, taken off; and what they are given. */
import { describe, expect, it, vi } from "vitest";
import { count, Time, time } from "../../library/core/values/index.ts";
import { event } from "../../library/events.ts";
import { Company, inbox, raise } from "./company.ts";

describe("handlers", () => {
  it("are given name, values, time, origin, hops and topic", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const got = new Promise<unknown>((resolve) => {
      void b.events.on("t", ({ name, args, time: at, origin, hops }, topic) =>
        resolve({ name, args, at, origin, hops, topic }),
      );
    });
    await b.topics.subscribe("t");
    const at = time(new Date("2026-03-04T05:06:07.089Z"));
    a.events.raise("t", event("Module::it", [count(1), "x"], { time: at }));
    const origin = { name: "a", id: a.id };
    expect(await got).toEqual({ name: "Module::it", args: [count(1), "x"], at, origin, hops: 1, topic: "t" });
  });

  it("all run, each function once, in the order of registration", async () => {
    const a = new Company().node("a");
    a.topics.subscribeLocally("*");
    const order: string[] = [];
    const both = (): unknown => order.push("both");
    await a.events.on("t", () => order.push("first"));
    await a.events.on("t", both);
    await a.events.on("*", both);
    await a.events.on("t*", () => order.push("last"));
    raise(a, "t");
    expect(order).toEqual(["first", "both", "last"]);
  });

  it("may look at the bytes as they came, until they have read the values", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const got = new Promise<readonly unknown[]>((resolve) => {
      void b.events.on("t", (received) => resolve([Buffer.from(received.raw!), received.args, received.raw]));
    });
    await b.topics.subscribe("t");
    a.events.raise("t", event("e", [count(5), "x"]));
    expect(await got).toEqual([Buffer.from([0x92, 0x05, 0xa1, 0x78]), [count(5), "x"], undefined]);
  });

  it("that throw hurt nobody else, and are told as an error", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const told = vi.fn();
    b.on("error", told);
    await b.events.on("t", () => {
      throw new Error("oh no");
    });
    await b.events.on("t", () => Promise.reject(new Error("later")));
    const arrived = await inbox(b, "t");
    raise(a, "t");
    raise(a, "t", "last");
    await arrived.until("t last");
    await Promise.resolve();
    expect(arrived.seen).toEqual(["t e", "t last"]);
    expect(told.mock.calls.map(([error]) => (error as { code: string }).code)).toContain("HANDLER_FAILED");
    expect(b.lastError?.code).toBe("HANDLER_FAILED");
    expect(told.mock.calls[0]?.[0]).toMatchObject({ cause: new Error("oh no") });
  });

  it("that are taken off run no more; `off` without a handler takes all of the pattern", async () => {
    const a = new Company().node("a");
    a.topics.subscribeLocally("*");
    const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()];
    await a.events.on("t", first);
    await a.events.on("t", second);
    await a.events.on("t*", other);
    await a.events.off("t", first);
    raise(a, "t");
    await a.events.off("t");
    raise(a, "t");
    expect([first, second, other].map((each) => each.mock.calls.length)).toEqual([0, 1, 2]);
    await expect(a.events.off("t")).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
  });

  it("may take themselves off while they run", async () => {
    const a = new Company().node("a");
    a.topics.subscribeLocally("*");
    const second = vi.fn();
    await a.events.on("t", () => void a.events.off("t"));
    await a.events.on("t", second);
    raise(a, "t");
    raise(a, "t");
    expect(second).not.toHaveBeenCalled();
  });

  it("that take their time are waited for, and nothing is lost", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    let running = 0;
    let most = 0;
    await b.events.on("t", async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    });
    const arrived = await inbox(b, "*");
    for (let i = 0; i < 50; i++) {
      raise(a, "t", `${i}`);
      await a.drained();
      await new Promise((resolve) => setImmediate(resolve));
    }
    raise(a, "u", "last");
    expect(await arrived.until("u last")).toHaveLength(51);
    expect(most).toBeLessThan(50);
  });
});

describe("events", () => {
  it("carry the time at which they are raised", async () => {
    const company = new Company();
    const wallMs = Date.UTC(2026, 4, 5);
    const { systemClock } = await import("../../library/clock.ts");
    const a = company.node("a", { clock: { ...systemClock, wallMs: () => wallMs } });
    a.topics.subscribeLocally("t");
    const seen: unknown[] = [];
    await a.events.on("t", ({ time: at }) => seen.push(at));
    raise(a, "t");
    expect(seen).toEqual([new Time(BigInt(wallMs) * 1_000_000n)]);
  });

  it.each([[""], [7], ["x".repeat(1025)]])("refuse the name %j", (name) => {
    expect(() => event(name as string)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
  });
});
