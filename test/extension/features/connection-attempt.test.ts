/** X2, X8 and X9: what a person is asked when a connection needs more than a location, and what becomes of the answer. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RequestFailure } from "../../../extension/failure.ts";
import { type ConnectParams, clusterChanged, connect } from "../../../server/protocol/clusters.ts";
import { editor } from "../../fakes/editor.ts";
import { workspace } from "../../fakes/vscode.ts";
import { FakeWorkbench } from "../../fakes/workbench.ts";

const token = "hush-this-is-a-secret-0123456789";
const site = { name: "site", location: "tls://node.example:9999" };
const tls = { ca: "certs/ca.pem", cert: "~/me.pem", key: "/keys/me.pem", pins: ["ab".repeat(32)] };

let workbench: FakeWorkbench;
/** What the server says to each attempt, oldest first; then it lets everybody in. */
let refusals: RequestFailure[];

beforeEach(() => {
  vi.useFakeTimers();
  editor.reset();
  workbench = new FakeWorkbench().activate();
  refusals = [];
  workbench.server.answer(connect, ({ name, location, skipVerify }) => {
    const refusal = refusals.shift();
    if (refusal !== undefined) throw refusal;
    return { cluster: "c1", name, location, state: "up", ...(skipVerify && { isUnverified: true }) };
  });
});

afterEach(() => {
  workbench.close();
  workspace.workspaceFolders = undefined;
  vi.useRealTimers();
});

/** The profile stands in the settings, and the person picks it. Their other answers are by the beginning of the title. */
async function connectTo(profile: object, answers: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const asked: string[] = [];
  editor.settings.set("switchyard.connections", { workspaceValue: [profile] });
  editor.answer = (title = "", choices) => {
    if (title === "Connect") return "site";
    asked.push([title, ...choices].join(" | "));
    return Object.entries(answers).find(([beginning]) => title.startsWith(beginning))?.[1];
  };
  await editor.run("switchyard.connect");
  return asked;
}

const asked = (): readonly ConnectParams[] => workbench.server.askedOf(connect);
const stateOf = (name: string) => workbench.activation.clusters.find(name)?.status.state;

describe("TLS settings", () => {
  it("go to the server as paths: relative ones from the folder of the workspace", async () => {
    workspace.workspaceFolders = [{ uri: { scheme: "file", fsPath: "/folder" } }];
    await connectTo({ ...site, tls: { ...tls, serverName: "node", minVersion: "TLSv1.2" } });
    expect(asked()).toEqual([
      { ...site, tls: { ...tls, ca: "/folder/certs/ca.pem", serverName: "node", minVersion: "TLSv1.2" } },
    ]);
  });

  it("X9: of a workspace that is not trusted are not used, nor is its folder", async () => {
    workspace.workspaceFolders = [{ uri: { scheme: "file", fsPath: "/evil" } }];
    editor.isTrusted = false;
    editor.settings.set("switchyard.connections", {
      workspaceValue: [{ ...site, tls: { ca: "/evil/ca.pem" } }],
      globalValue: [{ ...site, tls }],
    });
    editor.answer = (title) => (title === "Connect" ? "site" : undefined);
    await editor.run("switchyard.connect");
    expect(asked()).toEqual([{ ...site, tls }]);
  });

  it("X2: cannot say that certificates need not be verified", async () => {
    const lax = { insecureSkipVerify: true, skipVerify: true, rejectUnauthorized: false };
    await connectTo({ ...site, ...lax, tls: { ...lax, minVersion: "TLSv1" } });
    expect(asked()).toEqual([site]);
  });

  it("stay when the connection is saved again, and so does what else stands there", async () => {
    const other = { name: "other", location: "tcp://10.0.0.1:1", tls: { ca: "x.pem" }, token: true, note: "mine" };
    editor.settings.set("switchyard.connections", { globalValue: [other, { ...site, tls, token: true }] });
    await workbench.activation.tokens.set(site, token);
    editor.answer = (title) => (title === "Connect" ? "site" : "site again");
    await editor.run("switchyard.connect");
    await editor.run("switchyard.saveConnection", { clusterName: "site" });
    const saved = { ...site, name: "site again", tls, token: true };
    expect(editor.settings.get("switchyard.connections")).toEqual({
      globalValue: [other, { ...site, tls, token: true }, saved],
    });
    expect(await workbench.activation.tokens.get({ ...saved, token: true })).toBe(token);
  });
});

describe("X2: a certificate that cannot be verified", () => {
  const selfSigned = () => new RequestFailure("CERT_SELF_SIGNED", "nobody but itself signed the certificate");

  it("is connected to when the person says so, once, and shown for as long as it lasts", async () => {
    refusals = [selfSigned()];
    await connectTo(site, { "Nobody knows": "Connect Anyway, Once" });
    expect(asked()).toEqual([site, { ...site, skipVerify: true }]);
    expect(editor.shown.join()).toContain("nobody but itself signed the certificate");
    expect(workbench.statusText).toBe("$(warning) site · up, certificate not verified");
    expect(editor.statusItems[0]).toMatchObject({ backgroundColor: { id: "statusBarItem.errorBackground" } });
    workbench.tree.show(true);
    workbench.server.say(clusterChanged, { cluster: "c1", ...site, state: "down", problem: "lost", code: "PEER_LOST" });
    expect(stateOf("site")).toBe("down");

    refusals = [selfSigned()];
    editor.answer = () => undefined;
    await editor.run("switchyard.retry", { clusterName: "site" });
    expect(asked().at(-1)).toEqual(site); // it is asked anew
    expect(asked()).toHaveLength(3);
    expect(stateOf("site")).toBe("down");
    expect(JSON.stringify([...editor.settings, ...editor.secrets.kept])).not.toContain("kip");
  });

  it("is not connected to when the server was restarted, without asking", async () => {
    refusals = [selfSigned()];
    await connectTo(site, { "Nobody knows": "Connect Anyway, Once" });
    workbench.server.become({ kind: "waiting", why: "crashed", dueMs: 0, attempt: 1 });
    refusals = [selfSigned()];
    workbench.server.become({ kind: "running" });
    await vi.advanceTimersByTimeAsync(0);
    expect(asked().at(-1)).toEqual(site);
    expect(stateOf("site")).toBe("down");
  });

  it("is left alone otherwise, and the person knows already", async () => {
    refusals = [selfSigned()];
    const questions = await connectTo(site);
    expect(questions).toEqual(["Nobody knows who answers as site | Open Settings | Connect Anyway, Once"]);
    expect(asked()).toHaveLength(1);
    expect(editor.notices).toEqual([]);
  });

  it("is no question where it is another than the one that was pinned", async () => {
    refusals = [new RequestFailure("CERT_NOT_PINNED", "not among the pins")];
    const questions = await connectTo(site, { "Not connected": "Open Settings" });
    expect(questions).toEqual([
      "Not connected to site: not among the pins | Open Settings | Retry | Show Log | Copy Details",
    ]);
    expect(editor.ran).toContainEqual({
      command: "workbench.action.openSettings",
      args: ["switchyard.connections"],
    });
  });
});

describe("X8: a token", () => {
  it("is asked for before connecting where the profile says that there is one, and kept", async () => {
    await connectTo({ ...site, token: true }, { "Token of site": ` ${token} ` });
    expect(asked()).toEqual([{ ...site, token }]);
    expect(JSON.parse(editor.shown[0] ?? "")).toMatchObject({ password: true, ignoreFocusOut: true });
    await workbench.activation.clusters.disconnect("site");
    expect(await connectTo({ ...site, token: true })).toEqual([]);
    expect(asked()).toHaveLength(2);
  });

  it("is not connected without when the person leaves", async () => {
    await connectTo({ ...site, token: true });
    expect(asked()).toEqual([]);
    expect(editor.notices).toEqual([]);
  });

  it.each([
    ["TOKEN_REQUIRED", undefined],
    ["WRONG_TOKEN", "the-token-of-before-0123456789"],
  ])("is asked for when the peer says %s", async (code, before) => {
    if (before !== undefined) await workbench.activation.tokens.set(site, before);
    refusals = [new RequestFailure(code, "says the library")];
    await connectTo(site, { "Token of site": token });
    expect(asked().at(-1)).toEqual({ ...site, token });
    expect(stateOf("site")).toBe("up");
    expect(editor.notices).toEqual([]);
  });

  it("is forgotten on request where the peer has none", async () => {
    await workbench.activation.tokens.set(site, token);
    refusals = [new RequestFailure("TOKEN_REQUIRED", "one side has a token")];
    await connectTo(site, { "Not connected": "Forget Token" });
    expect(asked()).toEqual([{ ...site, token }, site]);
    expect(stateOf("site")).toBe("up");
  });

  it.each([
    ["too short", "A token has at least 22 characters"],
    ["x".repeat(1_025), "A token has at most 1024 characters"],
  ])("is refused while it is typed: %.10s", async (typed, problem) => {
    editor.answer = () => typed;
    editor.settings.set("switchyard.connections", { globalValue: [site] });
    await expect(editor.run("switchyard.setToken", { clusterName: "site" })).rejects.toThrow(problem);
  });

  it("is set and forgotten by commands, and then tried at once where the door was shut", async () => {
    refusals = [new RequestFailure("WRONG_TOKEN", "wrong")];
    await connectTo(site);
    expect(stateOf("site")).toBe("down");
    editor.answer = (title) => (title === "Token of site" ? token : undefined);
    await editor.run("switchyard.setToken", { clusterName: "site" });
    expect(asked().at(-1)).toEqual({ ...site, token });
    await editor.run("switchyard.forgetToken", { clusterName: "site" });
    expect(editor.secrets.kept.size).toBe(0);
  });

  it("is for one location: another of the same name is told nothing of it", async () => {
    await workbench.activation.tokens.set(site, token);
    await connectTo({ ...site, location: "tls://evil.example:1" });
    expect(JSON.stringify(asked())).not.toContain(token);
  });

  it("of a broken storage is told as what it is", async () => {
    vi.spyOn(editor.secrets, "get").mockRejectedValue(new Error("the keyring is locked"));
    await connectTo({ ...site, token: true });
    expect(editor.notices).toEqual(["Not connected to site: the keyring is locked"]);
    vi.restoreAllMocks();
  });
});

describe("what failed", () => {
  it.each([
    ["NAME_TAKEN", "Retry"],
    ["FORBIDDEN", "Retry"],
    ["UNREACHABLE", "Retry"],
    ["CERT_REQUIRED", "Open Settings | Retry"],
    ["BAD_CERTIFICATE", "Open Settings | Retry"],
    ["TLS_VERSION", "Open Settings | Retry"],
    ["TLS_FAILED", "Open Settings | Retry"],
    ["NOT_TLS", "Open Settings | Retry"],
    ["BAD_TOKEN", "Set Token…"],
  ])("%s is told with %s", async (code, remedies) => {
    refusals = [new RequestFailure(code, "why")];
    const questions = await connectTo(site);
    expect(questions.at(-1)).toBe(`Not connected to site: why | ${remedies} | Show Log | Copy Details`);
  });

  it("is tried again on request", async () => {
    refusals = [new RequestFailure("NAME_TAKEN", "why")];
    await connectTo(site, { "Not connected": "Retry" });
    expect(asked()).toHaveLength(2);
    expect(stateOf("site")).toBe("up");
  });
});

it("X8 and X9: whatever happens, a token is where secrets are kept and in the request, and nowhere else", async () => {
  workbench.tree.show(true);
  refusals = [
    new RequestFailure("TOKEN_REQUIRED", "one side has a token and the other has none"),
    new RequestFailure("CERT_UNTRUSTED", "nobody that is trusted signed it"),
  ];
  await connectTo(site, { "Token of site": token, "Nobody knows": "Connect Anyway, Once" });
  expect(asked().at(-1)).toEqual({ ...site, token, skipVerify: true });
  await vi.advanceTimersByTimeAsync(1_000);
  await editor.run("switchyard.raiseEvent", { clusterName: "site" });
  const [id = ""] = workbench.tree.children();
  const { tooltip } = (await workbench.tree.provider.resolveTreeItem?.(
    workbench.tree.item(id),
    id,
    undefined as never,
  )) ?? { tooltip: undefined };

  refusals = [new RequestFailure("WRONG_TOKEN", "the two sides do not have the same token")];
  workbench.server.become({ kind: "waiting", why: "it crashed", dueMs: 0, attempt: 1 });
  workbench.server.become({ kind: "running" });
  await vi.advanceTimersByTimeAsync(1_000);
  refusals = [new RequestFailure("WRONG_TOKEN", "the two sides do not have the same token")];
  editor.answer = (title) => (title?.startsWith("Not connected") ? "Copy Details" : undefined);
  await editor.run("switchyard.retry", { clusterName: "site" });
  editor.answer = () => "saved";
  await editor.run("switchyard.saveConnection", { clusterName: "site" });

  const { activation } = workbench;
  const states = [activation.workspaceState, activation.globalState].map((memory) =>
    memory.keys().map((key) => [key, memory.get(key)]),
  );
  const seen = JSON.stringify([
    ...[editor.shown, editor.notices, editor.log, editor.ran, editor.clipboard, editor.statusItems, states, tooltip],
    ...[[...editor.contexts], [...editor.settings], activation.clusters.all()],
    ...editor.panels.map(({ webview, posted, title }) => [webview.html, posted, title]),
    ...workbench.tree.children().map((line) => [workbench.tree.item(line), workbench.tree.labels(line)]),
    ...workbench.server.asked.filter(({ method }) => method !== connect.method),
    [...editor.secrets.kept.keys()],
  ]);
  for (const part of [editor.shown, editor.notices, editor.log, editor.clipboard, editor.statusItems]) {
    expect(part.length).toBeGreaterThan(0); // there was something to see
  }
  expect(seen).not.toContain(token);
  expect([...editor.secrets.kept.values()]).toEqual([token, token]); // the connection, and the one saved of it
  expect([...editor.settings.values()]).toEqual([
    { workspaceValue: [site], globalValue: [{ ...site, name: "saved", token: true }] },
  ]);
});
