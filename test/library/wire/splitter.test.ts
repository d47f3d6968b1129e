import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import { Splitter } from "../../../library/wire/splitter.ts";

function frameOf(length: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(fill);
  new DataView(bytes.buffer).setUint32(0, (12 << 24) | length);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What comes out when the bytes come in cut at these places. */
function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  const splitter = new Splitter(
    limits.frameBytes,
    (chunk, start, end) => found.push(Uint8Array.from(chunk.subarray(start, end))) > 0,
  );
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) {
    expect(splitter.push(bytes.slice(places[i - 1], places[i]))).toBe(true);
  }
  return found;
}

const frames = fc
  .array(fc.tuple(fc.integer({ min: 8, max: 300 }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 20 })
  .map((all) => all.map(([length, fill]) => frameOf(length, fill)));

describe("a stream of frames", () => {
  it("gives the same frames however it is cut", () => {
    const run = (sent: Uint8Array[], cuts: number[]): void => {
      expect(split(joined(sent), cuts)).toEqual(sent);
    };
    fc.assert(fc.property(frames, fc.array(fc.nat(), { maxLength: 60 }), run), { numRuns: 2_000 });
  });

  it("gives the same frames byte by byte", () => {
    const run = (sent: Uint8Array[]) => {
      const bytes = joined(sent);
      expect(
        split(
          bytes,
          Array.from(bytes, (_, i) => i),
        ),
      ).toEqual(sent);
    };
    fc.assert(fc.property(frames, run), { numRuns: 50 });
  });

  it("may come in single bytes: they take no more than their place, and no time that grows with its square", () => {
    const length = 2 * 1024 * 1024;
    let found = 0;
    const splitter = new Splitter(limits.frameBytes, (_, start, end) => {
      found += end - start;
      return true;
    });
    const bytes = frameOf(length, 7);
    const before = process.memoryUsage().arrayBuffers;
    const piece = new Uint8Array(1);
    const halfway = length - 1;
    for (let i = 0; i < halfway; i++) {
      piece[0] = bytes[i]!; // the splitter must not rely on the piece afterwards
      splitter.push(piece);
    }
    expect(found).toBe(0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * length);
    splitter.push(bytes.subarray(halfway));
    expect(found).toBe(length);
  });

  it("is not trusted with its word: what is only announced takes no place", () => {
    const beginning = Uint8Array.of(12, 0xf0, 0, 0, 0, 0, 0, 0);
    const before = process.memoryUsage().arrayBuffers;
    const splitters = Array.from({ length: 100 }, () => new Splitter(limits.frameBytes, () => true));
    for (const splitter of splitters) splitter.push(beginning);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(splitters).toHaveLength(100);
  });

  it("ends when whoever takes the frames says so", () => {
    let taken = 0;
    const splitter = new Splitter(limits.frameBytes, () => ++taken < 2);
    expect(splitter.push(joined([frameOf(8, 0), frameOf(16, 0), frameOf(24, 0)]))).toBe(true);
    expect(taken).toBe(2);
  });
});

describe("an impossible length", () => {
  it.each([0, 1, 7])("of %i bytes, less than a header, is refused", (length) => {
    const splitter = new Splitter(4096, () => true);
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(0, (1 << 24) | length);
    expect(splitter.push(bytes)).toBe(false);
  });

  it("beyond the limit is refused when its four bytes are there", () => {
    const splitter = new Splitter(4096, () => true);
    expect(splitter.push(frameOf(4096, 0))).toBe(true);
    const bytes = frameOf(4104, 0);
    expect(splitter.push(bytes.slice(0, 3))).toBe(true);
    expect(splitter.push(bytes.slice(3, 4))).toBe(false);
  });

  it("counts from when the limit is raised", () => {
    const splitter = new Splitter(4096, () => true);
    splitter.maxFrameBytes = 8192;
    expect(splitter.push(frameOf(8192, 0))).toBe(true);
  });
});
