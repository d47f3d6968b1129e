/** The lines of an export: there and back, and what is noticed of a file that is not whole. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../../library/core/store/change.ts";
import { keyOf, type Value } from "../../../library/core/values/index.ts";
import { type Divergence, StoreExportPrinter, StoreExportReader } from "../../../library/store/export-lines.ts";
import { expiryOf } from "../../../library/store/options.ts";
import { values } from "../core/values/arbitrary.ts";

const now = new Date("2026-01-02T03:04:05.678Z");
const diverged: Divergence = { node: "east", winner: "west", after: 7, cleared: false, removalsAfter: 7 };

function entries(): fc.Arbitrary<Entry> {
  const wallMs = fc.oneof(
    fc.integer({ min: 1, max: 9_200_000_000_000 }),
    fc.double({ min: 0.001, max: 9.2e12, noNaN: true }),
  );
  const lasting = fc.oneof(
    fc.constant({ expiresAtMs: undefined, expiresAfterMs: undefined }),
    fc.record({ expiresAtMs: wallMs, expiresAfterMs: fc.constant(undefined) }),
    fc.record({ expiresAtMs: wallMs, expiresAfterMs: wallMs }),
  );
  const rest = fc.record({ key: values(2), value: values(2), revision: fc.nat() });
  return fc.tuple(rest, lasting).map(([entry, expiry]) => ({ ...entry, ...expiry }));
}

function printed(all: readonly Entry[], removed: readonly Value[], of?: Divergence): string[] {
  const printer = new StoreExportPrinter();
  const header = printer.header("a/b", { epoch: 2, revision: 9 }, now, of);
  const lines = [header, ...all.map((each) => printer.entry(each)), ...removed.map((each) => printer.removal(each))];
  return [...lines, printer.end()].map((line) => line.slice(0, -1));
}

function read(lines: readonly string[]) {
  const reader = new StoreExportReader("file");
  const found = lines.flatMap((line) => reader.read(line) ?? []);
  reader.finish();
  return { reader, found };
}

describe("what was printed", () => {
  it("is read as it was, times between two ms included", () => {
    fc.assert(
      fc.property(fc.array(entries(), { maxLength: 8 }), fc.array(values(2), { maxLength: 4 }), (all, removed) => {
        const { reader, found } = read(printed(all, removed, diverged));
        expect([reader.entries, reader.removals, reader.diverged]).toEqual([all.length, removed.length, diverged]);
        for (const [i, { key, value, expiresAtMs, expiresAfterMs }] of all.entries()) {
          const line = found[i]!;
          if (line.kind !== "entry") throw new Error("an entry is read as something else");
          expect([keyOf(line.key), keyOf(line.value)]).toEqual([keyOf(key), keyOf(value)]);
          const at = expiresAtMs === undefined ? undefined : { kind: "at", wallMs: expiresAtMs };
          const after = expiresAfterMs === undefined ? undefined : { kind: "after", ms: expiresAfterMs };
          expect(expiryOf(line.options)).toEqual(after ?? at);
        }
        const gone = found.slice(all.length).map(({ kind, key }) => [kind, keyOf(key)]);
        expect(gone).toEqual(removed.map((key) => ["removal", keyOf(key)]));
      }),
      { numRuns: 300 },
    );
  });

  it("is of one line each, whatever is in it", () => {
    const [header, entry, removal, end] = printed(
      [{ key: "a\n", value: 'b"', revision: 1, expiresAtMs: 1_500.25, expiresAfterMs: undefined }],
      ["c\u2028"],
    );
    expect(header).toBe(
      '{"switchyard":"store","version":2,"store":"a/b","epoch":2,"revision":9,"exported":"2026-01-02T03:04:05.678Z"}',
    );
    expect(JSON.parse(entry!)).toEqual({ key: '"a\\n"', value: '"b\\""', expiresAtMs: 1_500.25 });
    expect(Object.keys(JSON.parse(removal!) as object)).toEqual(["removed"]);
    expect(JSON.parse(end!)).toMatchObject({ kind: "end", entries: 1, removals: 1 });
  });

  it("of version 1 is read, too", () => {
    const [, ...rest] = printed([{ key: 1, value: 2, revision: 1, expiresAtMs: 1_000, expiresAfterMs: undefined }], []);
    const { found } = read(['{"switchyard":"store","version":1,"store":"t","epoch":1,"revision":1}', ...rest]);
    expect(found).toEqual([{ kind: "entry", key: 1, value: 2, options: { expiresAt: 1_000 } }]);
  });
});

describe("what is not whole", () => {
  const lines = printed(
    ["a", "b"].map((key) => ({ key, value: 1, revision: 1, expiresAtMs: undefined, expiresAfterMs: undefined })),
    ["c"],
    diverged,
  );

  it("is noticed wherever it is cut off, or a line is missing or changed", () => {
    for (let kept = 0; kept < lines.length; kept++) {
      expect(() => read(lines.slice(0, kept))).toThrow(kept === 0 ? /is empty/ : /cut off/);
      const missing = lines.filter((_, i) => i !== kept);
      expect(() => read(missing)).toThrow(/not a whole export/);
    }
    expect(() => read(lines.map((line) => line.replace('"b\\""', '"x\\""').replace('"\\"b', '"\\"x')))).toThrow(
      /as it was/,
    );
    expect(() => read([...lines, "{}"])).toThrow(/behind the end/);
  });

  it("is of a later version, or says of itself what makes no sense", () => {
    const header = JSON.parse(lines[0]!) as object;
    const withHeader = (more: object) => read([JSON.stringify({ ...header, ...more }), ...lines.slice(1)]);
    expect(() => withHeader({ version: 3 })).toThrow(
      /version 3, and 2 is known here: it was written by a newer version/,
    );
    for (const wrong of [
      1,
      [],
      {},
      { ...diverged, node: 5 },
      { ...diverged, after: "x" },
      { ...diverged, cleared: 0 },
    ]) {
      expect(() => withHeader({ diverged: wrong })).toThrow(/what diverged/);
    }
  });
});
