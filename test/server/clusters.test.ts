/** Connections of the server, as a client of the language server sees them. */
import { expect, test } from "vitest";
import {
  type ClusterStatus,
  clusterChanged,
  connect,
  disconnect,
  listClusters,
} from "../../server/protocol/clusters.ts";
import { startServer } from "./client.ts";
import { listeningNode } from "./nodes.ts";

const stateIs = (state: ClusterStatus["state"]) => (status: ClusterStatus) => status.state === state;

test("connects, tells each state on the way, and is listed until it is closed", async () => {
  const client = await startServer();
  const { context, location } = await listeningNode("manager");
  const status = await client.request(connect, { name: "lab", location });
  expect(status).toMatchObject({ name: "lab", location, state: "up", peer: { name: "manager", id: context.id } });
  expect((await client.next(clusterChanged)).state).toBe("connecting");
  expect(await client.next(clusterChanged)).toEqual(status);
  expect(await client.request(listClusters, {})).toEqual([status]);

  await client.request(disconnect, { cluster: status.cluster });
  expect(await client.next(clusterChanged)).toEqual({ cluster: status.cluster, name: "lab", location, state: "down" });
  expect(await client.request(listClusters, {})).toEqual([]);
  expect(await client.request(disconnect, { cluster: status.cluster })).toBeNull();
});

test.each([
  ["nonsense", "BAD_LOCATION"],
  ["carrier-pigeon://here", "UNKNOWN_SCHEME"],
  ["inproc://nobody-listens-here", "UNREACHABLE"],
])("%s fails with %s, and nothing is left of it", async (location, code) => {
  const client = await startServer();
  expect(await client.failure(connect, { name: "lab", location })).toMatchObject({ code });
  expect(await client.next(clusterChanged, stateIs("down"))).toMatchObject({ code, problem: expect.any(String) });
  expect(await client.request(listClusters, {})).toEqual([]);
});

test("a peer that says no is not asked again", async () => {
  const client = await startServer();
  const { location } = await listeningNode("bouncer", { accept: () => false });
  expect(await client.failure(connect, { name: "lab", location })).toMatchObject({ code: "REJECTED" });
  expect(await client.next(clusterChanged, stateIs("rejected"))).toMatchObject({ code: "REJECTED" });
});

test("a lost connection is tried again, says when, and comes back", async () => {
  const client = await startServer();
  const first = await listeningNode("manager");
  const { cluster } = await client.request(connect, { name: "lab", location: first.location });
  await first.context.close();
  const lost = await client.next(clusterChanged, stateIs("retrying"));
  expect(lost).toMatchObject({ cluster, attempt: expect.any(Number), retryInMs: expect.any(Number) });
  const second = await listeningNode("manager", {}, first.location);
  const back = await client.next(clusterChanged, (status) => status.peer?.id === second.context.id);
  expect(back).toMatchObject({ cluster, state: "up" });
});

test("disconnecting gives up an attempt that is under way", async () => {
  const client = await startServer();
  const { location } = await listeningNode("slow", { accept: () => new Promise<boolean>(() => {}) });
  const attempt = client.failure(connect, { name: "lab", location });
  const { cluster } = await client.next(clusterChanged);
  await client.request(disconnect, { cluster });
  expect(await attempt).toMatchObject({ code: "CLOSED" });
});

test("what is asked wrongly is said in words", async () => {
  const client = await startServer();
  expect(await client.failure(connect, { name: "lab" })).toEqual({
    code: "BAD_ARGUMENT",
    message: "params.location must be a text",
  });
  expect(await client.failure(connect, null)).toMatchObject({ code: "BAD_ARGUMENT" });
  expect(await client.failure(connect, { name: 7, location: "x" })).toMatchObject({ code: "BAD_ARGUMENT" });
});
