/** X10: what peers call themselves, their topics and their events does nothing to a terminal. */
import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { type NodeReport, SwitchyardError, time } from "../../../library/index.ts";
import { dotGraph, mermaidGraph } from "../../../server/cli/cluster-graph.ts";
import { readableCluster } from "../../../server/cli/cluster-tree.ts";
import { clusterOf } from "../../../server/cli/cluster-view.ts";
import { jsonEvents, readableEvents } from "../../../server/cli/event-line.ts";
import { failureOf } from "../../../server/cli/failure.ts";
import { readableLines } from "../../../server/cli/log-printer.ts";
import { ProcessShell } from "../../../server/cli/shell.ts";
import { printable, styleFor } from "../../../server/cli/style.ts";

const plain = styleFor(false, {});

/** What names from peers may hold, to deceive whoever reads them. */
const hostileName = "a\u001b[31m\u009b2J\u0007\r\n\u202e\u2066\u200b\ufeff\u{e0041}\u00adz";
const control = /[\p{Cc}\p{Bidi_Control}\u00ad\u200b\ufeff\u{e0000}-\u{e0fff}]/u;

describe("X10: what peers call things does nothing to a terminal", () => {
  it("is shown, each character by its number", () => {
    expect(printable(hostileName)).toBe(
      "a\\u001b[31m\\u009b2J\\u0007\\u000d\\u000a\\u202e\\u2066\\u200b\\ufeff\\udb40\\udc41\\u00adz",
    );
    expect(printable("naïve 日本 👩‍💻 ❤️ עברית")).toBe("naïve 日本 👩‍💻 ❤️ עברית");
  });

  it("in events, whichever way they are printed", () => {
    const event = {
      name: hostileName,
      args: [hostileName],
      time: time({ seconds: 0 }),
      origin: { name: "n", id: "" },
      hops: 1,
    };
    const json = jsonEvents(event, hostileName);
    expect(json).not.toMatch(control);
    expect(JSON.parse(json)).toMatchObject({ topic: hostileName, name: hostileName, args: [hostileName] });
    expect(readableEvents({ style: plain, isTerminal: true })(event, hostileName)).not.toMatch(control);
  });

  it("in lines of logs, for people", () => {
    const log = { topic: "t", id: hostileName, writer: "w", columns: [{ name: hostileName, type: "string" }] } as const;
    const text = readableLines({ style: plain, isTerminal: true })({
      ...{ log, values: [hostileName], time: time({ seconds: 0 }), origin: { name: "n", id: "" }, hops: 1 },
    });
    expect(text.replaceAll("\n", "")).not.toMatch(control);
  });

  it("in pictures of a cluster", () => {
    const named: NodeReport = {
      ...{ name: hostileName, id: "a", isPrivate: false, version: hostileName, protocol: 1, platform: hostileName },
      ...{ pid: 1, startedAtMs: 0, uptimeMs: 1, offers: [], topicsLeftOut: 0, hops: 1 },
      listening: [hostileName],
      connections: [
        {
          ...{ id: 1, peerName: hostileName, peerId: "b", location: hostileName, direction: "out", state: hostileName },
          ...{ sinceMs: 0, sentMessages: 0, sentBytes: 0, receivedMessages: 0, receivedBytes: 0, wants: [hostileName] },
          ...{ queuedMessages: 0, queuedBytes: 0, droppedMessages: 0 },
        },
      ],
      forwards: [{ pattern: hostileName, from: hostileName, to: hostileName }],
      subscriptions: [{ pattern: hostileName, scope: "all", handlers: 1 }],
      topics: [{ topic: hostileName, raised: 1, delivered: 0, forwarded: 0, dropped: 0, perSecond: 1 }],
    };
    const view = clusterOf([named], "me");
    for (const text of [readableCluster(view, plain), dotGraph(view), mermaidGraph(view)]) {
      expect(text.replaceAll("\n", "")).not.toMatch(control);
      expect(text).toContain("\\u001b");
    }
  });

  it("in what is said on stderr, failures included", () => {
    let said = "";
    const stderr = new Writable({
      write: (text, _encoding, done) => {
        said += String(text);
        done();
      },
    });
    const shell = new ProcessShell({ stdout: new PassThrough(), stderr, env: {} });
    shell.say(`switchyard: ${hostileName}`);
    shell.say(failureOf(new SwitchyardError("REJECTED", hostileName), "switchyard").line);
    expect(said.replaceAll("\n", "")).not.toMatch(control);
  });
});
