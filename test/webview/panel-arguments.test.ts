import { expect, it } from "vitest";
import { readPanel } from "../../webview/panel-arguments.ts";
import { monitorInfo } from "./fakes/panel-page.ts";

it("reads the arguments of each panel", () => {
  const monitor = { monitor: monitorInfo, clusterName: "demo" };
  expect(readPanel("monitor", JSON.stringify(monitor))).toEqual({ kind: "monitor", arguments: monitor });
  const raise = { cluster: "c", clusterName: "demo", topic: "a.b" };
  expect(readPanel("raise", JSON.stringify(raise))).toEqual({ kind: "raise", arguments: raise });
});

it.each([
  [undefined, undefined],
  ["monitor", "{"],
  ["monitor", "{}"],
  ["monitor", JSON.stringify({ clusterName: "demo", monitor: { ...monitorInfo, patterns: [7] } })],
  ["raise", JSON.stringify({ cluster: "c", clusterName: "demo", topic: 7 })],
  ["store", "{}"],
])("shows a sentence for %s with %s", (name, json) => {
  expect(readPanel(name, json).kind).toBe("unknown");
});
