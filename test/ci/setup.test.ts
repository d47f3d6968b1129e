import { expect, it } from "vitest";
import { checkNode, isInstalled } from "../../.ci/rig.mjs";

const wanted = {
  "": { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0" },
  "node_modules/b-for-another-platform": { version: "1.0.0", optional: true },
};

it("takes a tree for installed when each version fits, optional packages of other platforms aside", () => {
  expect(isInstalled(wanted, { "node_modules/a": { version: "1.0.0" } })).toBe(true);
});

it("notices a version that changed, and a package that is absent", () => {
  expect(isInstalled(wanted, { "node_modules/a": { version: "1.0.1" } })).toBe(false);
  expect(isInstalled(wanted, {})).toBe(false);
});

it("names the Node it needs when there is an older one", () => {
  expect(() => checkNode("20.18.3")).toThrow("Node 20.18.3 is too old: switchyard needs 20.19 or later");
  expect(() => checkNode("18.20.0")).toThrow("too old");
  for (const version of ["20.19.0", "20.20.2", "22.0.0"]) checkNode(version);
});
