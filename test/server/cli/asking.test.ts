/** Questions to a person, at a keyboard played by streams. */
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { canAsk, isAgreed } from "../../../server/cli/asking.ts";

function keyboard(isTTY: boolean) {
  return { input: Object.assign(new PassThrough(), { isTTY }), output: Object.assign(new PassThrough(), { isTTY }) };
}

it.each([
  ["y\n", true],
  ["YES\n", true],
  ["\n", false],
  ["no\n", false],
  ["yesterday\n", false],
])("takes %j as %s", async (answer, isYes) => {
  const { input, output } = keyboard(false);
  const agreed = isAgreed({ input, output }, "Go on?", new AbortController().signal);
  input.write(answer);
  expect(await agreed).toBe(isYes);
  expect(String(output.read())).toBe("Go on? [y/N] ");
});

it("takes an end and a stop as a no", async () => {
  const ended = keyboard(false);
  const first = isAgreed(ended, "Go on?", new AbortController().signal);
  ended.input.end();
  expect(await first).toBe(false);
  const stop = new AbortController();
  const second = isAgreed(keyboard(false), "Go on?", stop.signal);
  stop.abort();
  expect(await second).toBe(false);
  expect(await isAgreed(keyboard(false), "Go on?", stop.signal)).toBe(false);
});

it("asks only where somebody sees the question and can answer", () => {
  expect(canAsk(keyboard(true))).toBe(true);
  expect(canAsk({ ...keyboard(true), input: new PassThrough() })).toBe(false);
  expect(canAsk({ ...keyboard(true), output: new PassThrough() })).toBe(false);
});
