import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Branch } from "../../../extension/tree/branch.ts";
import { sortTopics, topicBranches } from "../../../extension/tree/topics.ts";
import { topicInfo } from "../../fakes/topology.ts";

const build = (...topics: readonly string[]) =>
  topicBranches("demo", sortTopics(topics.map((topic) => topicInfo(topic))));

/** Folders as arrays with their label first, topics as strings. */
function shape(branches: readonly Branch[]): unknown[] {
  return branches.map((branch) =>
    branch.children === undefined ? branch.label : [branch.label, ...shape(branch.children())],
  );
}

function leaves(branches: readonly Branch[]): readonly Branch[] {
  return branches.flatMap((branch) => (branch.children === undefined ? [branch] : leaves(branch.children())));
}

describe("topicBranches", () => {
  it("makes folders of segments, at dots and at slashes", () => {
    expect(shape(build("zeek.conn.new", "zeek.conn.old", "zeek.dns", "zeek/known/hosts", "alarm"))).toEqual([
      "alarm",
      ["zeek", ["conn", "new", "old"], "dns"],
      ["zeek/", ["known/", "hosts"]],
    ]);
  });

  it("shows a topic beside the folder of the same name", () => {
    expect(shape(build("a.b", "a.b.c"))).toEqual([["a", "b", ["b", "c"]]]);
  });

  it("takes the dot of a reserved topic for a part of its first segment", () => {
    expect(shape(build(".node.x", ".ask"))).toEqual([".ask", [".node", "x"]]);
  });

  it("gives each line the pattern that covers it", () => {
    const [folder] = build("a.b.c", "a.b.d");
    expect(folder?.target).toEqual({ cluster: "demo", pattern: "a.*" });
    expect(folder?.children?.()[0]?.target).toEqual({ cluster: "demo", pattern: "a.b.*" });
    expect(leaves(build("a.b"))[0]?.target).toEqual({ cluster: "demo", topic: "a.b", pattern: "a.b" });
  });

  it("shows rate and subscribers, and fades what is quiet", () => {
    const busy = topicInfo("a", { perSecond: 12.3, subscribers: ["x", "y", "z"], quietMs: 10 });
    const quiet = topicInfo("b", { quietMs: 30_000, subscribers: ["x"] });
    const [first, second] = topicBranches("demo", [busy, quiet]);
    expect(first).toMatchObject({ description: "12/s · 3 subscribers" });
    expect(first?.color).toBeUndefined();
    expect(second).toMatchObject({ description: "0/s · 1 subscriber", color: "disabledForeground" });
  });

  it("shows a hostile topic as a harmless text", () => {
    const [branch] = build("\u202eevil[x](command:rm)");
    expect(branch?.label).toBe("\\u{202e}evil[x](command:rm)");
    expect(branch?.hover?.()).not.toContain("](");
  });

  it("has each topic once, whatever the topics are", () => {
    const topic = fc.string({ unit: fc.constantFrom("a", "b", ".", "/", "é"), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.uniqueArray(topic), (topics) => {
        const shown = leaves(build(...topics)).map(({ target }) => target?.topic);
        expect(shown).toHaveLength(topics.length);
        expect(new Set(shown)).toEqual(new Set(topics));
      }),
    );
  });

  it("gives siblings different keys", () => {
    const topic = fc.string({ unit: fc.constantFrom("a", "b", ".", "/"), minLength: 1, maxLength: 6 });
    const check = (branches: readonly Branch[]): void => {
      expect(new Set(branches.map(({ key }) => key)).size).toBe(branches.length);
      for (const { children } of branches) if (children !== undefined) check(children());
    };
    fc.assert(fc.property(fc.uniqueArray(topic), (topics) => check(build(...topics))));
  });
});
