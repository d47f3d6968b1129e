/** Handles away from the authority: with a replica, or with nothing but a way to it. */
import { compareVersions, type Version } from "../core/store/change.ts";
import { isBeyond } from "../core/store/epochs.ts";
import { Follower, type FollowerOptions } from "./follower.ts";
import { OpeningPatience } from "./opening-patience.ts";
import { remotePorts } from "./ports.ts";
import type { Side } from "./side.ts";
import type { Traffic } from "./traffic.ts";

/**
 * Resolves when the replica holds a whole table. As long as pieces of it come, it is waited for.
 * @throws SwitchyardError `NO_AUTHORITY` where none came in time, `TIMED_OUT` where no more of the table came, `CLOSED`
 */
export async function openReplicaSide(options: Omit<FollowerOptions, "start">, openTimeoutMs: number): Promise<Side> {
  const { traffic, topic } = options;
  const patience = new OpeningPatience(traffic.node, topic, openTimeoutMs);
  const follower: Follower = new Follower({
    ...{ ...options, start: undefined },
    onEffect: (effect) => {
      options.onEffect(effect);
      if (effect.kind === "synced") patience.end();
      else if (effect.kind === "ask" && effect.question.kind === "snapshot") patience.came(effect.question.page);
    },
  });
  try {
    await Promise.all([follower.start(), patience.ended]);
  } catch (error) {
    follower.close();
    throw error;
  }
  return replicaSide(traffic, topic, follower);
}

function replicaSide(traffic: Traffic, topic: string, follower: Follower): Side {
  const { replica } = follower;
  const { writePort, readPort } = remotePorts(traffic, topic, () => {});
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
    readPort,
    writePort: {
      ...writePort,
      send: (request, onAnswer, onFailure) => {
        const isVain = follower.isOutdated; // it would be done where this copy does not follow
        if (isVain) onAnswer({ kind: "refused", code: "AUTHORITY_OUTDATED", what: `store ${topic}` });
        else writePort.send(request, onAnswer, onFailure);
      },
    },
    reached: (version, by) => follower.reached(version, by),
    close: async () => follower.close(),
  };
}

export function clientSide(traffic: Traffic, topic: string): Side {
  const { clock } = traffic.node;
  let version: Version = { epoch: 0, revision: 0 };
  let heardMs = clock.nowMs();
  const ports = remotePorts(traffic, topic, (heard) => {
    if (isBeyond(heard.epoch, version.epoch)) return;
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
