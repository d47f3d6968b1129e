import { InvalidArgumentError } from "commander";
import { expect, it } from "vitest";
import {
  gather,
  readByteCount,
  readCount,
  readDurationMs,
  readLifetimeMs,
  readRate,
  readSpeed,
} from "../../../server/cli/options.ts";

it.each([
  [readCount, "12", 12],
  [readRate, "0.5", 0.5],
  [readSpeed, "10x", 10],
  [readSpeed, "2.5", 2.5],
  [readDurationMs, "2s", 2000],
  [readDurationMs, "500ms", 500],
  [readDurationMs, "1.5m", 90_000],
  [readLifetimeMs, "30s", 30_000],
  [readLifetimeMs, "1.5h", 5_400_000],
  [readLifetimeMs, "7d", 604_800_000],
  [readByteCount, "1000000", 1_000_000],
  [readByteCount, "10B", 10],
  [readByteCount, "512KiB", 524_288],
  [readByteCount, "1.5GiB", 1_610_612_736],
])("%o reads %s as %d", (read, text, value) => {
  expect(read(text)).toBe(value);
});

it.each([
  [readCount, ["0", "-1", "1.5", "", "x", "99999999999999999999"]],
  [readRate, ["0", "-1", "", " ", "fast", "Infinity"]],
  [readSpeed, ["0x", "x", "", "-1x", "1.2.3x"]],
  [readLifetimeMs, ["2", "0h", "h", "1y", ""]],
  [readDurationMs, ["2", "0s", "s", "2h", ""]],
  [readByteCount, ["0", "-1", "", "MiB", "10MB", "10 MiB", "0.1", "9007199254740993"]],
])("%o refuses what it cannot be", (read, texts) => {
  for (const text of texts) expect(() => read(text)).toThrow(InvalidArgumentError);
});

it("gathers what is given more than once", () => {
  expect(gather("b", gather("a"))).toEqual(["a", "b"]);
});
