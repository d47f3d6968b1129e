import fc from "fast-check";
import { expect, it } from "vitest";
import { hexDump } from "../../../../webview/panels/monitor/hex-dump.ts";

it("shows offset, bytes and text", () => {
  expect(hexDump("48656c6c6f00ff")).toBe("0000  48 65 6c 6c 6f 00 ff                             Hello··");
  expect(hexDump("")).toBe("");
});

it("loses no byte", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const hex = Buffer.from(bytes).toString("hex");
      const shown = hexDump(hex)
        .split("\n")
        .map((line) => line.slice(6, 53).replaceAll(" ", ""));
      expect(shown.join("")).toBe(hex);
    }),
  );
});
