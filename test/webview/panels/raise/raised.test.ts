import fc from "fast-check";
import { expect, it } from "vitest";
import { type Raised, readForm, remember } from "../../../../webview/panels/raise/raised.ts";

const raised = (name: string, timeMs = 0): Raised => ({ topic: "a.b", name, args: "1", timeMs, peers: 1 });

it("has the newest first, twenty at most, none twice", () => {
  let history: readonly Raised[] = [];
  for (let n = 0; n < 30; n++) history = remember(history, raised(`event_${n}`, n));
  expect(history).toHaveLength(20);
  history = remember(history, raised("event_15", 99));
  expect(history).toHaveLength(20);
  expect(history[0]).toEqual(raised("event_15", 99));
  expect(new Set(history.map(({ name }) => name)).size).toBe(20);
});

it("comes back as it was kept, and from whatever was kept", () => {
  const form = { draft: { topic: "a", name: "b", args: "" }, history: [raised("x")] };
  expect(readForm(JSON.parse(JSON.stringify(form)))).toEqual(form);
  expect(readForm({ draft: { topic: 7 }, history: [raised("x"), null, { topic: "a" }] })).toEqual({
    history: [raised("x")],
  });
  fc.assert(
    fc.property(fc.jsonValue(), (kept) => {
      expect(readForm(kept).history ?? []).toBeInstanceOf(Array);
    }),
  );
});
