/** Waiting for what nobody tells of but that it may be so now. */
import { expect, it } from "vitest";
import { Lookers } from "../../../library/store/lookers.ts";

function world() {
  let nowMs = 0;
  const timers = new Set<() => void>();
  const node = {
    isClosed: false,
    checkOpen: () => {
      if (node.isClosed) throw Object.assign(new Error("closed"), { code: "CLOSED" });
    },
    clock: {
      nowMs: () => nowMs,
      after: (ms: number, run: () => void) => {
        const timer = (): void => {
          timers.delete(timer);
          nowMs += ms;
          run();
        };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
  };
  const fire = (): void => {
    for (const timer of timers) timer();
  };
  return { lookers: new Lookers(node as never, "store t"), node, timers, fire };
}

it("resolves at once where it is so, else as soon as somebody looks", async () => {
  const { lookers, timers } = world();
  await lookers.until(() => true, 100);
  let isSo = false;
  let isOver = false;
  const waiting = lookers.until(() => isSo, 100).then(() => (isOver = true));
  lookers.look();
  await Promise.resolve();
  expect(isOver).toBe(false);
  isSo = true;
  await Promise.resolve();
  lookers.look();
  await waiting;
  expect(timers.size).toBe(0);
});

it("looks once more when the time is over, and fails where it is not so", async () => {
  const { lookers, fire } = world();
  let isSo = false;
  const lucky = lookers.until(() => isSo, 100);
  isSo = true;
  fire();
  await lucky;
  const late = lookers.until(() => false, 100);
  fire();
  await expect(late).rejects.toMatchObject({
    code: "NO_AUTHORITY",
    message: expect.stringMatching(/^store t, 100 ms/),
  });
});

it("fails where the node is closed meanwhile", async () => {
  const { lookers, node } = world();
  const waiting = lookers.until(() => false, 100);
  node.isClosed = true;
  lookers.look();
  await expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
});

it("T24: remembers nobody who has given up", async () => {
  const { lookers, fire } = world();
  for (let i = 0; i < 100; i++) {
    const late = lookers.until(() => false, 100);
    fire();
    await expect(late).rejects.toMatchObject({ code: "NO_AUTHORITY" });
  }
  expect(lookers.waiting).toBe(0);
});
