/** What nodes tell of themselves when they are asked. */
import { describe, expect, it } from "vitest";
import { Company, inbox, raise } from "./company.ts";

describe("cluster.nodes", () => {
  it("tells of ourselves alone at once", async () => {
    const [own, ...others] = await new Company().node("a").cluster.nodes();
    expect(own).toMatchObject({ name: "a", hops: 0, isPrivate: false, connections: [] });
    expect(others).toEqual([]);
  });

  it("sees all nodes behind all others, by distance, without any forwarding", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b"), company.node("c")];
    await company.join(a, b);
    await company.join(b, c);
    const reports = await a.cluster.nodes();
    expect(reports.map(({ name, hops }) => [name, hops])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
    ]);
    expect(reports[1]?.connections.map(({ peerName, state }) => [peerName, state])).toEqual([
      ["a", "up"],
      ["c", "up"],
    ]);
  });

  it("tells what is offered, subscribed, forwarded and wanted", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const arrived = await inbox(b, "t.*");
    b.topics.subscribeLocally("l");
    b.topics.forward("f*");
    a.topics.publish("offered");
    raise(a, "t.1", "last");
    await arrived.until("t.1 last");
    const [ofA, ofB] = await a.cluster.nodes();
    expect([...(ofA?.offers ?? [])].sort()).toEqual(["offered", "t.1"]);
    expect([...(ofA?.connections[0]?.wants ?? [])].sort()).toEqual([".node.b", "t.*"]);
    expect(ofA?.topics).toMatchObject([{ topic: "t.1", raised: 1, dropped: 0 }]);
    expect(ofB?.forwards).toEqual([{ pattern: "f*" }]);
    expect(ofB?.subscriptions).toContainEqual({ pattern: "t.*", scope: "all", handlers: 1 });
    expect(ofB?.subscriptions).toContainEqual({ pattern: "l", scope: "local", handlers: 0 });
    expect(ofB?.topics).toMatchObject([{ topic: "t.1", delivered: 1 }]);
  });

  it("shows a node that tells nothing as private, and what is behind it", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b", { introspection: false }), company.node("c")];
    await company.join(a, b);
    await company.join(b, c);
    const reports = await a.cluster.nodes({ timeoutMs: 300 });
    expect(reports.find(({ name }) => name === "b")).toMatchObject({ isPrivate: true, connections: [], topics: [] });
    expect(reports.map(({ name }) => name)).toContain("c");
  });
});
