import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ws } from "../../../library/transports/ws.ts";
import type { WsOptions } from "../../../library/transports/ws-admission.ts";
import { benchFor, bytesOf, End, once } from "../../compliance/transport/bench.ts";
import { transportCompliance } from "../../compliance/transport.ts";
import { type Authority, type Identity, makeAuthority } from "../../rig/certificates.ts";

const subject = {
  name: "ws",
  transport: ws(),
  location: () => new URL("ws://127.0.0.1:0/node"),
  mostUnderWay: 16 * 1024 * 1024,
  crossesProcesses: true,
};

transportCompliance(subject);

let authority: Authority;
let identity: Identity;
beforeAll(async () => {
  authority = await makeAuthority();
  identity = await authority.issue();
});

transportCompliance({
  ...subject,
  name: "wss",
  location: () => new URL("wss://127.0.0.1:0/node"),
  tls: () => ({
    connect: { ca: authority.ca },
    listen: { cert: identity.cert, key: identity.key },
  }),
});

describe("ws", () => {
  const bench = benchFor(subject);
  const servers: Server[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

  /** An end accepted from a bare WebSocket, and that socket. */
  async function withBareSocket(): Promise<{ end: End; socket: WebSocket }> {
    const accepted = once<End>();
    const listener = await bench.listen((link) => accepted.resolve(new End(link).start()));
    const socket = new WebSocket(listener.location);
    await new Promise((resolve) => socket.once("open", resolve));
    return { end: await accepted.promise, socket };
  }

  /** Where somebody else's server listens. */
  async function other(server: Server): Promise<URL> {
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const bound = server.address();
    return new URL(`ws://127.0.0.1:${typeof bound === "object" ? bound?.port : 0}/node`);
  }

  it("speaks IPv6, and needs no path", async () => {
    const listener = await bench.listen((link) => new End(link).start(), new URL("ws://[::1]:0"));
    expect(listener.location).toMatch(/^ws:\/\/\[::1\]:[1-9]\d*$/);
    const end = await bench.connect(listener.location);
    expect(end.link.remote).toMatch(/^\[::1\]:\d+$/);
  });

  it("sends one binary message for each send", async () => {
    const { end, socket } = await withBareSocket();
    const messages: unknown[] = [];
    socket.on("message", (data: Buffer, isBinary) => messages.push([data.toString(), isBinary]));
    end.link.send(Buffer.from("one"));
    end.link.send(Buffer.from("two"));
    end.link.close();
    const code = await new Promise((resolve) => socket.once("close", resolve));
    expect(messages).toEqual([
      ["one", true],
      ["two", true],
    ]);
    expect(code).toBe(1000);
  });

  it("closes the link of a text message, and tells both", async () => {
    const { end, socket } = await withBareSocket();
    const code = new Promise((resolve) => socket.once("close", resolve));
    socket.send("text");
    expect((await end.untilClosed())?.code).toBe("BAD_FRAME");
    expect(await code).toBe(1003);
    expect(end.bytes).toBe(0);
  });

  it("X5: closes the link of a message over 16 MiB, and takes one of 16 MiB", async () => {
    const { end, socket } = await withBareSocket();
    socket.on("error", () => {}); // it is cut off in the middle
    socket.send(bytesOf(1, 16 * 1024 * 1024));
    await end.untilBytes(16 * 1024 * 1024);
    socket.send(Buffer.alloc(17 * 1024 * 1024));
    expect((await end.untilClosed())?.code).toBe("TOO_LARGE");
  });

  it("closes the link of a frame that breaks the WebSocket protocol", async () => {
    const { end, socket } = await withBareSocket();
    socket.on("error", () => {});
    rawSocketOf(socket).write(Buffer.from([0xff, 0x80, 0, 0, 0, 0])); // reserved bits and an unknown kind
    expect((await end.untilClosed())?.code).toBe("BAD_FRAME");
  });

  it("tells of a link that broke without a good-bye", async () => {
    const { end, socket } = await withBareSocket();
    rawSocketOf(socket).destroy();
    expect(await end.untilClosed()).toMatchObject({
      code: "PEER_LOST",
      message: expect.stringContaining("WebSocket code 1006"),
    });
  });

  it("X5: does not compress, even if it is asked to", async () => {
    const { socket } = await withBareSocket();
    expect(socket.extensions).toBe("");
  });

  describe("X5: admission", () => {
    const page = "https://lab.example";
    const any: WsOptions = {};
    const open: WsOptions = { origins: [page], hosts: ["lab.example"] };

    it.each<[why: string, options: WsOptions, headers: Record<string, string>, status: number]>([
      ["a program", any, {}, 101],
      ["localhost", any, { Host: "localhost" }, 101],
      ["localhost with a port", any, { Host: "LocalHost:80" }, 101],
      ["loopback", any, { Host: "127.1.2.3:80" }, 101],
      ["loopback of IPv6", any, { Host: "[::1]:80" }, 101],
      ["a name that is not listed", any, { Host: "lab.example" }, 403],
      ["a name that only begins like one", any, { Host: "localhost.lab.example" }, 403],
      ["a name that looks like loopback", any, { Host: "127.lab.example" }, 403],
      ["an address of another machine", any, { Host: "192.0.2.1" }, 403],
      ["user info before loopback", any, { Host: "lab.example@127.0.0.1" }, 403],
      ["a page", any, { Origin: page }, 403],
      ["a page of this machine", any, { Origin: "http://localhost" }, 403],
      ["a page without an origin", any, { Origin: "null" }, 403],
      ["a page by an outdated draft", any, { "Sec-WebSocket-Origin": page }, 403],
      ["a listed name", open, { Host: "LAB.example:8080" }, 101],
      ["another name", open, { Host: "other.example" }, 403],
      ["a listed page", open, { Origin: page }, 101],
      ["another page", open, { Origin: "https://other.example" }, 403],
      ["the same page without TLS", open, { Origin: "http://lab.example" }, 403],
      ["a page without an origin, though it is listed", { origins: ["null"] }, { Origin: "null" }, 403],
      ["both a listed page and another", open, { Origin: `${page}, https://other.example` }, 403],
    ])("%s", async (_why, options, headers, status) => {
      const listener = await ws(options).listen(bench.location(), (link) => link.destroy());
      expect(await statusOf(listener.location, { headers })).toBe(status);
      await listener.close();
    });

    it("only at the path", async () => {
      const listener = await bench.listen((link) => link.destroy());
      expect(await statusOf(`${listener.location}/`)).toBe(404);
      expect(await statusOf(`${listener.location}?query`)).toBe(404);
      await expect(ws().connect(new URL("/elsewhere", listener.location))).rejects.toMatchObject({
        code: "UNREACHABLE",
        message: expect.stringContaining("no node at this path"),
      });
    });

    it("tells the node that tried why", async () => {
      const listener = await bench.listen((link) => link.destroy());
      const { port } = new URL(listener.location);
      // A way to reach this machine that is not called loopback.
      await expect(ws().connect(new URL(`ws://0.0.0.0:${port}/node`))).rejects.toMatchObject({
        code: "REJECTED",
        message: expect.stringContaining("the host name is not among those this node allows"),
      });
    });
  });

  it("answers 426 and one line to a request that is no upgrade", async () => {
    const listener = await bench.listen(() => {});
    const response = await fetch(listener.location.replace("ws:", "http:"));
    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
    expect(await response.text()).toBe("A switchyard node: connect by WebSocket.\n");
  });

  it("X5: disconnects a client that does not finish its headers within 5 s", async () => {
    const listener = await bench.listen(() => {});
    const began = performance.now();
    const socket = connect(Number(new URL(listener.location).port), "127.0.0.1");
    socket.resume().write("GET /node HTTP/1.1\r\nHost: localhost\r\n");
    await new Promise((resolve) => socket.once("close", resolve));
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThan(4_000);
    expect(tookMs).toBeLessThan(9_000);
  }, 20_000);

  it("closes its listener although a client is in the middle of its headers", async () => {
    const listener = await bench.listen(() => {});
    const socket = connect(Number(new URL(listener.location).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.resume().write("GET /node HTTP/1.1\r\n");
    await statusOf(listener.location); // it is certainly accepted by now
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await listener.close();
    await closed;
  });

  it("tells a web server from a node", async () => {
    const location = await other(createHttpServer((_request, response) => response.writeHead(404).end("nothing")));
    await expect(ws().connect(location)).rejects.toMatchObject({
      code: "NOT_A_PEER",
      message: expect.stringContaining(`HTTP 404 from ${location.href}: a web server, not a switchyard node`),
    });
  });

  it("tells a server that does not speak HTTP from a node", async () => {
    const location = await other(createServer((socket) => socket.resume().end("220 ready\r\n")));
    await expect(ws().connect(location)).rejects.toMatchObject({ code: "NOT_A_PEER" });
  });

  it("tells a server that upgrades to something else from a node", async () => {
    const answer = "HTTP/1.1 101 Yes\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n";
    const location = await other(createServer((socket) => socket.resume().once("data", () => socket.end(answer))));
    await expect(ws().connect(location)).rejects.toMatchObject({ code: "NOT_A_PEER" });
  });

  it("tells a server that hangs up from a node", async () => {
    const location = await other(createServer((socket) => socket.once("data", () => socket.resetAndDestroy())));
    await expect(ws().connect(location)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  it("gives up a server that never answers", async () => {
    const asked = once<Socket>();
    const location = await other(createServer(asked.resolve));
    const controller = new AbortController();
    const attempt = ws().connect(location, { signal: controller.signal });
    const socket = await asked.promise;
    const closed = new Promise((resolve) => socket.resume().once("close", resolve));
    controller.abort();
    await expect(attempt).rejects.toMatchObject({ code: "TIMED_OUT" });
    await closed;
  });
});

/** The status that a WebSocket request is answered with. */
function statusOf(location: string, options: { headers?: Record<string, string> } = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(location, options);
    socket.once("unexpected-response", (_request, response) => {
      response.destroy();
      resolve(response.statusCode);
    });
    socket.once("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.on("error", reject);
  });
}

/** The bytes beneath a WebSocket, to break its rules with. */
function rawSocketOf(socket: WebSocket): Socket {
  const raw: unknown = Reflect.get(socket, "_socket");
  return raw as Socket;
}
