/** X7: which paths of remote writes may become files. */
import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import { decidePath } from "../../../library/core/remote-path.ts";
import { harmlessPaths, hostilePaths, pathBits } from "../hostile-paths.ts";

describe("X7, T22: a path of a remote write", () => {
  it("is one of 300 and more that are known to be hostile", () => {
    expect(new Set(hostilePaths).size).toBeGreaterThan(300);
  });

  it.each(hostilePaths.map((path) => [path.length > 60 ? `${path.slice(0, 60)}…` : path, path]))(
    "is refused: %j",
    (_, path) => {
      expect(decidePath(path)).toEqual({ fault: expect.stringMatching(/^(?:is|has|names|begins) /) });
    },
  );

  it.each(harmlessPaths)("is taken as it is: %s", (path, segments) => expect(decidePath(path)).toEqual({ segments }));

  const written = fc.array(fc.oneof(fc.constantFrom(...pathBits), fc.string({ unit: "binary", maxLength: 3 })));
  const paths = written.map((parts) => parts.join("")).filter((path) => path.isWellFormed());

  it("that is taken names something beneath the folder on every system", () => {
    fc.assert(
      fc.property(paths, (path) => {
        const decision = decidePath(path);
        if ("fault" in decision) return;
        const { segments } = decision;
        for (const [system, root] of [
          [posix, "/root"],
          [win32, "C:\\root"],
        ] as const) {
          const joined = segments.join(system.sep);
          expect(system.relative(root, system.resolve(root, ...segments))).toBe(joined);
          expect(system.isAbsolute(joined)).toBe(false);
        }
        expect(segments.length).toBeLessThanOrEqual(limits.pathDepth);
        for (const segment of segments) {
          expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(limits.pathSegmentBytes);
          expect(segment).not.toMatch(/^\.{0,2}$|[\p{Cc}\\/:]|[. ]$/u);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it("that is taken says the same when it is written out again, and no other change is made to it", () => {
    fc.assert(
      fc.property(paths, (path) => {
        const decision = decidePath(path);
        if ("fault" in decision) return;
        expect(decidePath(decision.segments.join("/"))).toEqual(decision);
        expect(path.split("/").filter((segment) => segment !== ".")).toEqual(decision.segments);
      }),
      { numRuns: 5_000 },
    );
  });

  it("of plain names is always taken", () => {
    const names = fc
      .stringMatching(/^[a-z0-9_-]{1,20}\.(?:log|txt)$/)
      .filter((name) => !/^(?:con|prn|aux|nul|com\d|lpt\d)\./.test(name));
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: limits.pathDepth }), (segments) => {
        expect(decidePath(segments.join("/"))).toEqual({ segments });
      }),
    );
  });
});
