import { expect, it } from "vitest";
import { commandOf, type KeyPlace } from "../../../../webview/panels/monitor/keys.ts";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

it.each([
  ["ArrowDown", "down"],
  ["j", "down"],
  ["K", "up"],
  ["PageUp", "pageUp"],
  ["Home", "oldest"],
  ["End", "newest"],
  ["Enter", "open"],
  [" ", "pause"],
  ["?", "help"],
  ["Escape", "leave"],
])("%s in the table means %s", (key, command) => {
  expect(commandOf(press(key), "table")).toBe(command);
});

it("leaves a text its own keys", () => {
  for (const key of [" ", "j", "?", "Enter", "Home"]) expect(commandOf(press(key), "text")).toBeUndefined();
  expect(commandOf(press("Escape"), "text")).toBe("leave");
});

it("leaves a control its own keys", () => {
  for (const key of [" ", "Enter", "ArrowDown"]) expect(commandOf(press(key), "control")).toBeUndefined();
  expect(commandOf(press("?"), "control")).toBe("help");
});

it("searches from everywhere, by either key", () => {
  for (const place of ["table", "text", "control", "panel"] satisfies KeyPlace[]) {
    expect(commandOf(press("f", { ctrlKey: true }), place)).toBe("search");
    expect(commandOf(press("f", { metaKey: true }), place)).toBe("search");
  }
});

it("takes no other key from the editor", () => {
  expect(commandOf(press("j", { ctrlKey: true }), "table")).toBeUndefined();
  expect(commandOf(press("ArrowUp", { altKey: true }), "table")).toBeUndefined();
  expect(commandOf(press("toString"), "table")).toBeUndefined();
});
