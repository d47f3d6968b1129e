/**
 * Rates that do not flicker: one that wobbles around what is shown is shown as before.
 *
 * A line of the tree that is drawn anew loses its hover and its inline actions for a moment, so it is drawn anew for
 * what a person would call a change. Knows nothing of how pictures come.
 */
import type { Topology } from "../../server/protocol/topology.ts";

/** A rate is counted over about a second: one message more or less says nothing. */
const countingError = 1;
const relativeError = 0.15;

/** The newer picture, with the rates of `shown` where they still hold. */
export function steady(shown: Topology | undefined, newer: Topology): Topology {
  if (shown === undefined || shown === newer) return newer;
  const topics = new Map(shown.topics.map((info) => [info.topic, info.perSecond]));
  const nodes = new Map(shown.nodes.map((info) => [info.id, info]));
  return {
    ...newer,
    topics: newer.topics.map((info) => ({ ...info, perSecond: steadyRate(topics.get(info.topic), info.perSecond) })),
    nodes: newer.nodes.map((info) => {
      const before = nodes.get(info.id);
      return {
        ...info,
        receivedPerSecond: steadyRate(before?.receivedPerSecond, info.receivedPerSecond),
        sentPerSecond: steadyRate(before?.sentPerSecond, info.sentPerSecond),
      };
    }),
  };
}

/** Standing still and moving are never the same. */
export function steadyRate(shown: number | undefined, newer: number): number {
  if (shown === undefined || shown > 0 !== newer > 0) return newer;
  return Math.abs(newer - shown) <= Math.max(countingError, shown * relativeError) ? shown : newer;
}
