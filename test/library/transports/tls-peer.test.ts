import { describe, expect, it } from "vitest";
import { namesOf } from "../../../library/transports/tls-peer.ts";

describe("X2: the names of a certificate", () => {
  it.each<[list: string, names: readonly string[]]>([
    ["", []],
    ["DNS:a.example", ["a.example"]],
    ["DNS:a.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1", ["a.example", "127.0.0.1", "0:0:0:0:0:0:0:1"]],
    ["URI:spiffe://lab/worker", ["spiffe://lab/worker"]],
    ['URI:"spiffe://lab/a, DNS:b.example", DNS:c.example', ["spiffe://lab/a, DNS:b.example", "c.example"]],
    ['DNS:"a\\", DNS:b.example", DNS:c.example', ['a", DNS:b.example', "c.example"]],
    ["email:someone@lab.example, DNS:a.example, DirName:CN\\=x", ["a.example"]],
    ['DNS:"never ends', []],
    ['DNS:"\\x41", DNS:a.example', ["a.example"]],
  ])("%s", (list, names) => {
    expect(namesOf(list)).toEqual(names);
  });
});
