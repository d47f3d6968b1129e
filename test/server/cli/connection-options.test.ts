/** What it takes to connect somewhere: options, contexts and the environment, brought together. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type ConnectionOptions, targetOf } from "../../../server/cli/connection-options.ts";
import { writeContexts } from "../../../server/cli/contexts/context-file.ts";
import { ProcessShell } from "../../../server/cli/shell.ts";

let folder = "";
let said = "";
let shell: ProcessShell;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-options-"));
  vi.stubEnv("SWITCHYARD_CONFIG_HOME", folder);
  for (const name of ["ca", "cert", "key", "other"]) await writeFile(join(folder, name), `${name} text`);
  for (const name of ["token", "saved"]) await writeFile(join(folder, name), `${name}\n`, { mode: 0o600 });
  const lab = { location: "tls://lab:1", tlsCa: join(folder, "ca"), pins: ["ab"], tokenFile: join(folder, "saved") };
  await writeContexts({ current: "lab", saved: new Map([["lab", lab]]) });
});

beforeEach(() => {
  vi.stubEnv("SWITCHYARD_TOKEN", "");
  said = "";
  const stderr = new Writable({
    write: (text, _encoding, done) => {
      said += String(text);
      done();
    },
  });
  shell = new ProcessShell({ stdout: new PassThrough(), stderr, env: {} });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const target = (written: string, options: ConnectionOptions = {}) => targetOf(shell, written, options);

it("is nothing where nothing is said", async () => {
  expect(await target("tcp://h:1")).toEqual({ location: "tcp://h:1", options: {} });
});

it("reads the files that options name", async () => {
  const options = { tlsCa: at("ca"), tlsCert: at("cert"), tlsKey: at("key"), tlsServerName: "n", pin: ["ab"] };
  expect(await target("tls://h:1", { ...options, tokenFile: at("token") })).toEqual({
    location: "tls://h:1",
    options: {
      tls: {
        ca: Buffer.from("ca text"),
        cert: Buffer.from("cert text"),
        key: Buffer.from("key text"),
        serverName: "n",
        pins: ["ab"],
      },
      token: "token",
    },
  });
});

it.each(["@lab", "@"])("takes from a context what options do not say: %s", async (written) => {
  const fromContext = { tls: { ca: Buffer.from("ca text"), pins: ["ab"] }, token: "saved" };
  expect(await target(written)).toEqual({ location: "tls://lab:1", options: fromContext });
  const { options } = await target(written, { tlsCa: at("other"), tokenFile: at("token") });
  expect(options).toEqual({ tls: { ca: Buffer.from("other text"), pins: ["ab"] }, token: "token" });
});

it("prefers the token of an option to the environment's, and that to a context's", async () => {
  vi.stubEnv("SWITCHYARD_TOKEN", "around");
  expect((await target("@lab")).options.token).toBe("around");
  expect((await target("tcp://h:1")).options.token).toBe("around");
  expect((await target("@lab", { tokenFile: at("token") })).options.token).toBe("token");
});

it("never leaves those who ask for TLS without it", async () => {
  for (const scheme of ["tcp", "ws", "ipc", "inproc"]) {
    await expect(target(`${scheme}://h`, { tlsCa: at("ca") })).rejects.toThrow(
      /is not encrypted, but TLS is asked for/,
    );
    await expect(target(`${scheme}://h`, { pin: ["ab"] })).rejects.toThrow(/take tls:\/\/ or wss:\/\//);
  }
  await expect(target("tls://h:1", { tlsCert: at("cert") })).rejects.toThrow(/belong together: give both/);
  await expect(target("tls://h:1", { tlsCa: at("none") })).rejects.toThrow(/ENOENT/);
});

it("warns each time when nothing is verified", async () => {
  for (const time of [1, 2]) {
    expect((await target("tls://h:1", { insecureSkipVerify: true })).options.tls).toEqual({ insecureSkipVerify: true });
    expect(said.match(/warning: the certificate of tls:\/\/h:1 is not verified/g)).toHaveLength(time);
  }
});
