/** A copy at work. What is right to do is tried in core/store/replica*.test.ts. */
import { expect, it } from "vitest";
import { changeColumns } from "../../../library/core/store/columns.ts";
import { Follower, type FollowerOptions } from "../../../library/store/follower.ts";
import type { Listener } from "../../../library/store/traffic.ts";

const version = { epoch: 1, revision: 1 };

/** With a copy at that version; what it asks is never answered. */
async function begin(nowMs: () => number): Promise<{ readonly follower: Follower; readonly listeners: Listener[] }> {
  const listeners: Listener[] = [];
  const clock = { nowMs, after: () => () => {} };
  const traffic = {
    node: { clock },
    listen: async (_role: string, _topic: string, listener: Listener) => {
      listeners.push(listener);
      return () => {};
    },
    ask: () => new Promise(() => {}),
  };
  const epochs = [{ epoch: 1, revision: 0, by: "a" }];
  const start = { version, epochs, entries: [{ key: "a", value: 1, revision: 1 }] };
  const options = { traffic, topic: "t", start, onChanges: () => {}, onEffect: () => {} };
  const follower = new Follower(options as unknown as FollowerOptions);
  await follower.start();
  return { follower, listeners };
}

it("S8: a copy that was paused is stale before it has looked at the time", async () => {
  let nowMs = 0;
  const { follower, listeners } = await begin(() => nowMs);
  const announce = { name: "announce", args: [1, 1, [1, 0, 0], []], origin: { name: "a", id: "a" } };
  listeners[0]!(announce as never, () => {});
  expect([follower.replica.state, follower.state]).toEqual(["live", "live"]);
  nowMs = 2_999;
  expect(follower.state).toBe("live");
  nowMs = 60_000;
  expect([follower.replica.state, follower.state]).toEqual(["live", "stale"]);
  listeners[0]!(announce as never, () => {});
  expect(follower.state).toBe("live");
});

it("S3: who waits for a version is told when it is there, and when it will not come because the copy is closed", async () => {
  const { follower, listeners } = await begin(() => 0);
  const next = { epoch: 1, revision: 2 };
  expect(await follower.reached(version)).toBe(true);
  const [early, late] = [follower.reached(next), follower.reached({ epoch: 1, revision: 3 })];
  const change = {
    name: "changes",
    args: [
      1,
      2,
      ...changeColumns([{ kind: "put", key: "b", value: 2, expiresAtMs: undefined, expiresAfterMs: undefined }]),
    ],
    origin: { name: "a", id: "a" },
  };
  listeners[0]!({ name: "announce", args: [1, 1, [1, 0, 0], []], origin: { name: "a", id: "a" } } as never, () => {});
  listeners[0]!(change as never, () => {});
  expect([follower.refused, await early]).toEqual([0, true]);
  follower.close();
  expect([await late, await follower.reached({ epoch: 1, revision: 3 })]).toEqual([false, false]);
});
