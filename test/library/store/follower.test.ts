/** A copy at work. What is right to do is tried in core/store/replica*.test.ts. */
import { expect, it } from "vitest";
import { Follower, type FollowerOptions } from "../../../library/store/follower.ts";
import type { Listener } from "../../../library/store/traffic.ts";

const start = {
  version: { epoch: 1, revision: 5 },
  epochs: [{ epoch: 1, revision: 0, by: "a" }],
  entries: [{ key: "a", value: 1, revision: 1 }],
};

/** A copy of what life `a` had; `hear` is the feed, by whoever says it. Nothing that it asks is answered, until `answer`. */
async function following() {
  const time = { nowMs: 0 };
  const listeners: Listener[] = [];
  const answers: ((answer: unknown) => void)[] = [];
  const clock = { nowMs: () => time.nowMs, after: () => () => {} };
  const traffic = {
    node: { clock },
    listen: async (_role: string, _topic: string, listener: Listener) => {
      listeners.push(listener);
      return () => {};
    },
    ask: () => new Promise((resolve) => answers.push(resolve)),
  };
  const options = { traffic, topic: "t", start, onChanges: () => {}, onEffect: () => {} };
  const follower = new Follower(options as unknown as FollowerOptions);
  await follower.start();
  const announce = (life: string, revision: number): void => {
    const args = [1, revision, [1, 0, 0], []];
    listeners[0]!({ name: "announce", args, origin: { name: life, id: life } } as never, () => {});
  };
  const answer = async (life: string, name: string, args: readonly unknown[]): Promise<void> => {
    answers.at(-1)!({ name, args, node: { name: life, id: life } });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { follower, time, announce, answer };
}

it("S8: a copy that was paused is stale before it has looked at the time", async () => {
  const { follower, time, announce } = await following();
  announce("a", 5);
  expect([follower.replica.state, follower.state]).toEqual(["live", "live"]);
  time.nowMs = 2_999;
  expect(follower.state).toBe("live");
  time.nowMs = 60_000;
  expect([follower.replica.state, follower.state]).toEqual(["live", "stale"]);
  announce("a", 5);
  expect(follower.state).toBe("live");
});

it("S3: what another life has acknowledged in the same epoch is here when the copy has come to its table", async () => {
  const { follower, time, announce, answer } = await following();
  announce("a", 5);
  expect(follower.reached({ epoch: 1, revision: 5 }, "a")).toBeUndefined();
  const waiting = follower.reached({ epoch: 1, revision: 2 }, "b"); // it has begun with nothing
  let isHere = false;
  void waiting?.promise.then(() => (isHere = true));
  time.nowMs = 5_000;
  announce("b", 2);
  expect([waiting === undefined, isHere]).toEqual([false, false]);
  await answer("b", "page", [1, 2, [1, 0, 0], [], 1, 0, 2, true, ["b"], [1], [2], null, null]);
  expect([isHere, follower.replica.version]).toEqual([true, { epoch: 1, revision: 2 }]);
});

it("T12: a version that never comes is not kept when nobody waits for it any more", async () => {
  const { follower } = await following();
  const never = { epoch: 1, revision: 2 ** 53 - 1 };
  const waiting = [follower.reached(never, "a"), follower.reached(never, "a")];
  expect(follower.waiting).toBe(2);
  for (const each of waiting) each?.cancel();
  expect(follower.waiting).toBe(0);
});

it("S3: who waits for a version is told that it will not come when the copy is closed", async () => {
  const { follower } = await following();
  const next = { epoch: 1, revision: 6 };
  const waiting = follower.reached(next, "a");
  follower.close();
  expect([await waiting?.promise, await follower.reached(next, "a")?.promise, follower.waiting]).toEqual([
    false,
    false,
    0,
  ]);
});
