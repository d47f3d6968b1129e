import { expect, it } from "vitest";
import { addressOf } from "../../../library/core/remote-address.ts";

it.each<[string, string | undefined]>([
  ["192.0.2.7:5321", "192.0.2.7"],
  ["127.0.0.1:5321", undefined],
  ["127.9.9.9:1", undefined],
  ["[::1]:5321", undefined],
  ["[::ffff:127.0.0.1]:5321", undefined],
  ["[::ffff:192.0.2.7]:5321", "192.0.2.7"],
  ["[2001:db8:1:2:3:4:5:6]:1", "2001:db8:1:2"],
  ["[2001:db8:1:2::9]:1", "2001:db8:1:2"],
  ["[2001:0db8::9]:1", "2001:db8:0:0"],
  ["[fe80::1%eth0]:1", "fe80:0:0:0"],
  ["[::2]:1", "0:0:0:0"],
  ["/tmp/x.sock", undefined],
  ["", undefined],
])("of %j is %j", (remote, address) => expect(addressOf(remote)).toBe(address));
