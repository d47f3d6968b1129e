/** Handles away from the authority: with a replica, or with nothing but a way to it. */
import { SwitchyardError } from "../core/errors.ts";
import { compareVersions, type Version } from "../core/store/change.ts";
import { Follower, type FollowerOptions } from "./follower.ts";
import { remotePorts } from "./ports.ts";
import type { Side } from "./side.ts";
import type { Traffic } from "./traffic.ts";

/**
 * Resolves when the replica holds a whole table.
 * @throws SwitchyardError `NO_AUTHORITY` where none came in time, `CLOSED`
 */
export async function openReplicaSide(options: Omit<FollowerOptions, "start">, openTimeoutMs: number): Promise<Side> {
  const { traffic, topic } = options;
  let whole: () => void = () => {};
  const isWhole = new Promise<void>((resolve) => {
    whole = resolve;
  });
  const follower: Follower = new Follower({
    ...{ ...options, start: undefined },
    onEffect: (effect) => {
      options.onEffect(effect);
      if (effect.kind === "synced") whole();
    },
  });
  try {
    await Promise.all([follower.start(), inTime(traffic, topic, isWhole, openTimeoutMs)]);
  } catch (error) {
    follower.close();
    throw error;
  }
  return replicaSide(traffic, topic, follower);
}

function inTime(traffic: Traffic, topic: string, isWhole: Promise<void>, timeoutMs: number): Promise<void> {
  const { clock, closers } = traffic.node;
  return new Promise((resolve, reject) => {
    const end = (error?: SwitchyardError): void => {
      cancel();
      closers.delete(onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onClose = (): void => end(new SwitchyardError("CLOSED", `store ${topic}, before it was whole`));
    const cancel = clock.after(timeoutMs, () =>
      end(new SwitchyardError("NO_AUTHORITY", `store ${topic} was not whole after ${timeoutMs} ms`)),
    );
    closers.add(onClose);
    void isWhole.then(() => end());
  });
}

function replicaSide(traffic: Traffic, topic: string, follower: Follower): Side {
  const { replica } = follower;
  return {
    role: "replica",
    get version() {
      return replica.version;
    },
    get state() {
      return follower.state;
    },
    get lag() {
      return replica.lag;
    },
    get ageMs() {
      return replica.ageMs(traffic.node.clock.nowMs());
    },
    isPersistent: false,
    table: {
      get: (key) => replica.get(key),
      size: () => replica.table.size,
      entries: () => replica.table,
    },
    ...remotePorts(traffic, topic, () => {}),
    reached: (version) => (replica.reached(version) ? undefined : follower.reached(version)),
    close: async () => follower.close(),
  };
}

export function clientSide(traffic: Traffic, topic: string): Side {
  const { clock } = traffic.node;
  let version: Version = { epoch: 0, revision: 0 };
  let heardMs = clock.nowMs();
  const ports = remotePorts(traffic, topic, (heard) => {
    heardMs = clock.nowMs();
    if (compareVersions(heard, version) > 0) version = heard;
  });
  return {
    role: "client",
    get version() {
      return version;
    },
    get state() {
      return ports.readPort.isOpen() ? "live" : "stale";
    },
    lag: 0,
    get ageMs() {
      return clock.nowMs() - heardMs;
    },
    isPersistent: false,
    table: undefined,
    ...ports,
    reached: () => undefined,
    close: async () => {},
  };
}
