import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clusterChanged } from "../../../server/protocol/clusters.ts";
import { getTopology, topologyChanged, watchTopology } from "../../../server/protocol/topology.ts";
import { editor } from "../../fakes/editor.ts";
import { clusterStatus, nodeInfo, topicInfo, topology } from "../../fakes/topology.ts";
import { FakeWorkbench } from "../../fakes/workbench.ts";

let workbench: FakeWorkbench;
const profile = { name: "demo", location: "tcp://127.0.0.1:1" };

beforeEach(() => {
  vi.useFakeTimers();
  editor.reset();
  workbench = new FakeWorkbench().activate();
});

afterEach(() => {
  workbench.close();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(300);

async function connectAndShow(...topics: readonly Parameters<typeof topicInfo>[]): Promise<void> {
  show(...topics);
  workbench.tree.show(true);
  await workbench.activation.clusters.connect(profile);
  await settle();
}

function show(...topics: readonly Parameters<typeof topicInfo>[]): void {
  const infos = topics.map((each) => topicInfo(...each));
  workbench.pictures.set("c1", topology(infos, { cluster: "c1", nodes: [nodeInfo("router")] }));
}

function announce(): void {
  workbench.server.say(topologyChanged, { cluster: "c1", version: 2 });
}

describe("the tree", () => {
  it("shows what the cluster's nodes tell", async () => {
    await connectAndShow(["a.b", { perSecond: 12, subscribers: ["x", "y", "z"] }]);
    const { tree } = workbench;
    expect(tree.labels()).toEqual(["demo | up"]);
    expect(tree.labels(tree.find("demo", "Nodes"))).toEqual(["router | 0/s in · 0/s out"]);
    expect(tree.labels(tree.find("demo", "Topics", "a"))).toEqual(["b | 12/s · 3 subscribers"]);
  });

  it("refreshes the line that changed and no other", async () => {
    await connectAndShow(["a.b", { perSecond: 1 }], ["a.c"], ["d"]);
    const { tree } = workbench;
    const line = tree.find("demo", "Topics", "a", "b");
    for (const label of ["d"]) tree.find("demo", "Topics", label);
    tree.refreshes.length = 0;
    show(["a.b", { perSecond: 20 }], ["a.c"], ["d"]);
    announce();
    await settle();
    expect(tree.refreshes).toEqual([[line]]);

    show(["a.b", { perSecond: 21 }], ["a.c"], ["d"]);
    announce();
    await settle();
    expect(tree.refreshes).toEqual([[line]]); // Or a busy topic could never be hovered.
  });

  it("refreshes at most four times a second, and shows the last of what came", async () => {
    await connectAndShow(["a"]);
    const { tree } = workbench;
    tree.find("demo", "Topics", "a");
    tree.refreshes.length = 0;
    for (let rate = 1; rate <= 100; rate++) {
      show(["a", { perSecond: rate % 2 === 0 ? rate * 1_000 : 1 }]);
      announce();
      await vi.advanceTimersByTimeAsync(10);
    }
    await settle();
    expect(tree.refreshes.length).toBeLessThanOrEqual(5);
    expect(tree.refreshes.length).toBeGreaterThanOrEqual(4);
    expect(tree.labels(tree.find("demo", "Topics"))).toEqual(["a | 100\u202f000/s · 0 subscribers"]);
  });

  it("asks nothing of a cluster and draws nothing while it is hidden", async () => {
    await connectAndShow(["a"]);
    const { tree, server } = workbench;
    tree.show(false);
    await settle();
    expect(server.askedOf(watchTopology)).toEqual([
      { cluster: "c1", watch: true },
      { cluster: "c1", watch: false },
    ]);
    const asked = server.askedOf(getTopology).length;
    tree.refreshes.length = 0;
    announce();
    server.say(clusterChanged, clusterStatus("demo", { state: "retrying", attempt: 1, retryInMs: 60_000 }));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.askedOf(getTopology)).toHaveLength(asked);
    expect(tree.refreshes).toEqual([]);

    tree.show(true);
    await settle();
    expect(tree.labels()).toEqual(["demo | retrying in 55 s (attempt 1)"]);
  });

  it("runs no timer while nothing changes", async () => {
    await connectAndShow(["a"]);
    await settle(); // The pause after the last refresh.
    expect(vi.getTimerCount()).toBe(0);
  });

  it("counts down to the next attempt", async () => {
    await connectAndShow();
    const lost = { state: "retrying", attempt: 4, retryInMs: 8_000, problem: "lost" } as const;
    workbench.server.say(clusterChanged, clusterStatus("demo", lost));
    await settle();
    expect(workbench.tree.labels()).toEqual(["demo | retrying in 8 s (attempt 4)"]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(workbench.tree.labels()).toEqual(["demo | retrying in 5 s (attempt 4)"]);
  });

  it("has a text for each reason to be empty", async () => {
    const emptiness = () => editor.contexts.get("switchyard.emptiness");
    expect(emptiness()).toBe("unconfigured");
    workbench.tree.show(true);
    editor.settings.set("switchyard.connections", { globalValue: [profile] });
    editor.settingsChanged.fire({ affectsConfiguration: () => true });
    await settle();
    expect(emptiness()).toBe("disconnected");

    workbench.pictures.set("c1", topology([], { cluster: "c1" }));
    await workbench.activation.clusters.connect(profile);
    await settle();
    expect([workbench.tree.labels(), emptiness()]).toEqual([[], "nothing"]);

    show(["a"]);
    announce();
    await settle();
    editor.answer = () => "zzz";
    await editor.run("switchyard.filterTree");
    expect([workbench.tree.labels(), emptiness()]).toEqual([[], "filtered"]);
    expect(editor.contexts.get("switchyard.isFiltered")).toBe(true);
    await editor.run("switchyard.clearFilter");
    expect(workbench.tree.labels()).toEqual(["demo | up"]);
  });

  it("loads the rest of a long list when a person asks", async () => {
    await connectAndShow(
      ...Array.from({ length: 1_440 }, (_, index) => [`t${String(index).padStart(4, "0")}`] as [string]),
    );
    const { tree } = workbench;
    const topics = tree.find("demo", "Topics");
    expect(tree.children(topics)).toHaveLength(201);
    expect(tree.labels(topics).at(-1)).toBe("Load more (1\u202f240)");
    const { command } = tree.item(tree.children(topics).at(-1) ?? "");
    tree.refreshes.length = 0;
    await editor.run(command?.command ?? "", ...(command?.arguments ?? []));
    expect(tree.refreshes).toEqual([[topics]]);
    expect(tree.children(topics)).toHaveLength(401);
  });

  it("is one line with a way out when the server did not start", async () => {
    workbench.tree.show(true);
    workbench.server.become({ kind: "failed", why: "it ended with status 1" });
    await settle();
    expect(workbench.tree.labels()).toEqual(["Server did not start: it ended with status 1"]);
    const [line = ""] = workbench.tree.children();
    expect(workbench.tree.item(line).contextValue).toBe("server");
    await editor.run("switchyard.restartServer");
    expect(workbench.server.restarts).toBe(1);
  });

  it("copies topics and patterns of all lines that are selected", async () => {
    await connectAndShow(["a.b"], ["c"]);
    const { tree } = workbench;
    const lines = [tree.find("demo", "Topics", "a"), tree.find("demo", "Topics", "c")];
    await editor.run("switchyard.copyPattern", lines[0], lines);
    expect(editor.clipboard).toBe("a.*\nc");
    tree.selection = lines;
    await editor.run("switchyard.copyTopic");
    expect(editor.clipboard).toBe("c");
  });

  it("makes hovers when they are asked for, as Markdown that runs nothing", async () => {
    await connectAndShow(["[x](command:y)"]);
    const { tree } = workbench;
    const line = tree.find("demo", "Topics", "[x](command:y)");
    const item = tree.item(line);
    expect(item.tooltip).toBeUndefined();
    tree.provider.resolveTreeItem?.(item, line, { isCancellationRequested: false } as never);
    const hover = item.tooltip as { value: string; isTrusted: boolean };
    expect(hover.isTrusted).toBe(false);
    expect(hover.value).not.toContain("](");
  });
});
