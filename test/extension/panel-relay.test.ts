import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concerns, heardBy, judge, narrow, type PanelKind } from "../../extension/panel-relay.ts";
import * as clusters from "../../server/protocol/clusters.ts";
import * as demo from "../../server/protocol/demo.ts";
import * as events from "../../server/protocol/events.ts";
import * as monitor from "../../server/protocol/monitor.ts";
import * as topology from "../../server/protocol/topology.ts";

const scope = { cluster: "c1", monitor: "m1" };
const ownParams = { ...scope, text: "", topic: "a", name: "b", args: "" };

const methods = [clusters, demo, events, monitor, topology].flatMap((file) =>
  Object.values(file).map(({ kind, method }) => ({ kind, method })),
);
const requests = methods.filter(({ kind }) => kind === "request").map(({ method }) => method);

const allowed = (kind: PanelKind) =>
  new Set(requests.filter((method) => judge(kind, scope, { id: 1, method, params: ownParams }).kind === "request"));

describe("judge", () => {
  it("lets a monitor read its rows and its cluster's state", () => {
    expect(allowed("monitor")).toEqual(
      new Set([
        "switchyard/cluster/list",
        "switchyard/monitor/clear",
        "switchyard/monitor/read",
        "switchyard/monitor/readRow",
      ]),
    );
  });

  it("lets the raise panel check, preview, raise and ask", () => {
    expect(allowed("raise")).toEqual(
      new Set([
        "switchyard/cluster/list",
        "switchyard/events/ask",
        "switchyard/events/checkArguments",
        "switchyard/events/findReceivers",
        "switchyard/events/raise",
        "switchyard/topology/get",
      ]),
    );
  });

  it("refuses another monitor and another cluster", () => {
    const read = { id: 1, method: monitor.readMonitor.method, params: { monitor: "m2", first: 0, limit: 1 } };
    expect(judge("monitor", scope, read)).toMatchObject({ kind: "refused", id: 1 });
    const raise = { id: 2, method: events.raiseEvent.method, params: { ...ownParams, cluster: "c2" } };
    expect(judge("raise", scope, raise)).toMatchObject({ kind: "refused", id: 2 });
  });

  it("reaches no monitor from a panel that has none", () => {
    const read = { id: 1, method: monitor.readMonitor.method, params: {} };
    expect(judge("monitor", { cluster: "c1" }, read)).toMatchObject({ kind: "refused" });
  });

  it("takes the commands of panels with their texts alone", () => {
    const params = { cluster: "c1", topic: "a", name: "b", args: "1", more: "x" };
    expect(judge("monitor", scope, { id: 3, method: "switchyard/panel/raiseAgain", params })).toEqual({
      kind: "command",
      id: 3,
      method: "switchyard/panel/raiseAgain",
      texts: { topic: "a", name: "b", args: "1" },
    });
    const wrong = { id: 4, method: "switchyard/panel/copy", params: { text: 7 } };
    expect(judge("monitor", scope, wrong)).toMatchObject({ kind: "refused" });
  });

  it("judges whatever arrives, and lets nothing through that is not in the list", () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom<PanelKind>("monitor", "raise"), (message, kind) => {
        expect(["refused", "garbage"]).toContain(judge(kind, scope, message).kind);
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.object(), (method, params) => {
        expect(judge("monitor", scope, { id: 1, method, params }).kind).toBe("refused");
      }),
    );
  });
});

describe("narrow", () => {
  it("shows a panel no cluster but its own", () => {
    const list = [{ cluster: "c1" }, { cluster: "c2", location: "secret" }];
    expect(narrow(scope, clusters.listClusters.method, list)).toEqual([{ cluster: "c1" }]);
    expect(narrow(scope, monitor.readMonitor.method, { rows: [] })).toEqual({ rows: [] });
  });
});

describe("concerns", () => {
  it("passes on what is about the panel's own monitor and cluster", () => {
    const changed = monitor.monitorChanged.method;
    expect([...heardBy("monitor")]).toContain(changed);
    expect(concerns("monitor", scope, changed, { monitor: "m1", version: 2 })).toBe(true);
    expect(concerns("monitor", scope, changed, { monitor: "m2", version: 2 })).toBe(false);
    expect(concerns("raise", scope, changed, { monitor: "m1", version: 2 })).toBe(false);
    expect(concerns("raise", scope, clusters.clusterChanged.method, { cluster: "c1" })).toBe(true);
    expect(concerns("monitor", scope, changed, null)).toBe(false);
  });
});
