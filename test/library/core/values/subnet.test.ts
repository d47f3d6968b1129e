import { BlockList } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Address, addr, Subnet, subnet } from "../../../../library/core/values/index.ts";
import { addresses } from "./arbitrary.ts";

const cases = fc.tuple(addresses(), fc.integer({ min: 0, max: 128 }), addresses());

test("contains what Node's own rule says", () => {
  fc.assert(
    fc.property(cases, ([address, wanted, other]) => {
      const length = address.isV4 ? wanted % 33 : wanted;
      const net = subnet(address, length);
      const rule = new BlockList();
      rule.addSubnet(address.text, length, address.isV4 ? "ipv4" : "ipv6");
      for (const each of [address, other, net.address]) {
        const theirs = each.isV4 === address.isV4 && rule.check(each.text, each.isV4 ? "ipv4" : "ipv6");
        expect(net.contains(each)).toBe(theirs);
      }
    }),
  );
});

test.each([
  ["10.1.2.3/8", "10.0.0.0/8"],
  ["10.1.2.3/0", "0.0.0.0/0"],
  ["255.255.255.255/32", "255.255.255.255/32"],
  ["255.255.255.255/1", "128.0.0.0/1"],
  ["2001:db8:ffff::/32", "2001:db8::/32"],
  ["[2001:db8::1]/128", "2001:db8::1/128"],
  ["ffff::/0", "::/0"],
  ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
  ["[::ffff:0:0]/96", "0.0.0.0/0"],
])("%s is %s", (written, text) => {
  expect(subnet(written).text).toBe(text);
  expect(subnet(text)).toEqual(subnet(written));
  expect(subnet(subnet(written).toString())).toEqual(subnet(written));
});

test.each([
  "",
  "10.0.0.0",
  "10.0.0.0/",
  "10.0.0.0/33",
  "10.0.0.0/-1",
  "10.0.0.0/08x",
  "[10.0.0.0]/8",
  "::/129",
  "::ffff:10.0.0.0/8",
  "10.0.0.0/8/8",
  "/8",
])("%s is no subnet", (text) => {
  expect(() => subnet(text)).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
});

test("takes an address and a length of its family", () => {
  expect(subnet(addr("10.1.2.3"), 8)).toEqual(subnet("10.0.0.0/8"));
  expect(subnet("10.1.2.3", 8)).toEqual(subnet("10.0.0.0/8"));
  for (const length of [-1, 33, 0.5, Number.NaN]) {
    expect(() => subnet("10.0.0.0", length)).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
  }
  expect(() => subnet("10.0.0.0/8", 8)).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
  expect(() => subnet(5 as never)).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
});

test("text form has brackets, JSON form has none", () => {
  expect(subnet("2001:db8::/32").toString()).toBe("[2001:db8::]/32");
  expect(JSON.stringify(subnet("2001:db8::/32"))).toBe('{"subnet":"2001:db8::/32"}');
  expect(Object.isFrozen(new Subnet(new Address(0), 0))).toBe(true);
});
