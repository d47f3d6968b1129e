/** Schemas as programs declare them: the sender is told, and nothing leaves. */
import { expect, it } from "vitest";
import { count } from "../../library/core/values/index.ts";
import { event } from "../../library/events.ts";
import { Company, inbox, raise } from "./company.ts";

it("refuses at the sender what is not of the schema, in raise and survey", async () => {
  const company = new Company();
  const [a, b] = [company.node("a"), company.node("b")];
  await company.join(a, b);
  const arrived = await inbox(b, "*");
  const schema = a.topics.schema("t.*", { events: { e: ["count"] }, strict: true });
  const mismatch = expect.objectContaining({
    code: "SCHEMA_MISMATCH",
    message: expect.stringMatching(/^e under t\.1: argument 1 must be count, not string: the values are not/),
  });
  expect(() => a.events.raise("t.1", event("e", ["x"]))).toThrow(mismatch);
  expect(() => a.events.raise("t.1", event("f"))).toThrow(expect.objectContaining({ code: "SCHEMA_MISMATCH" }));
  expect(() => a.events.raise("t.1", { name: "e", args: ["x"], time: undefined })).toThrow(mismatch);
  await expect(a.events.survey("t.1", event("e", ["x"]))).rejects.toEqual(mismatch);
  a.events.raise("t.1", event("e", [count(1)]));
  raise(a, "other");
  schema.remove();
  raise(a, "t.1", "f");
  expect(await arrived.until("t.1 f")).toEqual(["t.1 e", "other e", "t.1 f"]);
  expect(() => a.topics.schema("", { events: {} })).toThrow(expect.objectContaining({ code: "BAD_PATTERN" }));
});
