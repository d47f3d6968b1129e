import { describe, expect, it } from "vitest";
import type { Cluster } from "../../../extension/clusters.ts";
import { RequestFailure } from "../../../extension/failure.ts";
import type { Branch } from "../../../extension/tree/branch.ts";
import { buildTree, moreBranch, type Scene } from "../../../extension/tree/clusters.ts";
import { Outline } from "../../../extension/tree/outline.ts";
import type { ClusterStatus, PeerIdentity, PeerInfo } from "../../../server/protocol/clusters.ts";
import type { Topology } from "../../../server/protocol/topology.ts";
import { clusterStatus, nodeInfo, topicInfo, topology } from "../../fakes/topology.ts";

function cluster(rest: Partial<ClusterStatus> = {}, dueMs?: number): Cluster {
  const status = clusterStatus("demo", rest);
  const { name, location } = status;
  return { profile: { name, location }, isDemo: false, status, ...(dueMs !== undefined && { dueMs }) };
}

function scene(picture: Topology | RequestFailure | undefined, rest: Partial<Scene> = {}): Scene {
  return { clusters: [cluster()], picture: () => picture, filter: "", nowMs: 0, ...rest };
}

const rootsOf = (picture: Topology | RequestFailure | undefined, rest?: Partial<Scene>) =>
  buildTree(scene(picture, rest)).roots;

const labels = (branches: readonly Branch[] | undefined) => branches?.map(({ label }) => label);

const whole = topology(["a.b", ".ask"], {
  nodes: [nodeInfo("self", { isSelf: true }), nodeInfo("router"), nodeInfo("logger")],
  silent: ["mute"],
});

describe("buildTree", () => {
  it("has nodes, topics and, closed, the reserved topics under each cluster", () => {
    const groups = rootsOf(whole)[0]?.children?.() ?? [];
    expect(groups.map(({ label, description, isExpanded }) => [label, description, isExpanded ?? false])).toEqual([
      ["Nodes", "4", true],
      ["Topics", "1", true],
      ["Reserved", "1", false],
    ]);
    expect(labels(groups[0]?.children?.())).toEqual(["logger", "router", "self", "mute"]);
    expect(labels(groups[2]?.children?.())).toEqual([".ask"]);
  });

  it.each([
    [{ state: "connecting" }, undefined, "connecting", "loading~spin"],
    [{ state: "up" }, undefined, "up", "pass-filled"],
    [{ state: "retrying", attempt: 4 }, 8_000, "retrying in 8 s (attempt 4)", "sync"],
    [{ state: "retrying", attempt: 4 }, 0, "retrying (attempt 4)", "sync"],
    [{ state: "rejected" }, undefined, "rejected", "circle-slash"],
    [{ state: "down" }, undefined, "down", "debug-disconnect"],
  ] as const)("shows %o by a word and an icon", (status, dueMs, words, icon) => {
    const [root] = rootsOf(undefined, { clusters: [cluster(status, dueMs)] });
    expect(root).toMatchObject({ description: words, icon });
  });

  it("puts what went wrong under the cluster concerned", () => {
    const down = cluster({ state: "down", problem: "cannot connect to tcp://a:1: nobody listens there" });
    const [root] = rootsOf(undefined, { clusters: [down] });
    expect(root?.children?.()).toMatchObject([
      { kind: "problem", label: "nobody listens there", description: "cannot connect to tcp://a:1" },
    ]);
  });

  it("says why there is no picture", () => {
    const [root] = rootsOf(new RequestFailure("TIMED_OUT", "no answer"));
    expect(root?.children?.()).toMatchObject([{ kind: "problem", label: "no answer" }]);
  });

  it("keeps what was seen while a connection is lost", () => {
    const [root] = rootsOf(whole, { clusters: [cluster({ state: "retrying", problem: "lost" })] });
    expect(labels(root?.children?.())).toEqual(["lost", "Nodes", "Topics", "Reserved"]);
  });

  it("has one line when the server did not start", () => {
    expect(buildTree(scene(undefined, { serverProblem: "no", clusters: [] })).roots).toMatchObject([
      { kind: "server", label: "no" },
    ]);
  });

  it("says how many topics it does not show", () => {
    const [root] = rootsOf({ ...whole, topicsLeftOut: 1_240 });
    const topics = root?.children?.()[1];
    expect(topics?.description).toBe("1\u202f241");
    expect(topics?.children?.().at(-1)).toMatchObject({ kind: "note" });
  });

  it("tells the empty states apart", () => {
    const nothing = topology([".ask"], { nodes: [nodeInfo("self", { isSelf: true })] });
    expect(buildTree(scene(nothing))).toEqual({ roots: [], emptiness: "nothing" });
    expect(buildTree(scene(whole, { filter: "zzz" }))).toEqual({ roots: [], emptiness: "filtered" });
    expect(buildTree(scene(whole)).emptiness).toBeUndefined();
    expect(buildTree(scene(undefined, { clusters: [] })).emptiness).toBeUndefined();
  });

  it("shows what the filter lets through", () => {
    const groups = rootsOf(whole, { filter: "rout" })[0]?.children?.() ?? [];
    expect(labels(groups[0]?.children?.())).toEqual(["router"]);
    expect(groups[1]?.description).toBe("0");
  });

  it("shows what a node tells of itself, and leaves out what it has none of", () => {
    const node = nodeInfo("router", {
      subscriptions: [{ pattern: "a.*", scope: "local", handlers: 2 }],
      forwards: [{ pattern: "*", to: "logger" }],
    });
    const [root] = rootsOf(topology([], { nodes: [node] }));
    const facts = root?.children?.()[0]?.children?.()[0]?.children?.() ?? [];
    expect(labels(facts)).toEqual(["Subscribes", "Forwards"]);
    expect(facts[0]?.children?.()).toMatchObject([{ label: "a.*", description: "local · 2 handlers" }]);
    expect(facts[1]?.children?.()).toMatchObject([{ label: "*", description: "all peers → logger" }]);
  });

  it("F7: shows the stores of a node, and marks one that takes no writes because there are two authorities", () => {
    const well = { topic: "app.flags", role: "standby", state: "live", standing: "heir", entries: 1_200, diverged: 3 };
    const torn = { topic: "app.hosts", role: "authority", state: "live", standing: "conflicted", rival: "west" };
    const stores = [well, torn, { ...torn, standing: "unsaved" }].map((each) => ({ ...each, isPersistent: true }));
    const [root] = rootsOf(topology([], { nodes: [nodeInfo("router", { stores })] }));
    const facts = root?.children?.()[0]?.children?.()[0]?.children?.() ?? [];
    expect(labels(facts)).toEqual(["Stores"]);
    const shown = facts[0]?.children?.() ?? [];
    expect(shown.map(({ label, description, icon }) => [label, description, icon])).toEqual([
      ["app.flags", "standby · 1\u202f200 entries · 3 entries saved that only it had", "database"],
      ["app.hosts", "authority · in conflict with west, takes no writes", "warning"],
      ["app.hosts", "authority · cannot save what only it has", "warning"],
    ]);
    expect(new Set(shown.map(({ key }) => key)).size).toBe(3);
  });

  it("X2: marks a node where anybody may connect, and says where", () => {
    const open = nodeInfo("open", { listening: ["tcp://0.0.0.0:1", "ipc:///x"], insecure: ["tcp://0.0.0.0:1"] });
    const [root] = rootsOf(topology([], { nodes: [open, nodeInfo("router")] }));
    const [marked, plain] = root?.children?.()[0]?.children?.() ?? [];
    expect(marked).toMatchObject({ icon: "warning", color: "list.warningForeground" });
    expect(marked?.spoken).toContain("not safe");
    expect(unescaped(marked?.hover?.())).toContain(
      "Not safe: anybody may connect, or read what is said, on tcp://0.0.0.0:1\n",
    );
    expect(plain).toMatchObject({ icon: "server-process" });
    expect(plain?.hover?.()).not.toContain("Not safe");
  });

  it("X2: marks a connection to nobody knows whom in red", () => {
    const [root] = rootsOf(whole, { clusters: [cluster({ isUnverified: true, peer: peer({ isEncrypted: true }) })] });
    expect(root).toMatchObject({
      icon: "warning",
      color: "list.errorForeground",
      description: "up, certificate not verified",
    });
    expect(root?.hover?.()).toContain("whoever sits in between can read and change all");
    expect(root?.hover?.()).not.toContain("Encrypted");
  });

  it.each([
    [{}, ["Not encrypted", "It has not proven who it is"]],
    [{ identity: { kind: "token" } }, ["Not encrypted", "It has proven to know the token"]],
    [
      { isEncrypted: true, identity: certificate("CN=x", "node.example", "10.0.0.1") },
      [
        "Encrypted: nobody on the way can read what is said",
        "Proven by the certificate of node.example, 10.0.0.1",
        `SHA-256 ${"ab".repeat(32)}`,
      ],
    ],
    [
      { isEncrypted: true, identity: certificate("CN=only a subject") },
      ["Proven by the certificate of CN=only a subject"],
    ],
    [
      { isEncrypted: true, identity: certificate("CN=x", "a", "b", "c", "d", "e", "f", "g") },
      ["Proven by the certificate of a, b, c, d, e and 2 more"],
    ],
  ] as const)("X2: says how safe a connection is, and who is there: %o", (rest, facts) => {
    const [root] = rootsOf(whole, { clusters: [cluster({ peer: peer(rest) })] });
    for (const fact of facts) expect(unescaped(root?.hover?.()).split("\n")).toContain(`- ${fact}`);
  });

  it("X10: takes nothing that a peer calls itself for markup", () => {
    const evil = "[click](command:evil) <img src=x>";
    const [root] = rootsOf(whole, { clusters: [cluster({ peer: peer({ identity: certificate(evil, evil) }) })] });
    expect(root?.hover?.()).not.toMatch(/[[<]/);
  });

  it("refreshes one line of ten thousand when one topic moved, and quickly", () => {
    const topics = Array.from({ length: 10_000 }, (_, index) =>
      topicInfo(`site-${String(index % 100).padStart(2, "0")}.t${String(index).padStart(5, "0")}`),
    );
    const outline = new Outline(moreBranch);
    outline.update(rootsOf(topology(sorted(topics))));
    openAll(outline);
    const cpuMs = [1, 2, 3, 4, 5].map((perSecond) => {
      const moved = topics.map((info, index) => (index === 4_711 ? { ...info, perSecond } : info));
      const start = process.cpuUsage();
      const change = outline.update(rootsOf(topology(sorted(moved))));
      const { user, system } = process.cpuUsage(start);
      expect(change).toHaveLength(1);
      expect(outline.branch(change[0] ?? "")?.label).toBe("t04711");
      return (user + system) / 1_000;
    });
    expect(Math.min(...cpuMs)).toBeLessThan(250); // About 20 ms on a quiet machine, with every folder open.
  });
});

function peer(rest: Partial<PeerInfo>): PeerInfo {
  return { name: "manager", id: "1", version: "0.1.0", isEncrypted: false, ...rest };
}

function certificate(subject: string, ...names: readonly string[]): PeerIdentity {
  return { kind: "certificate", subject, names, fingerprint: "ab".repeat(32) };
}

/** Markdown as it is read. */
function unescaped(hover = ""): string {
  return hover.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)));
}

function sorted(topics: Topology["topics"]): Topology["topics"] {
  return topics.toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
}

function openAll(outline: Outline, ids = outline.roots()): void {
  for (const id of ids) openAll(outline, outline.children(id));
}
