import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLoopback, refusalOf } from "../../../library/transports/ws-admission.ts";

function refusalOfHost(host: string | undefined, hosts: string[] = []): string | undefined {
  const headers = host === undefined ? {} : { host };
  return refusalOf({ url: "/node", headers }, "/node", { hosts });
}

describe("X5: admission to a ws listener", () => {
  it.each(["localhost", "127.0.0.1", "127.255.255.255:65535", "[::1]", "[::1]:1"])("admits the host %s", (host) => {
    expect(refusalOfHost(host)).toBeUndefined();
  });

  it.each([
    undefined,
    "",
    ":80",
    "::1",
    "[::1",
    "[::1]x",
    "127.1",
    "0x7f.0.0.1",
    "localhost:",
    "localhost:x",
    "localhost.",
  ])("does not admit the host %s", (host) => {
    expect(refusalOfHost(host)).toBe("host");
  });

  it("admits no host but loopback and those listed, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.ipV4(), fc.string()), fc.boolean(), (host, isListed) => {
        fc.pre(!/^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(host) && /^[^:[\]]+$/.test(host));
        expect(refusalOfHost(host, isListed ? [host] : ["listed.example"])).toBe(isListed ? undefined : "host");
      }),
    );
  });

  it("admits no origin but those listed, and never null", () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: false }), fc.boolean(), (origin, isListed) => {
        const origins = isListed ? [origin, "null"] : ["https://lab.example", "null"];
        const refused = (value: string): string | undefined =>
          refusalOf({ url: "/", headers: { host: "localhost", origin: value } }, "/", { origins });
        expect(refused(origin)).toBe(isListed ? undefined : "origin");
        expect(refused("null")).toBe("origin");
      }),
    );
  });

  it("takes the forms of loopback that a URL has", () => {
    const names = ["ws://LOCALHOST", "ws://127.1", "ws://[0:0::1]"].map((url) => new URL(url).hostname);
    expect(names.map(isLoopback)).toEqual([true, true, true]);
    expect(["127.0.0.1.example", "localhost.example", "[::2]", "::1"].map(isLoopback)).toEqual(Array(4).fill(false));
  });
});
