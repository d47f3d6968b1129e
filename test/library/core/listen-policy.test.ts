import { describe, expect, it } from "vitest";
import { isLoopbackHost, type ListenRequest, listenFault } from "../../../library/core/listen-policy.ts";

const plain = { hasToken: false, requiresClientCert: false, admitsPages: false };
const withToken = { ...plain, hasToken: true };
const withCert = { ...plain, requiresClientCert: true };
const withPages = { ...plain, admitsPages: true };

type Means = Omit<ListenRequest, "scheme" | "host">;

describe("X1: where a node may listen", () => {
  it.each<[string, string, Means, boolean]>([
    ["tcp", "127.0.0.1", plain, true],
    ["tcp", "localhost", plain, true],
    ["tcp", "[::1]", plain, true],
    ["tcp", "127.8.9.10", plain, true],
    ["tcp", "0.0.0.0", plain, false],
    ["tcp", "0.0.0.0", withToken, false],
    ["tcp", "[::]", withToken, false],
    ["tcp", "", plain, false],
    ["tcp", "localhost.example", plain, false],
    ["tcp", "127.0.0.1.example", plain, false],
    ["tls", "127.0.0.1", plain, true],
    ["tls", "0.0.0.0", plain, false],
    ["tls", "0.0.0.0", withToken, true],
    ["tls", "lab.example", withCert, true],
    ["ws", "localhost", plain, true],
    ["ws", "192.0.2.1", withToken, false],
    ["wss", "192.0.2.1", plain, false],
    ["wss", "192.0.2.1", withToken, true],
    ["ipc", "", plain, true],
    ["inproc", "anything", plain, true],
    ["sim", "n1", plain, true],
  ])("%s://%s with %o: %s", (scheme, host, means, isSafe) => {
    expect(listenFault({ scheme, host, ...means }) === undefined).toBe(isSafe);
  });
});

describe("X5: WebSocket", () => {
  it.each<[string, string, Means, boolean]>([
    ["ws", "127.0.0.1", withPages, false],
    ["ws", "127.0.0.1", { ...withPages, hasToken: true }, true],
    ["wss", "127.0.0.1", withPages, false],
    ["wss", "192.0.2.1", withCert, false],
    ["wss", "192.0.2.1", { ...withPages, requiresClientCert: true }, false],
    ["wss", "192.0.2.1", { ...withPages, hasToken: true }, true],
    ["tls", "192.0.2.1", { ...withPages, hasToken: true }, true],
  ])("%s://%s with %o: %s", (scheme, host, means, isSafe) => {
    expect(listenFault({ scheme, host, ...means }) === undefined).toBe(isSafe);
  });

  it("says what is wrong, in words that end a sentence", () => {
    expect(listenFault({ scheme: "tcp", host: "0.0.0.0", ...plain })).toBe(
      "tcp is not encrypted, and this is not a loopback address",
    );
    expect(listenFault({ scheme: "tls", host: "0.0.0.0", ...plain })).toContain("client certificate");
    expect(listenFault({ scheme: "wss", host: "0.0.0.0", ...withCert })).toContain("without a token");
  });
});

it("knows this machine by its names alone", () => {
  for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "127.255.255.254", "[::1]"]) {
    expect([host, isLoopbackHost(host)]).toEqual([host, true]);
  }
  for (const host of ["", "0.0.0.0", "[::]", "[::ffff:7f00:1]", "127.1", "1127.0.0.1", "localhost."]) {
    expect([host, isLoopbackHost(host)]).toEqual([host, false]);
  }
});
