import { SocketAddress } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Address, addr } from "../../../../library/core/values/index.ts";
import { addresses } from "./arbitrary.ts";

test("bytes and text lead back to the same address", () => {
  fc.assert(
    fc.property(addresses(), (address) => {
      expect(addr(address.bytes)).toEqual(address);
      expect(addr(address.text)).toEqual(address);
      expect(addr(address.toString())).toEqual(address);
    }),
    { numRuns: 1000 },
  );
});

test("text of IPv6 means the same to Node", () => {
  fc.assert(
    fc.property(addresses(), ({ isV4, text }) => {
      const family = isV4 ? "ipv4" : "ipv6";
      const theirs = new SocketAddress({ address: text, family, port: 0 }).address;
      expect(addr(theirs).text).toBe(text);
    }),
  );
});

test.each([
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:0DB8::0001", "2001:db8::1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
  ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::ffff:10.0.0.1", "10.0.0.1"],
  ["::ffff:a00:1", "10.0.0.1"],
  ["0:0:0:0:0:ffff:10.0.0.1", "10.0.0.1"],
  ["64:ff9b::10.0.0.1", "64:ff9b::a00:1"],
  ["::10.0.0.1", "::a00:1"],
  ["[::1]", "::1"],
])("%s is %s", (written, text) => {
  expect(addr(written).text).toBe(text);
});

test.each([
  "",
  "10.0.0",
  "10.0.0.0.1",
  "10.0.0.256",
  "10.0.0.01",
  " 10.0.0.1",
  "[10.0.0.1]",
  ":",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "::12345",
  "::g",
  "10.0.0.1::",
  "::10.0.0.1:1",
  ":1:2:3:4:5:6:7",
  "fe80::1%eth0",
  "[::1",
  "0".repeat(100),
])("%s is no address", (text) => {
  expect(() => addr(text)).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
});

describe("constructor", () => {
  test("takes 4 or 16 bytes, mapped ones becoming v4", () => {
    expect(addr(Uint8Array.of(10, 0, 0, 1)).text).toBe("10.0.0.1");
    expect(addr(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1))).toEqual(addr("10.0.0.1"));
    expect(addr(Uint8Array.of(9, 10, 0, 0, 1).subarray(1)).text).toBe("10.0.0.1");
    expect(() => addr(new Uint8Array(5))).toThrow("addr from an object of class Uint8Array, wanted text such as");
  });

  test("refuses what is neither", () => {
    expect(() => addr(5 as never)).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
    expect(() => addr(null as never)).toThrow("addr from null");
  });
});

test("bytes belong to whoever asked for them", () => {
  const address = addr("2001:db8::1");
  address.bytes.fill(0);
  expect(address.text).toBe("2001:db8::1");
});

test("text form has brackets, JSON form has none", () => {
  expect([addr("2001:db8::1"), addr("10.0.0.1")].map(String)).toEqual(["[2001:db8::1]", "10.0.0.1"]);
  expect(JSON.stringify(addr("2001:db8::1"))).toBe('{"addr":"2001:db8::1"}');
});

test("v4 and v6 addresses of the same number differ", () => {
  expect(new Address(1)).not.toEqual(new Address(1n));
});
