import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clusterChanged } from "../../../server/protocol/clusters.ts";
import { raiseEvent } from "../../../server/protocol/events.ts";
import { closeMonitor, monitorChanged, openMonitor, readMonitor } from "../../../server/protocol/monitor.ts";
import { editor, FakePanel } from "../../fakes/editor.ts";
import { clusterStatus } from "../../fakes/topology.ts";
import { FakeWorkbench } from "../../fakes/workbench.ts";

let workbench: FakeWorkbench;
const lab = { name: "lab", location: "tcp://127.0.0.1:1" };

beforeEach(() => {
  vi.useFakeTimers();
  editor.reset();
  workbench = new FakeWorkbench().activate();
  let last = 0;
  workbench.server.answer(openMonitor, ({ cluster, patterns }) => {
    last += 1;
    return { monitor: `m${last}`, cluster, patterns, maxRows: 100, maxBytes: 1_000 };
  });
  workbench.server.answer(closeMonitor, () => null);
});

afterEach(() => {
  workbench.close();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

async function openOn(...patterns: readonly string[]): Promise<FakePanel> {
  await workbench.activation.clusters.connect(lab);
  await editor.run("switchyard.openMonitor", ...patterns.map((pattern) => ({ cluster: "lab", pattern })));
  await settle();
  return editor.panels.at(-1) ?? new FakePanel("none", "none");
}

const ask = async (panel: FakePanel, message: unknown) => {
  panel.received.fire(message);
  await settle();
  return panel.posted.at(-1);
};

describe("a monitor", () => {
  it("is handed its monitor and the cluster's name", async () => {
    const panel = await openOn("a.*", "b");
    expect(panel.title).toBe("a.* +1 — lab");
    expect(panel.arguments()).toEqual({
      monitor: { monitor: "m1", cluster: "c1", patterns: ["a.*", "b"], maxRows: 100, maxBytes: 1_000 },
      clusterName: "lab",
    });
  });

  it("lets nothing run but the script of the panels", async () => {
    const panel = await openOn("a");
    const { html, options } = panel.webview;
    expect(html).toContain("default-src &#39;none&#39;");
    expect(html).not.toMatch(/unsafe-(inline|eval)/);
    const nonces = new Set([...html.matchAll(/nonce="([^"]+)"/g)].map(([, nonce]) => nonce));
    expect(nonces.size).toBe(1);
    expect(html.match(/<script /g)).toHaveLength(2);
    expect(options.localResourceRoots?.map(String)).toEqual(["file:///extension/dist/webview"]);
    expect(options.enableCommandUris).toEqual([]);
  });

  it("shows a hostile name as a text", async () => {
    await workbench.activation.clusters.connect({ ...lab, name: `"><script>alert(1)</script>` });
    await editor.run("switchyard.openMonitor", { cluster: `"><script>alert(1)</script>`, pattern: "</script><b>" });
    await settle();
    const html = editor.panels[0]?.webview.html ?? "";
    expect(html.match(/<script /g)).toHaveLength(2);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("</script><b>");
  });

  it("asks for patterns when it is opened from the palette, and opens several", async () => {
    await workbench.activation.clusters.connect(lab);
    editor.answer = () => "a.*, b  b";
    await editor.run("switchyard.openMonitor");
    editor.answer = () => "c";
    await editor.run("switchyard.openMonitor");
    await settle();
    expect(workbench.server.askedOf(openMonitor).map(({ patterns }) => patterns)).toEqual([["a.*", "b"], ["c"]]);
    expect(editor.panels).toHaveLength(2);
  });

  it("comes to the front when it is there already, and is duplicated on demand", async () => {
    await openOn("a");
    await openOn("a");
    expect(editor.panels).toHaveLength(1);
    await editor.run("switchyard.duplicateMonitor");
    await settle();
    expect(workbench.server.askedOf(openMonitor)).toHaveLength(2);
  });

  it("relays what it may ask, with results and failures", async () => {
    const panel = await openOn("a");
    const params = { monitor: "m1", first: -100, limit: 100 };
    workbench.server.answer(readMonitor, () => ({ rows: [] }) as never);
    expect(await ask(panel, { id: 1, method: readMonitor.method, params })).toEqual({ id: 1, result: { rows: [] } });
    expect(workbench.server.askedOf(readMonitor)).toEqual([params]);
    const raise = { id: 2, method: raiseEvent.method, params: { cluster: "c1", topic: "a", name: "b", args: "" } };
    expect(await ask(panel, raise)).toMatchObject({ id: 2, failure: { code: "BAD_ARGUMENT" } });
    expect(workbench.server.askedOf(raiseEvent)).toEqual([]);
  });

  it("hears of its own monitor, and only while it is seen", async () => {
    const panel = await openOn("a");
    workbench.server.say(monitorChanged, { monitor: "m2", version: 1 });
    panel.visible = false;
    workbench.server.say(monitorChanged, { monitor: "m1", version: 1 });
    expect(panel.posted).toEqual([]);
    panel.visible = true;
    workbench.server.say(monitorChanged, { monitor: "m1", version: 2 });
    expect(panel.posted).toEqual([{ method: monitorChanged.method, params: { monitor: "m1", version: 2 } }]);
  });

  it("closes what it opened", async () => {
    const panel = await openOn("a");
    panel.dispose();
    expect(workbench.server.askedOf(closeMonitor)).toEqual([{ monitor: "m1" }]);
  });

  it("keeps what it shows while its connection is lost and tried again", async () => {
    const panel = await openOn("a");
    const { html } = panel.webview;
    workbench.server.say(clusterChanged, clusterStatus("lab", { state: "retrying", attempt: 1, retryInMs: 10_000 }));
    workbench.server.say(clusterChanged, clusterStatus("lab", { state: "up" }));
    await settle();
    expect(panel.webview.html).toBe(html);
    expect(workbench.server.askedOf(openMonitor)).toHaveLength(1);
  });

  it("waits while the server is gone, and goes on with a monitor of the new one", async () => {
    const panel = await openOn("a");
    workbench.server.become({ kind: "waiting", why: "it crashed", dueMs: 0, attempt: 1 });
    expect(panel.webview.html).toContain("Not connected to lab: it crashed");
    workbench.server.become({ kind: "running" });
    await settle();
    expect(panel.arguments()).toMatchObject({ monitor: { monitor: "m2", cluster: "c2" } });
  });

  it("says that it was disconnected, with a way back", async () => {
    const panel = await openOn("a");
    await workbench.activation.clusters.disconnect("lab");
    expect(panel.webview.html).toContain("Not connected to lab.");
    expect(panel.webview.options.enableCommandUris).toEqual(["switchyard.retry"]);
    const [, link = ""] = /href="command:switchyard\.retry\?([^"]*)"/.exec(panel.webview.html) ?? [];
    const text = decodeURIComponent(link.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(code)));
    await editor.run("switchyard.retry", ...(JSON.parse(text) as unknown[]));
    await settle();
    expect(panel.arguments()).toMatchObject({ monitor: { cluster: "c2" } });
  });

  it("comes back with its connection when the window is loaded again", async () => {
    const panel = new FakePanel("switchyard.monitor", "");
    const spec = { clusterName: "lab", location: lab.location, isDemo: false, patterns: ["a"] };
    await editor.serializers.get("switchyard.monitor")?.deserializeWebviewPanel(panel as never, { spec });
    await settle();
    expect(panel.arguments()).toMatchObject({ monitor: { patterns: ["a"] }, clusterName: "lab" });
  });

  it("connects to nothing by itself in a workspace that is not trusted", async () => {
    editor.isTrusted = false;
    const panel = new FakePanel("switchyard.monitor", "");
    const spec = { clusterName: "lab", location: lab.location, isDemo: false, patterns: ["a"] };
    await editor.serializers.get("switchyard.monitor")?.deserializeWebviewPanel(panel as never, { spec });
    expect(workbench.server.asked).toEqual([]);
    expect(panel.webview.html).toContain("Not connected to lab.");
  });

  it.each([undefined, {}, { spec: 7 }, { spec: { clusterName: "a", location: "b", patterns: [7] } }])(
    "closes when what was kept of it is %o",
    async (state) => {
      const panel = new FakePanel("switchyard.monitor", "");
      await editor.serializers.get("switchyard.monitor")?.deserializeWebviewPanel(panel as never, state);
      expect(panel.isDisposed).toBe(true);
    },
  );
});

describe("the raise panel", () => {
  it("is filled in from a row of a monitor", async () => {
    const monitor = await openOn("a");
    const params = { cluster: "c1", topic: "a.b", name: "ping", args: "1, 2" };
    await ask(monitor, { id: 1, method: "switchyard/panel/raiseAgain", params });
    const panel = editor.panels.at(-1);
    expect(panel?.title).toBe("Raise a.b — lab");
    expect(panel?.arguments()).toEqual({ cluster: "c1", clusterName: "lab", topic: "a.b", name: "ping", args: "1, 2" });
    expect(monitor.posted).toEqual([{ id: 1, result: null }]);
  });

  it("copies for a panel, which has no clipboard of its own", async () => {
    const panel = await openOn("a");
    expect(await ask(panel, { id: 1, method: "switchyard/panel/copy", params: { text: "x" } })).toEqual({
      id: 1,
      result: null,
    });
    expect(editor.clipboard).toBe("x");
  });

  it("offers to connect when there is no cluster", async () => {
    let title: string | undefined;
    editor.answer = (asked) => {
      title = asked;
      return undefined;
    };
    await editor.run("switchyard.raiseEvent");
    expect(title).toBe("Connect");
    expect(editor.panels).toEqual([]);
  });
});
