/**
 * Four runs of tests: `unit` is everything that needs no browser, `browser` has panels and pages in a real one, and
 * nothing beside it, for some of it is about time; `e2e` drives a real editor in a real browser. `leak` is one
 * test of `unit` over hours of load, by hand.
 *
 *     npx vitest run --project unit test/library/core
 *     npx vitest run --project browser
 *     npx vitest run --project e2e
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const fakeOfVscode = fileURLToPath(new URL("test/fakes/vscode.ts", import.meta.url));

const browserTests = "test/**/*.browser.test.{ts,tsx}";

const common = {
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { alias: { vscode: fakeOfVscode } },
} as const;

// The tool's own interface asks for a default export here.
export default defineConfig({
  test: {
    projects: [
      {
        ...common,
        test: {
          name: "unit",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/e2e/**", browserTests],
          // Far above what any test needs: properties take their time on a busy machine.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        ...common,
        test: {
          name: "browser",
          include: [browserTests],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          fileParallelism: false,
        },
      },
      { ...common, test: { name: "leak", include: ["test/faults/leak.test.ts"], env: { SOAK: "1" } } },
      {
        ...common,
        test: {
          name: "e2e",
          // A whole editor on a shared machine; what needs its second try is a bug to find all the same.
          retry: process.env["CI"] === undefined ? 0 : 1,
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
