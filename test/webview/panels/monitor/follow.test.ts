import { expect, it } from "vitest";
import { nextFollow } from "../../../../webview/panels/monitor/follow.ts";

const away = { kind: "scrolled", isTowardsNewest: false, isAtNewest: false } as const;
const back = { kind: "scrolled", isTowardsNewest: true, isAtNewest: true } as const;
const over = { kind: "pointed", isOver: true } as const;
const out = { kind: "pointed", isOver: false } as const;

it("ends when the person scrolls away, and begins again at the newest", () => {
  expect(nextFollow("following", away)).toBe("free");
  expect(nextFollow("free", { ...back, isAtNewest: false })).toBe("free");
  expect(nextFollow("free", back)).toBe("following");
});

it("ends by the smallest step away, though the newest is still in sight", () => {
  expect(nextFollow("following", { ...away, isAtNewest: true })).toBe("free");
});

it("holds still under a pointer, and no longer", () => {
  expect(nextFollow("following", over)).toBe("held");
  expect(nextFollow("held", out)).toBe("following");
  expect(nextFollow("held", away)).toBe("free");
  expect(nextFollow("held", back)).toBe("held");
});

it("stays with a selected row until the person jumps", () => {
  expect(nextFollow("held", { kind: "selected" })).toBe("free");
  expect(nextFollow("free", out)).toBe("free");
  expect(nextFollow("free", over)).toBe("free");
  expect(nextFollow("free", { kind: "jumped" })).toBe("following");
});
