/** T17: every way in which one end of TLS may be wrong, each told by its own code, and none of them felt by the next peer. */
import { createPrivateKey } from "node:crypto";
import { once as untilEvent } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, connect as tlsConnect } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Context } from "../../../library/context.ts";
import { SwitchyardError } from "../../../library/core/errors.ts";
import { tls } from "../../../library/transports/tls.ts";
import type { Listener, TlsOptions } from "../../../library/transports/transport.ts";
import { ws } from "../../../library/transports/ws.ts";
import { End } from "../../compliance/transport/bench.ts";
import { type Authority, type Identity, makeAuthority, makeSelfSigned } from "../../rig/certificates.ts";

const kinds = [
  "good",
  "expired",
  "early",
  "misnamed",
  "misaddressed",
  "foreign",
  "selfSigned",
  "client",
  "otherClient",
  "expiredClient",
  "earlyClient",
  "foreignClient",
  "selfSignedClient",
] as const;

let authority: Authority;
let other: Authority;
const made = {} as Record<(typeof kinds)[number], Identity>;

beforeAll(async () => {
  [authority, other] = await Promise.all([makeAuthority(), makeAuthority("other")]);
  const issued = await Promise.all([
    authority.issue(),
    authority.issue({ fromDays: -30, toDays: -1 }),
    authority.issue({ fromDays: 1 }),
    authority.issue({ names: [{ type: "dns", value: "other.example" }] }),
    authority.issue({ names: [{ type: "ip", value: "192.0.2.1" }] }),
    other.issue(),
    makeSelfSigned(),
    authority.issue({ name: "client" }),
    authority.issue({ name: "other client" }),
    authority.issue({ name: "client", fromDays: -30, toDays: -1 }),
    authority.issue({ name: "client", fromDays: 1 }),
    other.issue({ name: "client" }),
    makeSelfSigned({ name: "client" }),
  ]);
  for (const [at, kind] of kinds.entries()) made[kind] = issued[at]!;
});

/** Certificate and key of one of those above. */
function pairOf(kind: (typeof kinds)[number]): { readonly cert: string; readonly key: string } {
  const { cert, key } = made[kind];
  return { cert, key };
}

describe.each([
  ["tls", tls(), "tls://127.0.0.1:0", ""],
  ["wss", ws(), "wss://127.0.0.1:0/node", "/node"],
] as const)("T17: %s", (scheme, transport, free, path) => {
  const listeners: Listener[] = [];
  const servers: Server[] = [];
  const ends: End[] = [];
  let refused: SwitchyardError[] = [];
  let onRefused: () => void = () => {};
  afterEach(async () => {
    for (const end of ends.splice(0)) end.link.destroy();
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    refused = [];
  });

  async function listen(options: TlsOptions): Promise<string> {
    const mine = refused;
    const accept = (link: End["link"]): void => void ends.push(new End(link).start());
    const tell = (error: SwitchyardError): void => {
      mine.push(error);
      onRefused();
    };
    const listener = await transport.listen(new URL(free), accept, { tls: options, refused: tell });
    listeners.push(listener);
    return listener.location;
  }

  /** How the attempt ended: at once, or soon after the link seemed to be open. */
  async function failureOf(location: string, options: TlsOptions): Promise<SwitchyardError> {
    try {
      const end = new End(await transport.connect(new URL(location), { tls: options })).start();
      ends.push(end);
      const failure = await end.untilClosed();
      if (failure !== undefined) return failure;
    } catch (error) {
      if (error instanceof SwitchyardError) return error;
    }
    throw new Error("was not refused");
  }

  async function expectGood(location: string, options: TlsOptions): Promise<void> {
    const before = ends.length;
    const ours = new End(await transport.connect(new URL(location), { tls: options })).start();
    ends.push(ours);
    ours.link.send(Uint8Array.of(1));
    const theirs = ends.slice(before).find((end) => end !== ours);
    if (theirs !== undefined) await theirs.untilBytes(1);
    expect(ours.closedTimes).toBe(0);
  }

  const trusting = (): TlsOptions => ({ ca: authority.ca });
  const blind: TlsOptions = { insecureSkipVerify: true };

  it.each<[why: string, code: string, server: () => TlsOptions, client: () => TlsOptions, good: () => TlsOptions]>([
    ["expired", "CERT_EXPIRED", () => pairOf("expired"), trusting, () => blind],
    ["not yet valid", "CERT_NOT_YET_VALID", () => pairOf("early"), trusting, () => blind],
    [
      "a wrong name",
      "CERT_WRONG_NAME",
      () => pairOf("misnamed"),
      trusting,
      () => ({ ...trusting(), serverName: "other.example" }),
    ],
    [
      "a wrong address",
      "CERT_WRONG_NAME",
      () => pairOf("misaddressed"),
      trusting,
      () => ({ ...trusting(), serverName: "192.0.2.1" }),
    ],
    [
      "not the name asked for",
      "CERT_WRONG_NAME",
      () => pairOf("good"),
      () => ({ ...trusting(), serverName: "other.example" }),
      trusting,
    ],
    ["an authority nobody knows", "CERT_UNTRUSTED", () => pairOf("good"), () => ({}), trusting],
    ["another authority", "CERT_UNTRUSTED", () => pairOf("foreign"), trusting, () => ({ ca: other.ca })],
    ["self-signed", "CERT_SELF_SIGNED", () => pairOf("selfSigned"), trusting, () => ({ ca: made.selfSigned.cert })],
    ["self-signed, to a stranger", "CERT_SELF_SIGNED", () => pairOf("selfSigned"), () => ({}), () => blind],
    [
      "self-signed, pinned and nothing else",
      "CERT_SELF_SIGNED",
      () => pairOf("selfSigned"),
      () => ({ pins: [made.selfSigned.fingerprint] }),
      () => ({ ca: made.selfSigned.cert, pins: [made.selfSigned.fingerprint] }),
    ],
    [
      "another pin",
      "CERT_NOT_PINNED",
      () => pairOf("good"),
      () => ({ ...trusting(), pins: [made.expired.fingerprint] }),
      () => ({ ...trusting(), pins: [made.expired.fingerprint, made.good.fingerprint] }),
    ],
    ["a revoked pin", "CERT_NOT_PINNED", () => pairOf("good"), () => ({ ...trusting(), pins: [] }), trusting],
    [
      "pinned, but of another authority",
      "CERT_UNTRUSTED",
      () => pairOf("foreign"),
      () => ({ ...trusting(), pins: [made.foreign.fingerprint] }),
      () => ({ ca: other.ca, pins: [made.foreign.fingerprint] }),
    ],
  ])("the server is %s: %s", async (_why, code, server, client, good) => {
    const location = await listen(server());
    const failure = await failureOf(location, client());
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(`${scheme}://127.0.0.1`)]);
    await expectGood(location, good());
  });

  const demanding = (): TlsOptions => ({ ...pairOf("good"), ca: authority.ca, requireClientCert: true });
  const known = (): TlsOptions => ({ ...trusting(), ...pairOf("client") });

  it.each<[why: string, code: string, server: () => TlsOptions, client: () => TlsOptions, good: () => TlsOptions]>([
    ["shows no certificate", "CERT_REQUIRED", demanding, trusting, known],
    [
      "has another authority's",
      "CERT_UNTRUSTED",
      demanding,
      () => ({ ...trusting(), ...pairOf("foreignClient") }),
      known,
    ],
    [
      "has signed its own",
      "CERT_SELF_SIGNED",
      demanding,
      () => ({ ...trusting(), ...pairOf("selfSignedClient") }),
      known,
    ],
    ["has an expired one", "CERT_EXPIRED", demanding, () => ({ ...trusting(), ...pairOf("expiredClient") }), known],
    ["has one for later", "CERT_NOT_YET_VALID", demanding, () => ({ ...trusting(), ...pairOf("earlyClient") }), known],
    [
      "is not pinned",
      "CERT_NOT_PINNED",
      () => ({ ...demanding(), pins: [made.client.fingerprint] }),
      () => ({ ...trusting(), ...pairOf("otherClient") }),
      known,
    ],
    [
      "shows a bad one where none is required",
      "CERT_UNTRUSTED",
      () => ({ ...pairOf("good"), ca: authority.ca }),
      () => ({ ...trusting(), ...pairOf("foreignClient") }),
      trusting,
    ],
  ])("the client %s: %s, told to both", async (_why, code, server, client, good) => {
    const location = await listen(server());
    const failure = await failureOf(location, client());
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(`${scheme}://127.0.0.1`)]);
    expect(refused.map((error) => error.code)).toEqual([code]);
    expect(ends.filter(({ bytes }) => bytes > 0)).toEqual([]);
    await expectGood(location, good());
  });

  it("the client's pin is revoked: CERT_NOT_PINNED from the next listener on", async () => {
    const first = await listen({ ...demanding(), pins: [made.client.fingerprint] });
    await expectGood(first, known());
    const second = await listen({ ...demanding(), pins: [made.otherClient.fingerprint] });
    expect((await failureOf(second, known())).code).toBe("CERT_NOT_PINNED");
  });

  /** A client that is not ours, until it is cut off. */
  async function stranger(location: string, begin: (port: number) => Socket): Promise<void> {
    const told = new Promise<void>((resolve) => {
      onRefused = resolve;
    });
    const socket = begin(Number(new URL(location).port));
    socket.on("error", () => {}).resume();
    await Promise.all([new Promise((resolve) => socket.once("close", resolve)), told]);
  }

  const old = (maxVersion: "TLSv1.1" | "TLSv1.2") => (port: number) =>
    tlsConnect({
      port,
      host: "127.0.0.1",
      minVersion: maxVersion,
      maxVersion,
      ciphers: "DEFAULT@SECLEVEL=0",
      ...blindly,
    });
  const blindly = { rejectUnauthorized: false };

  function saying(text: string | Buffer): (port: number) => Socket {
    return (port) => {
      const socket = connect(port, "127.0.0.1");
      socket.write(text);
      return socket;
    };
  }

  it.each<[why: string, code: string, minVersion: "TLSv1.2" | "TLSv1.3", begin: (port: number) => Socket]>([
    ["TLS 1.1", "TLS_VERSION", "TLSv1.3", old("TLSv1.1")],
    ["TLS 1.1 where 1.2 will do", "TLS_VERSION", "TLSv1.2", old("TLSv1.1")],
    ["TLS 1.2", "TLS_VERSION", "TLSv1.3", old("TLSv1.2")],
    ["a node's plain text", "NOT_TLS", "TLSv1.3", saying("SWYD\0\0\0\x01 and so on")],
    ["plain HTTP", "NOT_TLS", "TLSv1.3", saying("GET /node HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  ])("the client speaks %s: %s", async (_why, code, minVersion, begin) => {
    const location = await listen({ ...pairOf("good"), minVersion });
    await stranger(location, begin);
    expect(refused.map((error) => error.code)).toEqual([code]);
    await expectGood(location, trusting());
  });

  async function foreign(server: Server): Promise<string> {
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await untilEvent(server, "listening");
    const bound = server.address();
    return `${scheme}://127.0.0.1:${typeof bound === "object" ? bound?.port : 0}${path}`;
  }

  it.each<[why: string, code: string, server: () => Server]>([
    ["speaks only TLS 1.2", "TLS_VERSION", () => createTlsServer({ ...pairOf("good"), maxVersion: "TLSv1.2" })],
    [
      "speaks first, and plainly",
      "NOT_TLS",
      () =>
        createServer((socket) =>
          socket
            .on("error", () => {})
            .resume()
            .end("220 mail\r\n"),
        ),
    ],
    [
      "speaks HTTP",
      "NOT_TLS",
      () =>
        createServer((socket) =>
          socket.on("error", () => {}).once("data", () => socket.end("HTTP/1.1 400 No\r\n\r\n")),
        ),
    ],
    [
      "hangs up",
      "TLS_FAILED",
      () => createServer((socket) => socket.on("error", () => {}).once("data", () => socket.destroy())),
    ],
    [
      "has no cipher in common",
      "TLS_FAILED",
      () => createTlsServer({ ...pairOf("good"), ciphers: "TLS_AES_128_CCM_SHA256", minVersion: "TLSv1.3" }),
    ],
    [
      "requires a certificate, and says so by an alert of TLS",
      "CERT_REQUIRED",
      () => createTlsServer({ ...pairOf("good"), ca: authority.ca, requestCert: true, rejectUnauthorized: true }),
    ],
  ])("the server is not ours and %s: %s", async (_why, code, server) => {
    const location = await foreign(server());
    expect((await failureOf(location, trusting())).code).toBe(code);
  });

  const locked = (): string =>
    String(
      createPrivateKey(made.good.key).export({
        type: "pkcs8",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "x y",
      }),
    );

  /** Its bytes end as those of a key do, once they are unlocked so: one in 256. */
  function luckyPassphrase(key: string): string {
    for (let i = 0; i < 10_000; i++) {
      try {
        createPrivateKey({ key, format: "pem", passphrase: `z${i}` });
      } catch (error) {
        if (!String((error as { code?: unknown }).code).endsWith("BAD_DECRYPT")) return `z${i}`;
      }
    }
    throw new Error("no passphrase is wrong in that way");
  }

  it.each<[why: string, words: string, options: () => TlsOptions]>([
    ["another's key", "does not belong to tls.cert", () => ({ cert: made.good.cert, key: made.client.key })],
    ["a certificate that is no PEM", "tls.cert cannot be used", () => ({ ...pairOf("good"), cert: "dear" })],
    ["a key that is no PEM", "tls.key cannot be used", () => ({ ...pairOf("good"), key: Buffer.from([1, 2, 3]) })],
    ["a locked key", "its passphrase is missing", () => ({ cert: made.good.cert, key: locked() })],
    ["a wrong passphrase", "the passphrase is wrong", () => ({ cert: made.good.cert, key: locked(), passphrase: "z" })],
    [
      "a wrong passphrase that unlocks something",
      "the passphrase is wrong, or the key is damaged",
      () => {
        const key = locked();
        return { cert: made.good.cert, key, passphrase: luckyPassphrase(key) };
      },
    ],
    ["an authority that is no PEM", "tls.ca cannot be used", () => ({ ...pairOf("good"), ca: ["dear"] })],
  ])("we ourselves have %s: BAD_CERTIFICATE before anything is opened", async (_why, words, options) => {
    const wanted = { code: "BAD_CERTIFICATE", message: expect.stringContaining(words) };
    await expect(transport.listen(new URL(free), () => {}, { tls: options() })).rejects.toMatchObject(wanted);
    const attempt = transport.connect(new URL(`${scheme}://127.0.0.1:1${path}`), { tls: options() });
    await expect(attempt).rejects.toMatchObject(wanted);
    await expect(attempt).rejects.not.toThrow(/PRIVATE|x y/);
  });
});

describe("T17: plain text and TLS, with nodes", () => {
  const nodes: Context[] = [];
  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));

  it("tls:// to a node at tcp:// is NOT_TLS for who connects, and NOT_A_PEER for the node", async () => {
    const node = new Context();
    nodes.push(node);
    const failed = new Promise<SwitchyardError>((resolve) => node.on("error", resolve));
    const { location } = await node.connections.listen("tcp://127.0.0.1:0");
    const attempt = tls().connect(new URL(location.replace("tcp:", "tls:")), { tls: { ca: authority.ca } });
    await expect(attempt).rejects.toMatchObject({ code: "NOT_TLS" });
    expect(await failed).toMatchObject({ code: "NOT_A_PEER", message: expect.stringContaining("as a TLS port does") });
  });

  it("tcp:// to a tls:// listener is NOT_A_PEER for the node that connects, and NOT_TLS for the listener", async () => {
    const node = new Context();
    nodes.push(node);
    const refused: SwitchyardError[] = [];
    const options = { tls: pairOf("good"), refused: (error: SwitchyardError) => void refused.push(error) };
    const listener = await tls().listen(new URL("tls://127.0.0.1:0"), () => {}, options);
    const attempt = node.connections.open(listener.location.replace("tls:", "tcp:"), { retry: false });
    await expect(attempt).rejects.toMatchObject({ code: "NOT_A_PEER" });
    expect(refused.map(({ code }) => code)).toEqual(["NOT_TLS"]);
    await listener.close();
  });
});
