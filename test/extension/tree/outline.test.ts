import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Branch } from "../../../extension/tree/branch.ts";
import { Outline, pageLength } from "../../../extension/tree/outline.ts";

const branch = (key: string, description = "", children?: readonly Branch[]): Branch => ({
  kind: "topic",
  key,
  label: key,
  description,
  icon: "x",
  ...(children !== undefined && { children: () => children }),
});

const newOutline = () => new Outline((left) => branch("more", String(left)));

/** Opens every line, as a person who expands all. */
function openAll(outline: Outline, ids = outline.roots()): void {
  for (const id of ids) openAll(outline, outline.children(id));
}

describe("Outline", () => {
  it("names the line that looks different, and no other", () => {
    const outline = newOutline();
    outline.update([branch("a", "", [branch("x", "1/s"), branch("y", "2/s")]), branch("b")]);
    openAll(outline);
    const change = outline.update([branch("a", "", [branch("x", "1/s"), branch("y", "3/s")]), branch("b")]);
    expect(change).toEqual([outline.children(outline.roots()[0] ?? "")[1]]);
    expect(outline.update([branch("a", "", [branch("x", "1/s"), branch("y", "3/s")]), branch("b")])).toEqual([]);
  });

  it("names the parent when its children are others, and nothing below it", () => {
    const outline = newOutline();
    outline.update([branch("a", "", [branch("x", "1/s")])]);
    openAll(outline);
    const [a = ""] = outline.roots();
    expect(outline.update([branch("a", "", [branch("x", "2/s"), branch("y")])])).toEqual([a]);
    expect(outline.children(a)).toHaveLength(2);
    expect(outline.branch(outline.children(a)[0] ?? "")?.description).toBe("2/s");
  });

  it("draws everything when the first lines are others", () => {
    const outline = newOutline();
    expect(outline.update([branch("a")])).toBe("all");
    outline.roots();
    expect(outline.update([branch("a"), branch("b")])).toBe("all");
  });

  it("does not look into what nobody opened", () => {
    const outline = newOutline();
    let calls = 0;
    const closed = (): Branch => ({
      ...branch("a"),
      children: () => {
        calls += 1;
        return [];
      },
    });
    outline.update([closed()]);
    outline.roots();
    expect(outline.update([closed()])).toEqual([]);
    expect(calls).toBe(0);
  });

  it("shows one page, and one more each time", () => {
    const outline = newOutline();
    const many = Array.from({ length: 2 * pageLength + 40 }, (_, index) => branch(`t${index}`));
    outline.update([branch("a", "", many)]);
    const [a = ""] = outline.roots();
    expect(outline.children(a)).toHaveLength(pageLength + 1);
    const more = outline.children(a).at(-1) ?? "";
    expect(outline.branch(more)?.description).toBe(String(pageLength + 40));
    expect(outline.showMore(more)).toBe(a);
    expect(outline.children(a)).toHaveLength(2 * pageLength + 1);
    expect(outline.update([branch("a", "", many)])).toEqual([]);
    expect(outline.children(a)).toHaveLength(2 * pageLength + 1);
    outline.showMore(outline.children(a).at(-1) ?? "");
    expect(outline.children(a)).toHaveLength(many.length);
  });

  it("tells lines apart whose keys are the same or look like paths", () => {
    const outline = newOutline();
    outline.update([branch("a", "", [branch("b/c"), branch("b/c"), branch("b", "", [branch("c")])])]);
    const ids = outline.children(outline.roots()[0] ?? "");
    const inner = outline.children(ids[2] ?? "");
    expect(new Set([...ids, ...inner]).size).toBe(4);
  });

  it("knows the parent of each line", () => {
    const outline = newOutline();
    outline.update([branch("a", "", [branch("x")])]);
    const [a = ""] = outline.roots();
    const [x = ""] = outline.children(a);
    expect(outline.parent(x)).toBe(a);
    expect(outline.parent(a)).toBeUndefined();
  });

  it("shows after any updates what a new outline of the last tree shows", () => {
    const tree = fc.letrec<{ branches: Branch[] }>((tie) => ({
      branches: fc.uniqueArray(
        fc
          .tuple(
            fc.constantFrom("a", "b", "c"),
            fc.constantFrom("1", "2"),
            fc.option(tie("branches"), { depthSize: "small" }),
          )
          .map(([key, description, children]) => branch(key, description, children ?? undefined)),
        { selector: ({ key }) => key, maxLength: 3 },
      ),
    })).branches;
    const seen = (outline: Outline, ids = outline.roots()): unknown =>
      ids.map((id) => [id, outline.branch(id)?.description, seen(outline, outline.children(id))]);

    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 5 }), fc.boolean(), (trees, opensBetween) => {
        const outline = newOutline();
        for (const roots of trees) {
          const before = new Map(drawn(outline));
          const change = outline.update(roots);
          // Whatever a person sees that is not drawn again must be as it was.
          if (change !== "all")
            for (const [id, look] of before)
              if (!covers(change, id)) expect(outline.branch(id)?.description).toBe(look);
          if (opensBetween) openAll(outline);
        }
        const fresh = newOutline();
        fresh.update(trees.at(-1) ?? []);
        expect(seen(outline)).toEqual(seen(fresh));
      }),
    );
  });
});

/** Each line that is open, with its look. */
function drawn(outline: Outline, ids = outline.roots()): [string, string | undefined][] {
  return ids.flatMap((id) => [[id, outline.branch(id)?.description], ...drawn(outline, outline.children(id))]);
}

function covers(change: readonly string[], id: string): boolean {
  return change.some((named) => id === named || id.startsWith(`${named}/`));
}
