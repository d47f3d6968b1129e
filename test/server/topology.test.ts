/** The topology of a real cluster of three nodes, as a client of the language server sees it. */
import { expect, test } from "vitest";
import { count, event } from "../../library/index.ts";
import { connect } from "../../server/protocol/clusters.ts";
import { findReceivers } from "../../server/protocol/events.ts";
import { getTopology, topologyChanged, watchTopology } from "../../server/protocol/topology.ts";
import { startServer } from "./client.ts";
import { listeningNode } from "./nodes.ts";

/** sensor -- router -- logger; the editor connects to the router. */
async function threeNodes() {
  const client = await startServer();
  const router = await listeningNode("router");
  const sensor = await listeningNode("sensor");
  const logger = await listeningNode("logger");
  router.context.topics.forward("zeek.*");
  await sensor.context.connections.open(router.location);
  await logger.context.connections.open(router.location);
  await logger.context.events.on("zeek.*", () => {});
  const { cluster } = await client.request(connect, { name: "lab", location: router.location });
  return { client, cluster, router, sensor, logger };
}

test("shows nodes, connections, forwards and who raises and subscribes what", async () => {
  const { client, cluster, sensor } = await threeNodes();
  sensor.context.events.raise("zeek.dns", event("query", [count(1)]));
  const topology = await client.until(
    () => client.request(getTopology, { cluster }),
    ({ topics }) => topics.some(({ topic }) => topic === "zeek.dns"),
  );
  const nodes = topology.nodes.map(({ name, hops, isSelf }) => [isSelf ? "self" : name, hops]);
  expect(nodes).toEqual([
    ["self", 0],
    ["router", 1],
    ["logger", 2],
    ["sensor", 2],
  ]);
  expect(topology.nodes[1]?.forwards).toMatchObject([{ pattern: "zeek.*" }]);
  expect(topology.nodes[1]?.connections).toHaveLength(3);
  expect(topology.topics.find(({ topic }) => topic === "zeek.dns")).toMatchObject({
    publishers: ["sensor"],
    subscribers: ["logger"],
    raised: 1,
  });
  expect(topology.silent).toEqual([]);
});

test("a watcher is told of changes", async () => {
  const { client, cluster, sensor } = await threeNodes();
  await client.request(watchTopology, { cluster, watch: true });
  const { version } = await client.next(topologyChanged);
  for (let n = 0; n < 100; n++) sensor.context.events.raise("zeek.dns", event("query"));
  const newer = await client.next(topologyChanged, (change) => change.version > version);
  expect(newer.cluster).toBe(cluster);
  await client.request(watchTopology, { cluster, watch: false });
});

test("tells who would receive an event", async () => {
  const { client, cluster } = await threeNodes();
  expect(await client.request(findReceivers, { cluster, topic: "zeek.dns" })).toEqual({
    receivers: ["logger"],
    known: true,
  });
  expect(await client.request(findReceivers, { cluster, topic: "other" })).toEqual({ receivers: [], known: true });
  expect(await client.failure(findReceivers, { cluster: "?", topic: "a" })).toMatchObject({ code: "CLOSED" });
});
