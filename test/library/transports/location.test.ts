import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostAndPort, hostPort, shown } from "../../../library/transports/location.ts";

describe("locations", () => {
  it.each([
    ["tcp://127.0.0.1:9999", "127.0.0.1", 9999],
    ["tcp://[2001:DB8::1]:1", "2001:db8::1", 1],
    ["tcp://Lab.example:65535/", "lab.example", 65535],
    ["tcp://wörk.example:0", "xn--wrk-sna.example", 0],
  ])("reads %s", (location, host, port) => {
    expect(hostAndPort(new URL(location))).toEqual({ host, port });
  });

  it("takes a default port where there is one", () => {
    expect(hostAndPort(new URL("ws://lab.example"), 80).port).toBe(80);
    expect(() => hostAndPort(new URL("tcp://lab.example"))).toThrow(/tcp:\/\/lab.example has no port/);
  });

  it("never sees a port beyond 65535, for that is no URL", () => {
    expect(() => new URL("tcp://127.0.0.1:65536")).toThrow(TypeError);
  });

  it("writes host and port so that they are read back", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), fc.nat(65535), (host, port) => {
        const written = new URL(`tcp://${hostPort(host, port)}`);
        const again = hostAndPort(written);
        expect(hostAndPort(new URL(`tcp://${hostPort(again.host, again.port)}`))).toEqual(again);
        expect(again.port).toBe(port);
      }),
    );
  });

  it("shows locations without user info", () => {
    expect(shown(new URL("ws://me:secret@lab.example/node?query"))).toBe("ws://lab.example/node");
    expect(shown(new URL("ipc:///run/node.sock"))).toBe("ipc:///run/node.sock");
  });
});
