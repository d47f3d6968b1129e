/** Schemas: what they let through, and how they say what is wrong. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SchemaTable } from "../../../library/core/schema.ts";
import { parseDeclaredType, typeFault } from "../../../library/core/schema-type.ts";
import { addr, count, set, table, typeOf, type Value } from "../../../library/core/values/index.ts";
import { values } from "./values/arbitrary.ts";

const conn = { conn_opened: ["count", "string", "addr", "double"] };

function tableWith(...given: Parameters<SchemaTable["add"]>): SchemaTable {
  const schemas = new SchemaTable();
  schemas.add(...given);
  return schemas;
}

/** What it says, without what to do about it. */
function said(schemas: SchemaTable, name: string, args: readonly Value[], topic = "zeek.conn"): string {
  try {
    schemas.check(topic, name, args);
    return "";
  } catch (error) {
    expect(error).toMatchObject({ code: "SCHEMA_MISMATCH" });
    return (error as Error).message.split(": the values are not")[0]!;
  }
}

describe("a schema", () => {
  it("lets through what has the types, and names what has not", () => {
    const schemas = tableWith("zeek.*", { events: conn });
    const good: readonly Value[] = [count(1), "x", addr("10.0.0.1"), 0.5];
    expect(said(schemas, "conn_opened", good)).toBe("");
    expect(said(schemas, "conn_opened", [1, "x", addr("10.0.0.1"), 0.5])).toBe(
      "conn_opened under zeek.conn: argument 1 must be count, not double",
    );
    expect(said(schemas, "conn_opened", good.with(3, null))).toBe(
      "conn_opened under zeek.conn: argument 4 must be double, not none",
    );
    expect(said(schemas, "conn_opened", good.slice(1))).toBe(
      "conn_opened under zeek.conn takes (count, string, addr, double), and was given 3 of them",
    );
    expect(said(schemas, "conn_opened", [...good, 1])).toMatch(/takes .*, and was given 5 of them$/);
  });

  it("holds under its topics alone, until it is removed", () => {
    const schemas = new SchemaTable();
    expect(schemas.isEmpty).toBe(true);
    const remove = schemas.add("zeek.*", { events: conn });
    expect(schemas.isEmpty).toBe(false);
    expect(said(schemas, "conn_opened", [], "other")).toBe("");
    expect(said(schemas, "conn_opened", [])).not.toBe("");
    remove();
    remove();
    expect(said(schemas, "conn_opened", [])).toBe("");
    expect(schemas.isEmpty).toBe(true);
  });

  it("lets through events that it does not name, unless it is strict", () => {
    expect(said(tableWith("*", { events: conn }), "other", [])).toBe("");
    expect(said(tableWith("*", { events: conn, strict: true }), "other", [])).toBe(
      '"other" under zeek.conn is none of the events of its schema: conn_opened',
    );
  });

  it("holds beside others", () => {
    const schemas = tableWith("*", { events: { e: ["any"] } });
    schemas.add("zeek.*", { events: { e: ["count"] } });
    expect(said(schemas, "e", ["x"])).toMatch(/must be count/);
    expect(said(schemas, "e", ["x"], "other")).toBe("");
    expect(said(schemas, "e", [], "other")).toMatch(/takes \(any\), and was given 0/);
  });

  it("may have arguments that can be left out", () => {
    const schemas = tableWith("*", { events: { e: ["count", "string &optional", "bool&optional"] } });
    for (const args of [[count(1)], [count(1), null], [count(1), "x", true], [count(1), null, null]]) {
      expect(said(schemas, "e", args)).toBe("");
    }
    expect(said(schemas, "e", [null])).toMatch(/argument 1 must be count, not none/);
    expect(said(schemas, "e", [count(1), 5])).toMatch(/argument 2 must be string &optional, not double/);
  });

  it("takes names that objects have of themselves", () => {
    const events = JSON.parse('{"__proto__":["count"],"constructor":["count"]}') as Record<string, string[]>;
    const schemas = tableWith("*", { events });
    for (const name of ["__proto__", "constructor"]) expect(said(schemas, name, ["x"])).toMatch(/must be count/);
    expect(said(schemas, "toString", ["x"])).toBe("");
  });

  it.each([
    [{ events: { e: ["number"] } }],
    [{ events: { e: ["vector"] } }],
    [{ events: { e: ["vector[count"] } }],
    [{ events: { e: ["table[count]"] } }],
    [{ events: { e: ["count string"] } }],
    [{ events: { e: [""] } }],
    [{ events: { e: [`${"vector[".repeat(100)}any${"]".repeat(100)}`] } }],
    [{ events: { e: [5] } }],
    [{ events: { e: "count" } }],
    [{ events: { "": [] } }],
    [{}],
  ])("is refused where it is none: %j", (schema) => {
    expect(() => new SchemaTable().add("*", schema as never)).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT" }),
    );
  });
});

describe("a type", () => {
  it.each<[string, Value, string | undefined]>([
    ["vector[count]", [count(1), count(2)], undefined],
    ["vector[count]", [count(1), "x"], ", element 2 must be count, not string"],
    ["vector[count]", [count(1), null], ", element 2 must be count, not none"],
    ["vector[count &optional]", [count(1), null], undefined],
    ["set[addr]", set([addr("10.0.0.1"), 5]), ", element 2 must be addr, not double"],
    ["table[string] of vector[int]", table([["a", [1n]]]), undefined],
    ["table[string] of vector[int]", table([["a", ["x"]]]), ", value 1, element 1 must be int, not string"],
    ["table [ string ] of int", table([[5, 1n]]), ", key 1 must be string, not double"],
    ["any", null, undefined],
    ["none", null, undefined],
    ["vector[any]", "x", " must be vector[any], not string"],
    ["string", Uint8Array.of(0xff), undefined],
  ])("%s of %s", (type, value, fault) => {
    expect(typeFault(parseDeclaredType(type), value)).toBe(fault);
  });

  it("is that of the value, whatever that is", () => {
    fc.assert(
      fc.property(values(2), (value) => {
        const name = typeOf(value);
        const types = { vector: "vector[any]", set: "set[any]", table: "table[any] of any" } as Record<string, string>;
        expect(typeFault(parseDeclaredType(types[name] ?? name), value)).toBeUndefined();
        if (name !== "bool") expect(typeFault(parseDeclaredType("bool"), value)).toBe(` must be bool, not ${name}`);
      }),
    );
  });
});
