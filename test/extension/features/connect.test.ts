import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RequestFailure } from "../../../extension/failure.ts";
import { clusterChanged, connect, disconnect } from "../../../server/protocol/clusters.ts";
import { startDemo, stopDemo } from "../../../server/protocol/demo.ts";
import { editor } from "../../fakes/editor.ts";
import { FakeWorkbench } from "../../fakes/workbench.ts";

let workbench: FakeWorkbench;
const lab = { name: "lab", location: "tcp://127.0.0.1:1" };
const site = { name: "site", location: "tcp://10.0.0.1:2" };

beforeEach(() => {
  vi.useFakeTimers();
  editor.reset();
  workbench = new FakeWorkbench();
});

afterEach(() => {
  workbench.close();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);
const names = () => workbench.activation.clusters.all().map(({ profile, status }) => [profile.name, status.state]);

describe("connecting", () => {
  it("takes a profile of the settings", async () => {
    workbench.activate();
    editor.settings.set("switchyard.connections", {
      workspaceValue: [lab],
      globalValue: [site, { ...lab, location: "x" }],
    });
    let offered: readonly string[] = [];
    editor.answer = (_title, choices) => {
      offered = choices;
      return "lab";
    };
    await editor.run("switchyard.connect");
    expect(offered.slice(0, 2)).toEqual(["lab", "site"]);
    expect(workbench.server.askedOf(connect)).toEqual([lab]);
    expect(names()).toEqual([["lab", "up"]]);
    expect(workbench.statusText).toBe("$(pass-filled) lab · up");
    expect(editor.contexts.get("switchyard.isConnected")).toBe(true);
  });

  it("takes a location that is typed, and offers it again", async () => {
    workbench.activate();
    editor.answer = () => " tcp://127.0.0.1:9999 ";
    await editor.run("switchyard.connectToLocation");
    expect(workbench.server.askedOf(connect)).toEqual([{ name: "127.0.0.1:9999", location: "tcp://127.0.0.1:9999" }]);
    let offered: readonly string[] = [];
    editor.answer = (_title, choices) => {
      offered = choices;
      return undefined;
    };
    await editor.run("switchyard.connectToLocation");
    expect(offered[0]).toBe("tcp://127.0.0.1:9999");
  });

  it("connects at start to the profile that is named, without being asked", async () => {
    editor.settings.set("switchyard.connections", { workspaceValue: [lab] });
    editor.settings.set("switchyard.connectOnStart", { workspaceValue: "lab" });
    workbench.activate();
    await settle();
    expect(names()).toEqual([["lab", "up"]]);
  });

  it("connects to nothing of a workspace that is not trusted, until it is", async () => {
    editor.isTrusted = false;
    editor.settings.set("switchyard.connections", { workspaceValue: [lab], globalValue: [site] });
    editor.settings.set("switchyard.connectOnStart", { workspaceValue: "lab" });
    workbench.activate();
    await settle();
    expect(workbench.server.asked).toEqual([]);
    let offered: readonly string[] = [];
    editor.answer = (_title, choices) => {
      offered = choices;
      return undefined;
    };
    await editor.run("switchyard.connect");
    expect(offered).not.toContain("lab");
    expect(offered).toContain("site");

    editor.isTrusted = true;
    editor.trustGranted.fire();
    await settle();
    expect(names()).toEqual([["lab", "up"]]);
  });

  it("leaves out what is no profile", async () => {
    workbench.activate();
    editor.settings.set("switchyard.connections", { globalValue: [null, 7, { name: "" }, { name: "x" }, lab] });
    let offered: readonly string[] = [];
    editor.answer = (_title, choices) => {
      offered = choices;
      return undefined;
    };
    await editor.run("switchyard.connect");
    expect(offered[0]).toBe("lab");
    expect(offered).toHaveLength(4);
  });

  it("says what failed, keeps the entry, and tries again", async () => {
    workbench.activate();
    const answer = vi.fn(() => {
      throw new RequestFailure("UNREACHABLE", "nobody listens there");
    });
    workbench.server.answer(connect, answer);
    editor.settings.set("switchyard.connections", { globalValue: [lab] });
    editor.answer = (_title, choices) => (choices.includes("lab") ? "lab" : undefined);
    await editor.run("switchyard.connect");
    expect(editor.notices).toEqual(["Not connected to lab: nobody listens there"]);
    expect(names()).toEqual([["lab", "down"]]);
    workbench.tree.show(true);
    await settle();
    expect(workbench.tree.labels(workbench.tree.find("lab"))).toEqual(["nobody listens there"]);

    await editor.run("switchyard.retryHere", workbench.tree.find("lab", "nobody listens there"));
    expect(answer).toHaveBeenCalledTimes(2);
  });

  it("shows a connection as rejected when the peer said no", async () => {
    workbench.activate();
    workbench.server.answer(connect, () => {
      throw new RequestFailure("REJECTED", "the peer does not accept us");
    });
    await expect(workbench.activation.clusters.connect(lab)).rejects.toMatchObject({ code: "REJECTED" });
    expect(names()).toEqual([["lab", "rejected"]]);
  });

  it("joins an attempt that is under way", async () => {
    workbench.activate();
    const { clusters } = workbench.activation;
    const [first, second] = await Promise.all([clusters.connect(lab), clusters.connect(lab)]);
    expect(first).toBe(second);
    expect(workbench.server.askedOf(connect)).toHaveLength(1);
  });

  it("closes a connection that comes up after it was given up", async () => {
    workbench.activate();
    const { clusters } = workbench.activation;
    const opening = expect(clusters.connect(lab)).rejects.toMatchObject({ code: "CANCELLED" });
    await clusters.disconnect("lab");
    await opening;
    expect(names()).toEqual([]);
    expect(workbench.server.askedOf(disconnect)).toEqual([{ cluster: "c1" }]);
  });

  it("does not take late news of an old connection for news of the new one", async () => {
    workbench.activate();
    const { clusters } = workbench.activation;
    await clusters.connect(lab);
    await clusters.disconnect("lab");
    await clusters.connect(lab);
    workbench.server.say(clusterChanged, { cluster: "c1", ...lab, state: "down" });
    expect(names()).toEqual([["lab", "up"]]);
  });

  it("replaces a connection of the same name to another location", async () => {
    workbench.activate();
    const { clusters } = workbench.activation;
    await clusters.connect(lab);
    await clusters.connect({ ...lab, location: "tcp://127.0.0.1:7" });
    expect(workbench.server.askedOf(disconnect)).toEqual([{ cluster: "c1" }]);
    expect(clusters.find("lab")?.status).toMatchObject({ cluster: "c2", location: "tcp://127.0.0.1:7" });
  });

  it("comes back by itself after the server crashed", async () => {
    workbench.activate();
    const { clusters } = workbench.activation;
    await clusters.connect(lab);
    workbench.server.become({ kind: "waiting", why: "it was ended by SIGKILL", dueMs: 0, attempt: 1 });
    expect(clusters.find("lab")?.status).toMatchObject({ state: "down", problem: "it was ended by SIGKILL" });
    expect(workbench.statusText).toBe("$(error) Switchyard: server stopped");
    workbench.server.become({ kind: "running" });
    await settle();
    expect(clusters.find("lab")?.status).toMatchObject({ cluster: "c2", state: "up" });
  });

  it("starts the demo cluster, connects to it, and ends both", async () => {
    workbench.activate();
    workbench.server.answer(startDemo, () => ({ location: "tcp://127.0.0.1:5", nodes: [] }));
    workbench.server.answer(stopDemo, () => null);
    await editor.run("switchyard.startDemo");
    expect(names()).toEqual([["demo", "up"]]);
    expect(editor.contexts.get("switchyard.isDemoRunning")).toBe(true);
    await editor.run("switchyard.stopDemo");
    expect(names()).toEqual([]);
    expect(workbench.server.askedOf(stopDemo)).toHaveLength(1);
    expect(editor.contexts.get("switchyard.hasCluster")).toBe(false);
  });

  it("saves a connection among the person's own where no folder is open", async () => {
    workbench.activate();
    await workbench.activation.clusters.connect(lab);
    editor.answer = () => "my lab";
    await editor.run("switchyard.saveConnection", { clusterName: "lab" });
    expect(editor.settings.get("switchyard.connections")).toEqual({ globalValue: [{ ...lab, name: "my lab" }] });
  });
});
