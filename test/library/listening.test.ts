/** Where a node listens with what, and what it says of it. */
import { describe, expect, it } from "vitest";
import type { ListenOptions } from "../../library/connections.ts";
import { tcp } from "../../library/transports/tcp.ts";
import type { ListenerOptions, Transport } from "../../library/transports/transport.ts";
import { ws } from "../../library/transports/ws.ts";
import { Company } from "./company.ts";

const token = "0123456789abcdef0123456789abcdef";

/** Listens to nobody, and tells what it was given. */
function deaf(given: (ListenerOptions | undefined)[] = []): Transport {
  return {
    schemes: ["tcp", "tls", "ws", "wss"],
    connect: () => Promise.reject(new Error("nobody calls")),
    listen: (location, _, options) => {
      given.push(options);
      return Promise.resolve({ location: location.href, close: () => Promise.resolve() });
    },
  };
}

describe("X1: beyond this machine", () => {
  it.each<[string, ListenOptions]>([
    ["tcp://0.0.0.0:1", {}],
    ["tcp://0.0.0.0:1", { token }],
    ["ws://0.0.0.0:1", { token }],
    ["tls://0.0.0.0:1", {}],
    ["tls://0.0.0.0:1", { tls: { requireClientCert: true } }],
    ["wss://0.0.0.0:1", { tls: { requireClientCert: true, ca: "pem" } }],
    ["ws://127.0.0.1:1", { origins: ["https://lab.example"] }],
    ["ws://127.0.0.1:1", { hosts: ["lab.example"] }],
  ])("%s with %o is INSECURE_LISTEN, unless it is asked for in words", async (location, options) => {
    const a = new Company().node("a", { transports: [deaf()] });
    await expect(a.connections.listen(location, options)).rejects.toMatchObject({ code: "INSECURE_LISTEN" });
    expect(a.connections.listening()).toEqual([]);
    const listener = await a.connections.listen(location, { ...options, insecure: true });
    expect(listener.isInsecure).toBe(true);
    expect(listener.warning).toMatch(/^\w.*\w$/);
    const [report] = await a.cluster.nodes();
    expect([report?.listening, report?.insecure]).toEqual([[listener.location], [listener.location]]);
    await listener.close();
    expect(a.connections.insecure()).toEqual([]);
  });

  it.each<[string, ListenOptions]>([
    ["tls://0.0.0.0:1", { token }],
    ["tls://0.0.0.0:1", { tls: { requireClientCert: true, ca: "pem" } }],
    ["wss://0.0.0.0:1", { token, origins: ["https://lab.example"] }],
    ["ws://127.0.0.1:1", { token, hosts: ["lab.example"] }],
    ["tcp://[::1]:1", { insecure: true }],
  ])("%s with %o is safe", async (location, options) => {
    const a = new Company().node("a", { transports: [deaf()] });
    const listener = await a.connections.listen(location, options);
    expect([listener.isInsecure, listener.warning]).toEqual([false, undefined]);
    const [report] = await a.cluster.nodes();
    expect(report).not.toHaveProperty("insecure");
  });

  it("is told to whoever asks the cluster", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const { location } = await b.connections.listen("tcp://0.0.0.0:0", { insecure: true });
    const reports = await a.cluster.nodes();
    expect(reports.map(({ name, insecure }) => [name, insecure])).toEqual([
      ["a", undefined],
      ["b", [location]],
    ]);
  });
});

it("hands tls, origins and hosts to the transport, and the token to nobody", async () => {
  const given: (ListenerOptions | undefined)[] = [];
  const a = new Company().node("a", { transports: [deaf(given)] });
  const tls = { cert: "c", key: "k" };
  await a.connections.listen("wss://0.0.0.0:1", { tls, token, origins: ["https://o.example"], hosts: ["h.example"] });
  expect(given).toMatchObject([{ tls, origins: ["https://o.example"], hosts: ["h.example"] }]);
  expect(JSON.stringify(given)).not.toContain(token);
});

describe("X3: what is no token", () => {
  it.each<[unknown]>([[""], ["short"], ["x".repeat(21)], ["x".repeat(1_025)], [new Uint8Array(15)], [7], [null], [{}]])(
    "is BAD_TOKEN, and is not repeated: %o",
    async (wrong) => {
      const a = new Company().node("a", { transports: [tcp(), ws()] });
      const options = { token: wrong as string };
      await expect(a.connections.listen("tcp://127.0.0.1:0", options)).rejects.toMatchObject({
        code: "BAD_TOKEN",
        message: expect.not.stringContaining("short"),
      });
      await expect(a.connections.open("tcp://127.0.0.1:1", options)).rejects.toMatchObject({ code: "BAD_TOKEN" });
    },
  );
});

it.each<[ListenOptions["limits"]]>([
  [{ handshakes: 0 }],
  [{ connections: Number.NaN }],
  [{ handshakeMs: "5" as never }],
  [{ sockets: 5 } as never],
])("refuses limits that are none: %o", async (limits) => {
  const a = new Company().node("a");
  await expect(a.connections.listen("inproc://a", { limits: limits! })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
});
