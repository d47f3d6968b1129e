/** X5, T20: the matrix of Origin and Host, byte by byte against live listeners, without TLS and with it. */
import { once as untilEvent } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SwitchyardError } from "../../../library/core/errors.ts";
import type { Link, Listener, ListenerOptions } from "../../../library/transports/transport.ts";
import { ws } from "../../../library/transports/ws.ts";
import { type Authority, type Identity, makeAuthority } from "../../rig/certificates.ts";

let authority: Authority;
let identity: Identity;
beforeAll(async () => {
  authority = await makeAuthority();
  identity = await authority.issue();
});

const page = "https://lab.example";
const closed: ListenerOptions = {};
const open: ListenerOptions = { origins: [page, "http://panel.lab.example:8080"], hosts: ["lab.example"] };

const upgrade = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
];

type Verdict = "in" | "host" | "origin";

const matrix: readonly (readonly [
  why: string,
  options: ListenerOptions,
  lines: readonly string[],
  verdict: Verdict,
])[] = [
  ["a program on this machine", closed, ["Host: localhost"], "in"],
  ["with a port", closed, ["Host: localhost:1234"], "in"],
  ["in capitals", closed, ["Host: LOCALHOST"], "in"],
  ["by address", closed, ["Host: 127.0.0.1:80"], "in"],
  ["by another loopback address", closed, ["Host: 127.200.3.4"], "in"],
  ["by IPv6", closed, ["Host: [::1]:80"], "in"],
  ["no host", closed, [], "host"],
  ["two hosts", closed, ["Host: localhost", "Host: evil.example"], "host"],
  ["an empty host", closed, ["Host:"], "host"],
  ["a trailing dot", closed, ["Host: localhost."], "host"],
  ["a name bound to this machine by its owner", closed, ["Host: rebind.evil.example"], "host"],
  ["a name that begins like loopback", closed, ["Host: 127.0.0.1.evil.example"], "host"],
  ["a name that ends like localhost", closed, ["Host: evil.localhost"], "host"],
  ["a short form of loopback", closed, ["Host: 127.1"], "host"],
  ["loopback as one number", closed, ["Host: 2130706433"], "host"],
  ["loopback in hexadecimal", closed, ["Host: 0x7f000001"], "host"],
  ["loopback in octal", closed, ["Host: 0177.0.0.1"], "host"],
  ["any address", closed, ["Host: 0.0.0.0"], "host"],
  ["any address of IPv6", closed, ["Host: [::]"], "host"],
  ["IPv4 within IPv6", closed, ["Host: [::ffff:127.0.0.1]"], "host"],
  ["IPv6 without brackets", closed, ["Host: ::1"], "host"],
  ["a private address", closed, ["Host: 192.168.1.2"], "host"],
  ["user info before loopback", closed, ["Host: evil.example@127.0.0.1"], "host"],
  ["loopback as user info", closed, ["Host: 127.0.0.1@evil.example"], "host"],
  ["loopback and a path", closed, ["Host: 127.0.0.1/evil.example"], "host"],
  ["loopback and another in one", closed, ["Host: 127.0.0.1, evil.example"], "host"],
  ["a page", closed, ["Host: localhost", `Origin: ${page}`], "origin"],
  ["a page of this machine", closed, ["Host: localhost", "Origin: http://localhost"], "origin"],
  ["a page of this very listener", closed, ["Host: 127.0.0.1", "Origin: http://127.0.0.1"], "origin"],
  ["a page without an origin", closed, ["Host: localhost", "Origin: null"], "origin"],
  [
    "a page without an origin, where null is listed",
    { origins: ["null"] },
    ["Host: localhost", "Origin: null"],
    "origin",
  ],
  ["an empty origin", closed, ["Host: localhost", "Origin:"], "origin"],
  ["an extension of a browser", closed, ["Host: localhost", "Origin: chrome-extension://abc"], "origin"],
  ["a file", closed, ["Host: localhost", "Origin: file://"], "origin"],
  ["a page by an outdated draft", closed, ["Host: localhost", `Sec-WebSocket-Origin: ${page}`], "origin"],
  ["a listed page by an outdated draft", open, ["Host: localhost", `Sec-WebSocket-Origin: ${page}`], "origin"],
  ["a listed page", open, ["Host: localhost", `Origin: ${page}`], "in"],
  ["a listed page in capitals", open, ["Host: localhost", "Origin: HTTPS://LAB.EXAMPLE"], "in"],
  ["a listed page with a port", open, ["Host: localhost", "Origin: http://panel.lab.example:8080"], "in"],
  ["its port left out", open, ["Host: localhost", "Origin: http://panel.lab.example"], "origin"],
  ["another port", open, ["Host: localhost", `Origin: ${page}:444`], "origin"],
  ["another scheme", open, ["Host: localhost", "Origin: http://lab.example"], "origin"],
  ["a trailing dot after a listed page", open, ["Host: localhost", `Origin: ${page}.`], "origin"],
  ["a name that ends like a listed page", open, ["Host: localhost", "Origin: https://evil-lab.example"], "origin"],
  ["a name that begins like one", open, ["Host: localhost", `Origin: ${page}.evil.example`], "origin"],
  ["a listed page as user info", open, ["Host: localhost", `Origin: ${page}@evil.example`], "origin"],
  ["two pages, one of them listed", open, ["Host: localhost", `Origin: ${page} https://evil.example`], "origin"],
  [
    "two origins, the first of them listed",
    open,
    ["Host: localhost", `Origin: ${page}`, "Origin: https://evil.example"],
    "origin",
  ],
  ["a listed name", open, ["Host: lab.example:9000"], "in"],
  ["a listed name with a trailing dot", open, ["Host: lab.example."], "host"],
  ["beneath a listed name", open, ["Host: sub.lab.example"], "host"],
  ["a listed page under an unlisted name", open, ["Host: rebind.evil.example", `Origin: ${page}`], "host"],
];

describe.each(["ws", "wss"] as const)("X5: T20: admission to a live %s listener", (scheme) => {
  const listeners: Listener[] = [];
  afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.close())));

  async function listen(
    options: ListenerOptions,
    defaults = {},
  ): Promise<{ port: number; links: Link[]; refused: SwitchyardError[] }> {
    const links: Link[] = [];
    const refused: SwitchyardError[] = [];
    const accept = (link: Link): void => {
      links.push(link);
      link.destroy();
    };
    const listener = await ws(defaults).listen(new URL(`${scheme}://127.0.0.1:0/node`), accept, {
      ...options,
      ...(scheme === "wss" && { tls: { cert: identity.cert, key: identity.key } }),
      refused: (error) => void refused.push(error),
    });
    listeners.push(listener);
    return { port: Number(new URL(listener.location).port), links, refused };
  }

  async function dial(port: number): Promise<Socket> {
    const to = { port, host: "127.0.0.1" };
    const socket = scheme === "ws" ? connect(to) : tlsConnect({ ...to, ca: authority.ca });
    await untilEvent(socket, scheme === "ws" ? "connect" : "secureConnect");
    return socket.on("error", () => {});
  }

  /** All that comes back on these lines until the listener hangs up. */
  async function ask(port: number, lines: readonly string[]): Promise<string> {
    const socket = await dial(port);
    let answer = "";
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    await new Promise((resolve) => socket.once("close", resolve));
    return answer;
  }

  function verdictOf(answer: string): string {
    if (answer.startsWith("HTTP/1.1 101 ")) return "in";
    return /^HTTP\/1\.1 40[34] .*\r\nswitchyard-refusal: (\w+)\r\n/.exec(answer)?.[1] ?? answer;
  }

  it.each(matrix)("%s", async (_why, options, lines, verdict) => {
    const { port, links, refused } = await listen(options);
    expect(verdictOf(await ask(port, ["GET /node HTTP/1.1", ...lines, ...upgrade]))).toBe(verdict);
    expect(links).toHaveLength(verdict === "in" ? 1 : 0);
    expect(refused.map(({ code }) => code)).toEqual(verdict === "in" ? [] : ["REJECTED"]);
  });

  it("heeds the lists of each listener, and those of the transport where a listener has none", async () => {
    const defaults = { origins: [page], hosts: ["lab.example"] };
    const request = ["GET /node HTTP/1.1", "Host: lab.example", `Origin: ${page}`, ...upgrade];
    const verdicts = [];
    for (const options of [{}, { origins: [] }, { hosts: ["other.example"] }, { origins: ["https://other.example"] }]) {
      verdicts.push(verdictOf(await ask((await listen(options, defaults)).port, request)));
    }
    expect(verdicts).toEqual(["in", "origin", "host", "origin"]);
  });

  it.each([
    ["GET", "/node"],
    ["POST", "/node"],
    ["OPTIONS", "/node"],
    ["GET", "/"],
  ])("answers nothing but how to connect to a plain %s %s, and lets no page read it", async (method, path) => {
    const { port, links } = await listen(open);
    const answer = await ask(port, [
      `${method} ${path} HTTP/1.1`,
      "Host: localhost",
      `Origin: ${page}`,
      "Connection: close",
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 426 /);
    expect(answer.toLowerCase()).not.toContain("access-control-allow");
    expect(links).toEqual([]);
  });

  it("agrees to no compression, though it is offered in every form", async () => {
    const { port } = await listen(closed);
    const offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-webkit-deflate-frame";
    const answer = await ask(port, ["GET /node HTTP/1.1", "Host: localhost", offer, ...upgrade]);
    expect(verdictOf(answer)).toBe("in");
    expect(answer.toLowerCase()).not.toContain("sec-websocket-extensions");
  });

  it("hangs up on headers that are too large", async () => {
    const { port } = await listen(closed);
    const answer = await ask(port, ["GET /node HTTP/1.1", "Host: localhost", `X: ${"x".repeat(20_000)}`, ...upgrade]);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("hangs up on headers that do not end within 5 s", async () => {
    const { port } = await listen(closed);
    const began = performance.now();
    const socket = await dial(port);
    socket.resume().write("GET /node HTTP/1.1\r\nHost: localhost\r\n");
    await new Promise((resolve) => socket.once("close", resolve));
    expect(performance.now() - began).toBeGreaterThan(4_000);
    expect(performance.now() - began).toBeLessThan(9_000);
  }, 20_000);
});
