import fc from "fast-check";
import { expect, it } from "vitest";
import { shownText } from "../../../library/core/foreign-text.ts";

it("leaves what can be shown, and shortens it", () => {
  expect(shownText("worker-1 is not let in: ä 🚦", 256)).toBe("worker-1 is not let in: ä 🚦");
  expect(shownText("abc", 2)).toBe("ab");
});

it("has nothing that a terminal or a log would obey", () => {
  expect(shownText("\u001b[31mred\u202egnp\n\r\u009b\u2028", 256)).toBe(
    "\ufffd[31mred\ufffdgnp\ufffd\ufffd\ufffd\ufffd",
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(shownText(text, 64)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      expect(shownText(text, 64).length).toBeLessThanOrEqual(64);
    }),
  );
});
