import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerClient, type Session } from "../../extension/client.ts";
import { notification, request } from "../../server/protocol/descriptors.ts";

const echo = request<{ readonly text: string }, string>("test/echo");
const said = notification<{ readonly text: string }>("test/said");

/** A process that a test starts, fails and kills. */
class FakeProcess implements Session {
  readonly handlers = new Map<string, (params: unknown) => void>();
  readonly #ended: (why: string) => void;
  stops = 0;
  answer: (params: unknown) => Promise<unknown> = async (params) => (params as { text: string }).text;

  constructor(ended: (why: string) => void) {
    this.#ended = ended;
  }

  request(_method: string, params: unknown): Promise<unknown> {
    return this.answer(params);
  }

  on(method: string, handler: (params: unknown) => void): void {
    if (this.handlers.has(method)) throw new Error(`${method} is heard twice`);
    this.handlers.set(method, handler);
  }

  async stop(): Promise<void> {
    this.stops += 1;
  }

  crash(why = "it ended with status 1"): void {
    this.#ended(why);
  }
}

let processes: FakeProcess[];
let startProblem: string | undefined;

function newClient(): ServerClient {
  return new ServerClient(async (ended) => {
    if (startProblem !== undefined) throw new Error(startProblem);
    const started = new FakeProcess(ended);
    processes.push(started);
    return started;
  });
}

const newest = () => processes.at(-1) ?? new FakeProcess(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
  processes = [];
  startProblem = undefined;
});

afterEach(() => {
  vi.useRealTimers();
});

describe("ServerClient", () => {
  it("starts nothing before the first request", async () => {
    const client = newClient();
    expect(client.state).toEqual({ kind: "idle" });
    expect(await client.request(echo, { text: "hello" })).toBe("hello");
    expect(await client.request(echo, { text: "again" })).toBe("again");
    expect(processes).toHaveLength(1);
    expect(client.state).toEqual({ kind: "running" });
  });

  it("gives failures of the server with their code", async () => {
    const client = newClient();
    await client.request(echo, { text: "" });
    newest().answer = () =>
      Promise.reject(Object.assign(new Error("x"), { data: { code: "BAD_TOPIC", message: "no topic" } }));
    await expect(client.request(echo, { text: "" })).rejects.toMatchObject({ code: "BAD_TOPIC", message: "no topic" });
  });

  it("says why it did not start, and starts when a person asks", async () => {
    const client = newClient();
    startProblem = "cannot find dist/server/main.js";
    await expect(client.request(echo, { text: "" })).rejects.toMatchObject({ code: "SERVER_STOPPED" });
    expect(client.state).toEqual({ kind: "failed", why: startProblem });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(client.state.kind).toBe("failed");

    startProblem = undefined;
    await client.restart();
    expect(client.state).toEqual({ kind: "running" });
  });

  it("starts again after a crash, and hears notifications as before", async () => {
    const client = newClient();
    const heard: string[] = [];
    client.on(said, ({ text }) => heard.push(text));
    await client.request(echo, { text: "" });
    newest().handlers.get(said.method)?.({ text: "one" });
    newest().crash("it was ended by SIGKILL");
    expect(client.state).toMatchObject({ kind: "waiting", why: "it was ended by SIGKILL", attempt: 1 });
    await expect(client.request(echo, { text: "" })).rejects.toMatchObject({ code: "SERVER_STOPPED" });

    await vi.advanceTimersByTimeAsync(500);
    expect(processes).toHaveLength(2);
    newest().handlers.get(said.method)?.({ text: "two" });
    expect(heard).toEqual(["one", "two"]);
  });

  it("hears what it was asked to hear while it runs", async () => {
    const client = newClient();
    await client.request(echo, { text: "" });
    const heard: string[] = [];
    client.on(said, ({ text }) => heard.push(text));
    await Promise.resolve();
    newest().handlers.get(said.method)?.({ text: "one" });
    expect(heard).toEqual(["one"]);
  });

  it("gives no request more than its time", async () => {
    const client = newClient();
    await client.request(echo, { text: "" });
    newest().answer = () => new Promise(() => undefined);
    const asked = expect(client.request(echo, { text: "" })).rejects.toMatchObject({ code: "TIMED_OUT" });
    await vi.advanceTimersByTimeAsync(30_000);
    await asked;
  });

  it("leaves no process and no timer when it stops", async () => {
    const client = newClient();
    await client.request(echo, { text: "" });
    const first = newest();
    await client.stop();
    expect(first.stops).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    await expect(client.request(echo, { text: "" })).rejects.toMatchObject({ code: "SERVER_STOPPED" });
    expect(processes).toHaveLength(1);
  });

  it("stops a process that comes up after it was told to stop", async () => {
    const client = newClient();
    const asked = expect(client.request(echo, { text: "" })).rejects.toMatchObject({ code: "SERVER_STOPPED" });
    await client.stop();
    await asked;
    expect(newest().stops).toBeGreaterThan(0);
  });

  it("does not wait for a restart once it is stopped", async () => {
    const client = newClient();
    await client.request(echo, { text: "" });
    newest().crash();
    await client.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(processes).toHaveLength(1);
  });

  it("replaces a running process when a person asks for a restart", async () => {
    const client = newClient();
    await client.request(echo, { text: "" });
    const first = newest();
    await client.restart();
    expect(first.stops).toBe(1);
    expect(processes).toHaveLength(2);
    first.crash("late news of the old one");
    expect(client.state).toEqual({ kind: "running" });
  });
});
