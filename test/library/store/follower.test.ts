/** A copy at work. What is right to do is tried in core/store/replica*.test.ts. */
import { expect, it } from "vitest";
import { Follower, type FollowerOptions } from "../../../library/store/follower.ts";
import type { Listener } from "../../../library/store/traffic.ts";

it("S8: a copy that was paused is stale before it has looked at the time", async () => {
  let nowMs = 0;
  const listeners: Listener[] = [];
  const clock = { nowMs: () => nowMs, after: () => () => {} };
  const traffic = {
    node: { clock },
    listen: async (_role: string, _topic: string, listener: Listener) => {
      listeners.push(listener);
      return () => {};
    },
    ask: () => new Promise(() => {}),
  };
  const version = { epoch: 1, revision: 1 };
  const start = { version, epochs: [{ epoch: 1, revision: 0 }], entries: [{ key: "a", value: 1, revision: 1 }] };
  const options = { traffic, topic: "t", start, onChange: () => {}, onEffect: () => {} };
  const follower = new Follower(options as unknown as FollowerOptions);
  await follower.start();
  const announce = { name: "announce", args: [1, 1, [1, 0]], origin: { name: "a", id: "a" } };
  listeners[0]!(announce as never, () => {});
  expect([follower.replica.state, follower.state]).toEqual(["live", "live"]);
  nowMs = 2_999;
  expect(follower.state).toBe("live");
  nowMs = 60_000;
  expect([follower.replica.state, follower.state]).toEqual(["live", "stale"]);
  listeners[0]!(announce as never, () => {});
  expect(follower.state).toBe("live");
});
