import { createPrivateKey } from "node:crypto";
import { once as untilEvent } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SwitchyardError } from "../../../library/core/errors.ts";
import { inproc } from "../../../library/transports/inproc.ts";
import { ipc } from "../../../library/transports/ipc.ts";
import { tcp } from "../../../library/transports/tcp.ts";
import { tls } from "../../../library/transports/tls.ts";
import type { Listener, TlsOptions } from "../../../library/transports/transport.ts";
import { ws } from "../../../library/transports/ws.ts";
import { benchFor, bytesOf, End, once } from "../../compliance/transport/bench.ts";
import { transportCompliance } from "../../compliance/transport.ts";
import { type Authority, type Identity, makeAuthority, makeSelfSigned } from "../../rig/certificates.ts";

let authority: Authority;
let identity: Identity;
let client: Identity;

beforeAll(async () => {
  authority = await makeAuthority();
  identity = await authority.issue();
  client = await authority.issue({
    name: "worker-1",
    names: [
      { type: "dns", value: "worker-1.example" },
      { type: "url", value: "spiffe://lab/worker,1" },
    ],
  });
});

transportCompliance({
  name: "tls",
  transport: tls(),
  location: () => new URL("tls://127.0.0.1:0"),
  mostUnderWay: 16 * 1024 * 1024,
  crossesProcesses: true,
  tls: () => ({
    connect: { ca: authority.ca },
    listen: { cert: identity.cert, key: identity.key },
  }),
});

describe.each([
  ["tls", tls(), "tls://127.0.0.1:0"],
  ["wss", ws(), "wss://127.0.0.1:0/node"],
] as const)("X2: %s", (scheme, transport, free) => {
  const listeners: Listener[] = [];
  const ends: End[] = [];
  let refused: SwitchyardError[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) end.link.destroy();
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    refused = []; // what a listener of the past still tells is not of the next test
  });

  const server = (): TlsOptions => ({ cert: identity.cert, key: identity.key });

  async function listen(options: TlsOptions, accept: (end: End) => void = () => {}): Promise<string> {
    const taken = (link: End["link"]): void => {
      const end = new End(link).start();
      ends.push(end);
      accept(end);
    };
    const told = refused;
    const onRefused = { refused: (error: SwitchyardError) => void told.push(error) };
    const listener = await transport.listen(new URL(free), taken, { tls: options, ...onRefused });
    listeners.push(listener);
    return listener.location;
  }

  async function pair(listening: TlsOptions, connecting: TlsOptions): Promise<{ ours: End; theirs: End }> {
    const accepted = once<End>();
    const location = await listen(listening, accepted.resolve);
    const ours = new End(await transport.connect(new URL(location), { tls: connecting })).start();
    ends.push(ours);
    return { ours, theirs: await accepted.promise };
  }

  it("tells the server's certificate, and 32 bytes that both ends share and no other session has", async () => {
    const first = await pair(server(), { ca: authority.ca });
    const second = await pair(server(), { ca: authority.ca });
    expect(first.ours.link.security?.certificate).toEqual({
      subject: "CN=node",
      names: ["localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"],
      fingerprint: identity.fingerprint,
    });
    expect(first.theirs.link.security).not.toHaveProperty("certificate");
    const { binding } = first.ours.link.security ?? {};
    expect(binding).toHaveLength(32);
    expect(first.theirs.link.security?.binding).toEqual(binding);
    expect(second.ours.link.security?.binding).not.toEqual(binding);
  });

  it("tells the client's certificate, which the listener required", async () => {
    const { theirs } = await pair(
      { ...server(), ca: authority.ca, requireClientCert: true },
      { ca: authority.ca, cert: client.cert, key: client.key },
    );
    expect(theirs.link.security?.certificate).toEqual({
      subject: "CN=worker-1",
      names: ["worker-1.example", "spiffe://lab/worker,1"],
      fingerprint: client.fingerprint,
    });
  });

  it("takes both who shows a certificate and who does not, where none is required", async () => {
    const listening = { ...server(), ca: authority.ca };
    const without = await pair(listening, { ca: authority.ca });
    expect(without.theirs.link.security).not.toHaveProperty("certificate");
    const shown = await pair(listening, { ca: authority.ca, cert: client.cert, key: client.key });
    expect(shown.theirs.link.security?.certificate?.fingerprint).toBe(client.fingerprint);
  });

  it("speaks TLS 1.2 where both ends allow it, with a binding that is equal, too", async () => {
    const listening = { ...server(), minVersion: "TLSv1.2" } as const;
    const accepted = once<End>();
    const location = new URL(await listen(listening, accepted.resolve));
    const old = tlsConnect({ port: Number(location.port), host: "127.0.0.1", ca: authority.ca, maxVersion: "TLSv1.2" });
    await untilEvent(old, "secureConnect");
    expect(old.getProtocol()).toBe("TLSv1.2");
    if (scheme === "wss")
      old.write(
        "GET /node HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n",
      );
    const binding = old.exportKeyingMaterial(32, "EXPORTER-switchyard-1", Buffer.alloc(0));
    expect(Buffer.from((await accepted.promise).link.security?.binding ?? []).equals(binding)).toBe(true);
    old.destroy();
  });

  it("takes a certificate that is signed by itself where it is given as ca, pinned or not", async () => {
    const own = await makeSelfSigned();
    const colons = own.fingerprint.toUpperCase().replaceAll(/(..)(?!$)/g, "$1:");
    for (const pins of [undefined, [own.fingerprint], [colons, "0".repeat(64)]]) {
      const { ours } = await pair({ cert: own.cert, key: own.key }, { ca: own.cert, ...(pins && { pins }) });
      expect(ours.link.security?.certificate?.fingerprint).toBe(own.fingerprint);
    }
  });

  it("verifies the name that it is given instead of the host", async () => {
    const named = await authority.issue({ names: [{ type: "dns", value: "*.lab.example" }] });
    const listening = { cert: named.cert, key: named.key };
    await pair(listening, { ca: authority.ca, serverName: "node.lab.example" });
    const addressed = await authority.issue({ names: [{ type: "ip", value: "192.0.2.1" }] });
    await pair({ cert: addressed.cert, key: addressed.key }, { ca: authority.ca, serverName: "192.0.2.1" });
  });

  it("believes anybody with insecureSkipVerify, and tells nobody's certificate then; pins hold all the same", async () => {
    const own = await makeSelfSigned({ names: [{ type: "dns", value: "other.example" }] });
    const { ours } = await pair({ cert: own.cert, key: own.key }, { insecureSkipVerify: true });
    expect(ours.link.security).not.toHaveProperty("certificate");
    const wrong = pair({ cert: own.cert, key: own.key }, { insecureSkipVerify: true, pins: [client.fingerprint] });
    await expect(wrong).rejects.toMatchObject({ code: "CERT_NOT_PINNED" });
  });

  it("takes PEM as bytes, several authorities, and an encrypted key with its passphrase", async () => {
    const other = await makeAuthority("other");
    const encrypted = encryptedKey(identity.key, "open sesame");
    await pair(
      { cert: Buffer.from(identity.cert), key: new TextEncoder().encode(encrypted), passphrase: "open sesame" },
      { ca: [Buffer.from(other.ca), authority.ca] },
    );
  });

  it("does not let in who takes up a session in which it was turned away", async () => {
    const location = new URL(await listen({ ...server(), ca: authority.ca, requireClientCert: true }));
    const to = { port: Number(location.port), host: "127.0.0.1", ca: authority.ca };
    for (const maxVersion of ["TLSv1.3", "TLSv1.3"] as const) {
      const socket = tlsConnect({ ...to, maxVersion });
      socket.on("error", () => {});
      const sessions: Buffer[] = [];
      socket.on("session", (session: Buffer) => sessions.push(session));
      if (scheme === "wss")
        socket.write("GET /node HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      socket.resume();
      await closed(socket);
      for (const session of sessions) {
        const again = tlsConnect({ ...to, session });
        again.on("error", () => {});
        await untilEvent(again, "secureConnect");
        expect(again.isSessionReused()).toBe(false);
        again.destroy();
      }
    }
    expect(ends).toEqual([]);
    expect(refused.map(({ code }) => code)).toContain("CERT_REQUIRED");
  });

  it("is not held up by handshakes that never end, and ends them after 5 s", async () => {
    const location = await listen(server());
    const began = performance.now();
    const stalled = await Promise.all(Array.from({ length: 20 }, () => rawSocket(location)));
    const cut = Buffer.from([0x16, 3, 1, 2, 0, 1]); // the beginning of a first message
    for (const socket of stalled) socket.write(cut);
    const good = new End(await transport.connect(new URL(location), { tls: { ca: authority.ca } })).start();
    ends.push(good);
    expect(performance.now() - began).toBeLessThan(4_000);
    await Promise.all(stalled.map((socket) => closed(socket)));
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThan(4_000);
    expect(tookMs).toBeLessThan(9_000);
    expect(refused.map(({ code }) => code)).toEqual(Array(20).fill("TIMED_OUT"));
    expect(good.closedTimes).toBe(0);
  }, 20_000);

  it("ends the handshakes that are under way when the listener closes", async () => {
    const location = await listen(server());
    const stalled = await rawSocket(location);
    const ended = closed(stalled);
    await listeners[0]?.close();
    await ended;
  });

  it("survives clients that send rubbish, or hang up at any point of the handshake", async () => {
    const location = await listen(server());
    const hello = await clientHello();
    for (let cut = 0; cut < hello.length; cut += 40) {
      const socket = await rawSocket(location);
      socket.write(hello.subarray(0, cut));
      if (cut % 80 === 0) socket.resetAndDestroy();
      else socket.end(bytesOf(cut, 200));
      await closed(socket);
    }
    ends.push(new End(await transport.connect(new URL(location), { tls: { ca: authority.ca } })));
  });

  it.each<[why: string, options: () => TlsOptions | undefined]>([
    ["no options", () => undefined],
    ["no certificate", () => ({ key: identity.key })],
    ["no key", () => ({ cert: identity.cert })],
    ["requireClientCert without ca", () => ({ ...server(), requireClientCert: true })],
    ["requireClientCert with an empty ca", () => ({ ...server(), requireClientCert: true, ca: [] })],
    ["insecureSkipVerify", () => ({ ...server(), insecureSkipVerify: true })],
    ["pins without requireClientCert", () => ({ ...server(), pins: [client.fingerprint] })],
    ["a pin that is none", () => ({ ...server(), ca: authority.ca, requireClientCert: true, pins: ["abc"] })],
    ["an old version", () => ({ ...server(), minVersion: "TLSv1.1" }) as unknown as TlsOptions],
  ])("does not listen with %s", async (_why, options) => {
    const given = options();
    const attempt = transport.listen(new URL(free), () => {}, given ? { tls: given } : {});
    await expect(attempt).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  });
});

it.each([
  ["tcp", tcp(), "tcp://127.0.0.1:0"],
  ["ws", ws(), "ws://127.0.0.1:0"],
  ["ipc", ipc(), "ipc:///tmp/switchyard-never-made.sock"],
  ["inproc", inproc(), "inproc://never-made"],
] as const)("X2: %s refuses options for TLS, which it would not heed", async (_scheme, transport, location) => {
  const options = { tls: { cert: identity.cert, key: identity.key } };
  const wanted = { code: "BAD_ARGUMENT", message: expect.stringContaining("speaks no TLS") };
  await expect(transport.listen(new URL(location), () => {}, options)).rejects.toMatchObject(wanted);
  await expect(transport.connect(new URL(location), options)).rejects.toMatchObject(wanted);
});

describe("tls", () => {
  const bench = benchFor({
    name: "tls",
    transport: tls(),
    location: () => new URL("tls://127.0.0.1:0"),
    mostUnderWay: 0,
    crossesProcesses: false,
    tls: () => ({ connect: { ca: authority.ca }, listen: { cert: identity.cert, key: identity.key } }),
  });

  it("hands on what it is given in as few pieces as tcp does: congested at 256 KiB, not before", async () => {
    const { ours, theirs } = await bench.unstartedPair();
    for (const end of [ours, theirs]) {
      expect(end.link.send(bytesOf(1, 200 * 1024))).toBe(true);
      expect(end.link.send(bytesOf(1, 200 * 1024))).toBe(false);
    }
    ours.start();
    theirs.start();
    await Promise.all([ours, theirs].map((end) => end.until(() => end.drainedTimes === 1 && end.bytes === 400 * 1024)));
  });

  it.each([
    ["tls://localhost", "has no port"],
    ["tls://127.0.0.1:1/path", "must not have a path"],
  ])("refuses %s: %s", async (location, what) => {
    const wanted = { code: "BAD_LOCATION", message: expect.stringContaining(what) };
    await expect(tls().connect(new URL(location))).rejects.toMatchObject(wanted);
    await expect(tls().listen(new URL(location), () => {})).rejects.toMatchObject(wanted);
  });

  it("takes what only looks like a refusal as bytes", async () => {
    const { ours, theirs } = await bench.pair();
    theirs.link.send(Buffer.from("switchyard-refusal: CLOSED\n"));
    await ours.untilBytes(27);
    theirs.link.send(Buffer.from("switchyard-refusal: CERT_REQUIRED\n")); // not the first chunk
    await ours.untilBytes(61);
    expect(ours.closedTimes).toBe(0);
  });
});

/** However it ends. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));
}

async function rawSocket(location: string): Promise<Socket> {
  const socket = connect(Number(new URL(location).port), "127.0.0.1");
  socket.on("error", () => {}).resume();
  await untilEvent(socket, "connect");
  return socket;
}

/** The first message of a TLS client. */
async function clientHello(): Promise<Buffer> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  await untilEvent(server, "listening");
  const bound = server.address();
  const socket = tlsConnect({ port: typeof bound === "object" ? (bound?.port ?? 0) : 0, host: "127.0.0.1" });
  socket.on("error", () => {});
  const [accepted] = (await untilEvent(server, "connection")) as [Socket];
  const [hello] = (await untilEvent(accepted, "data")) as [Buffer];
  accepted.destroy();
  server.close();
  return hello;
}

function encryptedKey(key: string, passphrase: string): string {
  return String(createPrivateKey(key).export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }));
}
