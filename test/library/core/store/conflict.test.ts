import fc from "fast-check";
import { expect, it } from "vitest";
import { judge } from "../../../../library/core/store/conflict.ts";
import { swapped } from "../../../../library/core/store/witness.ts";

const claim = (life: string, epoch: number, revision: number) => ({ life, version: { epoch, revision } });

it("F7: the higher epoch wins, an empty one yields, of two empty ones the lower life, two with content stop", () => {
  expect(judge(claim("a", 2, 0), claim("b", 1, 9))).toBe("win");
  expect(judge(claim("a", 1, 9), claim("b", 2, 0))).toBe("yield");
  expect(judge(claim("a", 1, 0), claim("b", 1, 9))).toBe("yield");
  expect(judge(claim("a", 1, 0), claim("b", 1, 0))).toBe("yield");
  expect(judge(claim("a", 1, 3), claim("b", 1, 9))).toBe("read-only");
});

it("F7: both sides judge alike", () => {
  const side = fc.record({ epoch: fc.nat(2), revision: fc.nat(2) });
  const opposite = { win: "yield", yield: "win", "read-only": "read-only" } as const;
  fc.assert(
    fc.property(side, side, (a, b) => {
      const [ours, theirs] = [claim("a", a.epoch, a.revision), claim("b", b.epoch, b.revision)];
      return judge(ours, theirs) === opposite[judge(theirs, ours)];
    }),
  );
});

it("F5: a witness changes its record only for who knows it, and never back", () => {
  const first = { epoch: 1, authority: "a", heir: "h" };
  const second = { epoch: 2, authority: "h", heir: undefined };
  expect(swapped(undefined, undefined, first)).toBe(first);
  expect(swapped(first, first, second)).toBe(second);
  expect(swapped(second, first, { epoch: 2, authority: "a", heir: undefined })).toBe(second);
  expect(swapped(second, second, first)).toBe(second);
});
