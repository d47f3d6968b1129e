/** What an heir says of its process, and what is believed of it. */
import { describe, expect, it } from "vitest";
import { HeirProcess } from "../../../library/store/heir-process.ts";

/** A machine on which these run; all others have ended, or never were. */
function machine(...running: readonly string[]) {
  const there = new Set(running);
  const processes = {
    own: () => "ours",
    runs: (told: string) => there.has(told),
    isGone: (told: string) => !there.has(told),
  };
  return { heir: new HeirProcess(processes), end: (told: string) => there.delete(told) };
}

it("F4: an heir whose process was seen here and has ended is gone", () => {
  const { heir, end } = machine("p");
  heir.hear("life", "p");
  expect(heir.isGone("life")).toBe(false);
  heir.hear("life", "p");
  end("p");
  expect([heir.isGone("life"), heir.isGone("another life")]).toEqual([true, false]);
});

describe("F4: is not believed", () => {
  it("of a process that never ran here: of another machine, a copy of one, or made up", () => {
    const { heir } = machine("p");
    heir.hear("life", "q");
    expect(heir.isGone("life")).toBe(false);
  });

  it("of an heir that says now this and now that, whatever it says then", () => {
    for (const other of ["q", undefined]) {
      const { heir, end } = machine("p", "q");
      for (const told of ["p", other, "p"]) heir.hear("life", told);
      end("p");
      end("q");
      expect(heir.isGone("life")).toBe(false);
    }
  });

  it("of an heir that said nothing, or nothing at first", () => {
    const { heir, end } = machine("p");
    expect(heir.isGone("life")).toBe(false);
    heir.hear("life", undefined);
    heir.hear("life", "p");
    end("p");
    expect(heir.isGone("life")).toBe(false);
  });

  it("of an heir that came after the one that is gone", () => {
    const { heir, end } = machine("p", "q");
    heir.hear("first", "p");
    heir.hear("second", "q");
    end("p");
    expect([heir.isGone("first"), heir.isGone("second")]).toEqual([false, false]);
  });
});
