import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { notification, request } from "../../server/protocol/descriptors.ts";
import { RequestFailed } from "../../webview/host.ts";
import { MessageHost, type Port, readMessage } from "../../webview/message-host.ts";

const ask = request<{ readonly n: number }, number>("test/ask");
const told = notification<{ readonly n: number }>("test/told");

function testPort() {
  const posted: { id: number; method: string; params: unknown }[] = [];
  let receive: (message: unknown) => void = () => undefined;
  const port: Port = {
    post: (message) => posted.push(message as (typeof posted)[number]),
    listen: (handler) => {
      receive = handler;
    },
    state: { get: () => undefined, set: () => undefined },
  };
  return { port, posted, receive: (message: unknown) => receive(message) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a request", () => {
  it("carries its method and resolves with its own answer, whatever the order", async () => {
    const { port, posted, receive } = testPort();
    const host = new MessageHost(port);
    const first = host.request(ask, { n: 1 });
    const second = host.request(ask, { n: 2 });
    expect(posted.map(({ method, params }) => ({ method, params }))).toEqual([
      { method: "test/ask", params: { n: 1 } },
      { method: "test/ask", params: { n: 2 } },
    ]);
    receive({ id: posted[1]?.id, result: 20 });
    receive({ id: posted[0]?.id, result: 10 });
    expect(await Promise.all([first, second])).toEqual([10, 20]);
    expect(host.dropped).toBe(0);
  });

  it("fails with the code and the sentence of the failure", async () => {
    const { port, posted, receive } = testPort();
    const asked = new MessageHost(port).request(ask, { n: 1 });
    receive({ id: posted[0]?.id, failure: { code: "CLOSED", message: "no such monitor" } });
    await expect(asked).rejects.toEqual(new RequestFailed("CLOSED", "no such monitor"));
    await expect(asked).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("gives up after ten seconds, and drops the late answer without a count", async () => {
    const { port, posted, receive } = testPort();
    const host = new MessageHost(port);
    const asked = host.request(ask, { n: 1 });
    const failing = expect(asked).rejects.toMatchObject({ code: "TIMED_OUT" });
    await vi.advanceTimersByTimeAsync(10_000);
    await failing;
    receive({ id: posted[0]?.id, result: 1 });
    expect(host.dropped).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is given up by its signal, before it is sent or after", async () => {
    const { port, posted } = testPort();
    const host = new MessageHost(port);
    const aborting = new AbortController();
    const asked = host.request(ask, { n: 1 }, aborting.signal);
    aborting.abort();
    await expect(asked).rejects.toMatchObject({ code: "ABORTED" });
    await expect(host.request(ask, { n: 2 }, aborting.signal)).rejects.toMatchObject({ code: "ABORTED" });
    expect(posted).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a notification", () => {
  it("reaches its handlers until they unsubscribe", () => {
    const { port, receive } = testPort();
    const host = new MessageHost(port);
    const heard: number[] = [];
    const stop = host.on(told, ({ n }) => heard.push(n));
    host.on(told, ({ n }) => heard.push(10 * n));
    receive({ method: "test/told", params: { n: 1 } });
    stop();
    receive({ method: "test/told", params: { n: 2 } });
    expect(heard).toEqual([1, 10, 20]);
  });
});

describe("what has no shape of ours", () => {
  const strange: readonly unknown[] = [
    undefined,
    null,
    7,
    "hello",
    [],
    {},
    { id: 1 },
    { id: "1", result: 1 },
    { id: 1.5, result: 1 },
    { id: 1, failure: "no" },
    { id: 1, failure: { code: 7, message: "no" } },
    { method: 7 },
  ];

  it.each(strange.map((message) => [message]))("is dropped and counted: %j", (message) => {
    expect(readMessage(message)).toBeUndefined();
    const { port, receive } = testPort();
    const host = new MessageHost(port);
    receive(message);
    expect(host.dropped).toBe(1);
  });

  it("includes an answer to what was never asked", () => {
    const { port, receive } = testPort();
    const host = new MessageHost(port);
    receive({ id: 5, result: 1 });
    expect(host.dropped).toBe(1);
  });
});
