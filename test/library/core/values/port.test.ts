import { expect, test } from "vitest";
import { port } from "../../../../library/core/values/index.ts";

test.each(["0/unknown", "80/tcp", "53/udp", "8/icmp", "65535/tcp"])("%s is a port", (text) => {
  expect(port(text).toString()).toBe(text);
  expect(port(port(text).number, port(text).protocol)).toEqual(port(text));
});

test.each([
  ["", "BAD_VALUE"],
  ["80", "BAD_VALUE"],
  ["80/TCP", "BAD_VALUE"],
  ["80/sctp", "BAD_VALUE"],
  ["65536/tcp", "BAD_VALUE"],
  ["-1/tcp", "BAD_VALUE"],
  [80 as never, "BAD_VALUE"],
  [null as never, "BAD_VALUE"],
])("%s is none", (from, code) => {
  expect(() => port(from)).toThrow(expect.objectContaining({ code }));
});

test("its number and protocol are checked", () => {
  expect(() => port(65_536, "tcp")).toThrow("port from 65536, must be 0 to 65535");
  expect(() => port(1.5, "tcp")).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
  expect(() => port(80, "constructor" as never)).toThrow('port from "constructor", wanted unknown, tcp, udp, icmp');
});

test("has its text in JSON, and cannot be changed", () => {
  expect(JSON.stringify(port("80/tcp"))).toBe('{"port":"80/tcp"}');
  expect(Object.isFrozen(port("80/tcp"))).toBe(true);
});
