import { describe, expect, it } from "vitest";
import { parseColumnType } from "../../../../library/core/zeek-log/types.ts";

describe("column types", () => {
  it.each([
    ["addr", { kind: "scalar", type: "addr" }],
    ["vector[interval]", { kind: "vector", element: "interval" }],
    ["set[enum]", { kind: "set", element: "enum" }],
    ["table[addr]", { kind: "set", element: "addr" }],
    ["func", { kind: "scalar", type: "string" }],
  ])("reads %s", (text, type) => {
    expect(parseColumnType(text)).toEqual(type);
  });

  it.each([
    "",
    "opaque",
    "vector",
    "vector[]",
    "vector[opaque]",
    "vector[vector[addr]]",
    "set[addr,port]",
    "Addr",
    "constructor",
  ])("knows no %j", (text) => {
    expect(parseColumnType(text)).toBeUndefined();
  });
});
