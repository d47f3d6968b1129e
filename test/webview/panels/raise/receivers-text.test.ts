import { expect, it } from "vitest";
import { receiversText, sentText } from "../../../../webview/panels/raise/receivers-text.ts";

it("counts and names who would receive it", () => {
  expect(receiversText({ receivers: ["logger", "manager"], known: true })).toBe("would reach 2 nodes: logger, manager");
  expect(receiversText({ receivers: ["logger"], known: true })).toBe("would reach 1 node: logger");
  const many = Array.from({ length: 10 }, (_, index) => `n${index}`);
  expect(receiversText({ receivers: many, known: true })).toBe(
    "would reach 10 nodes: n0, n1, n2, n3, n4, n5 and 4 more",
  );
});

it("tells nobody from not known", () => {
  expect(receiversText({ receivers: [], known: true })).toBe("nobody subscribes");
  expect(receiversText({ receivers: [], known: false })).toBe("who would receive it is not known yet");
});

it("tells how many peers it went to", () => {
  expect(sentText(1)).toBe("Sent to 1 direct peer");
  expect(sentText(0)).toMatch(/^Sent to no peer/);
});
