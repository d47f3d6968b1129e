/** X2 and X8: connections of the server over TLS and with tokens, to real listeners on this machine. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clusterChanged, connect, listClusters, type TlsSettings } from "../../server/protocol/clusters.ts";
import { type Authority, type Identity, makeAuthority, makeSelfSigned } from "../rig/certificates.ts";
import { startServer } from "./client.ts";
import { listeningNode } from "./nodes.ts";

const token = "hush-this-is-a-secret-0123456789";

let folder: string;
let authority: Authority;
let identity: Identity;
let tls: TlsSettings;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-tls-"));
  authority = await makeAuthority();
  identity = await authority.issue();
  tls = { ca: join(folder, "ca.pem") };
  await writeFile(join(folder, "ca.pem"), authority.ca);
  await writeFile(join(folder, "key.pem"), identity.key);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const anywhere = "tls://127.0.0.1:0";
const own = () => ({ cert: identity.cert, key: identity.key });

test("X2: connects over TLS by the files that the profile names, and tells who the peer is", async () => {
  const client = await startServer();
  const { location } = await listeningNode("manager", { tls: own() }, anywhere);
  const status = await client.request(connect, { name: "lab", location, tls });
  expect(status).toMatchObject({
    state: "up",
    peer: { isEncrypted: true, identity: { kind: "certificate", fingerprint: identity.fingerprint } },
  });
  expect(status).not.toHaveProperty("isUnverified");
});

test("X2: takes only the certificates that are pinned, whatever is skipped", async () => {
  const client = await startServer();
  const { location } = await listeningNode("manager", { tls: own() }, anywhere);
  const pinned = { ...tls, pins: ["0".repeat(64)] };
  expect(await client.failure(connect, { name: "lab", location, tls: pinned })).toMatchObject({
    code: "CERT_NOT_PINNED",
  });
  const skipped = { name: "lab", location, tls: pinned, skipVerify: true };
  expect(await client.failure(connect, skipped)).toMatchObject({ code: "CERT_NOT_PINNED" });
});

test("a path may begin with the home folder", async () => {
  const client = await startServer();
  const { location } = await listeningNode("manager", { tls: own() }, anywhere);
  const ca = `~/${relative(homedir(), join(folder, "ca.pem"))}`;
  expect(await client.request(connect, { name: "lab", location, tls: { ca } })).toMatchObject({ state: "up" });
});

test("X2: a certificate that nobody vouches for is refused, unless that is asked for, and then for one link only", async () => {
  const client = await startServer();
  const { cert, key } = await makeSelfSigned();
  const { context, location } = await listeningNode("stranger", { tls: { cert, key } }, anywhere);
  expect(await client.failure(connect, { name: "lab", location })).toMatchObject({ code: "CERT_SELF_SIGNED" });

  const status = await client.request(connect, { name: "lab", location, skipVerify: true });
  expect(status).toMatchObject({ state: "up", isUnverified: true, peer: { isEncrypted: true } });
  expect(status.peer).not.toHaveProperty("identity");
  await context.close();
  const isOver = ({ cluster, state }: typeof status) =>
    cluster === status.cluster && !["connecting", "up"].includes(state);
  const over = await client.next(clusterChanged, isOver);
  expect(over.state).toBe("down"); // not `retrying`
  expect(over).not.toHaveProperty("isUnverified");
});

test.each([
  ["another token", "hush-this-is-another-secret-1234", "WRONG_TOKEN"],
  ["no token", undefined, "TOKEN_REQUIRED"],
  ["what is no token", "too short", "BAD_TOKEN"],
])("X8: %s is turned away, and nothing tells a word of it", async (_, given, code) => {
  const client = await startServer();
  const { location } = await listeningNode("manager", { token });
  const params = { name: "lab", location, ...(given !== undefined && { token: given }) };
  const failure = await client.failure(connect, params);
  expect(failure).toMatchObject({ code });
  const told = await client.next(clusterChanged, ({ state }) => state !== "connecting");
  expect(told).toMatchObject({ state: code === "BAD_TOKEN" ? "down" : "rejected", code });
  for (const secret of [token, given ?? token]) expect(JSON.stringify([failure, told])).not.toContain(secret);
});

test("X8: a token opens the door, and is in nothing that the server says", async () => {
  const client = await startServer();
  const { location } = await listeningNode("manager", { token });
  const status = await client.request(connect, { name: "lab", location, token });
  expect(status).toMatchObject({ state: "up", peer: { isEncrypted: false, identity: { kind: "token" } } });
  const said = [status, await client.next(clusterChanged), await client.request(listClusters, {})];
  expect(JSON.stringify(said)).not.toContain(token);
  const wrong = await client.failure(connect, { name: "lab", location: 7, token });
  expect(JSON.stringify(wrong)).not.toContain(token);
});

test("X8: a file that is of no use is named, and what it holds is not told", async () => {
  const client = await startServer();
  const failure = (settings: TlsSettings) =>
    client.failure(connect, { name: "lab", location: "tls://127.0.0.1:9", tls: settings });
  expect(await failure({ ca: "/nowhere/ca.pem" })).toMatchObject({
    code: "BAD_CERTIFICATE",
    message: expect.stringMatching(/^tls\.ca \/nowhere\/ca\.pem cannot be read \(ENOENT\): /),
  });
  expect(await failure({ ca: folder })).toMatchObject({ code: "BAD_CERTIFICATE" });
  expect(await failure({ ca: "certs/ca.pem" })).toEqual({
    code: "BAD_ARGUMENT",
    message: "tls.ca certs/ca.pem is relative, and no trusted folder is open",
  });
  const mixedUp = await failure({ ca: join(folder, "key.pem") });
  expect(mixedUp).toMatchObject({ code: "BAD_CERTIFICATE" });
  expect(mixedUp.message).not.toContain(identity.key.split("\n")[1]);
});

test("what is asked wrongly is said in words", async () => {
  const client = await startServer();
  const failure = (rest: object) => client.failure(connect, { name: "lab", location: "tls://127.0.0.1:9", ...rest });
  expect(await failure({ tls: { minVersion: "TLSv1" } })).toEqual({
    code: "BAD_ARGUMENT",
    message: "params.tls.minVersion must be one of TLSv1.2, TLSv1.3",
  });
  expect(await failure({ tls: { pins: "x" } })).toMatchObject({ code: "BAD_ARGUMENT" });
  expect(await failure({ token: 7 })).toMatchObject({ code: "BAD_ARGUMENT", message: "params.token must be a text" });
});
