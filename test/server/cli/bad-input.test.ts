/** What the command says to whoever calls it wrongly, or meets a world that is not as they thought. */
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { formatTsvHeader } from "../../../library/index.ts";
import { folder, listeningNode, run, start, useCommand } from "./command.ts";

useCommand();

let node = "";
let webServer: Server;
let web = "";

const header = formatTsvHeader({
  path: "t",
  columns: [
    { name: "a", type: "count" },
    { name: "b", type: "string" },
  ],
  open: "2026-11-23-12-00-00",
});

beforeAll(async () => {
  ({ location: node } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*"));
  webServer = createServer((_request, response) => response.end("hello"));
  await new Promise<void>((resolve) => webServer.listen(0, "127.0.0.1", resolve));
  web = `tcp://127.0.0.1:${(webServer.address() as AddressInfo).port}`;
  await mkdir(join(folder, "dir"));
  await writeFile(join(folder, "good.log"), `${header}1\tx\n`);
  await writeFile(join(folder, "bad.log"), `${header}1\tx\n1\n2\ty\tz\nw\tv\n3\tz\n`);
  await writeFile(join(folder, "worse.log"), `${header}${"x\n".repeat(15)}`);
  await writeFile(join(folder, "notes.txt"), "Dear all,\n");
  await writeFile(join(folder, "empty.log"), "");
  await writeFile(join(folder, "broken.log.gz"), gzipSync(`${header}${"1\tx\n".repeat(100_000)}`).subarray(0, 200));
  await writeFile(join(folder, "unknown.json"), '{"name":"x","listn":[]}');
  await writeFile(join(folder, "mistyped.json"), '{"listen":[1]}');
  await writeFile(join(folder, "cut.json"), '{"listen":');
});

afterAll(() => {
  webServer.close();
  webServer.closeAllConnections();
});

/** Words for what is known only while the tests run. */
function filled(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace("NODE", node).replace("WEB", web).replace("DIR", folder));
}

const cases: readonly (readonly [command: string, status: number, line: RegExp])[] = [
  ["--bogus", 2, /^switchyard: unknown option '--bogus'; see switchyard --help$/],
  ["pubb", 2, /^switchyard: unknown command 'pubb' \(Did you mean pub\?\); see switchyard --help$/],
  ["pub", 2, /^switchyard: missing required argument 'loc'; see switchyard pub --help$/],
  ["sub NODE x --cout 1", 2, /unknown option '--cout' \(Did you mean --count\?\); see switchyard sub --help$/],
  ["sub NODE x --count zero", 2, /'--count <n>' argument 'zero' is invalid. wanted a whole number of 1 or more/],
  ["logs replay NODE t DIR/good.log --speed fast", 2, /wanted a factor such as 10x/],
  ["logs replay NODE t DIR/good.log --speed 2x --rate 1", 2, /--rate and --speed, of which only one can be/],
  ["logs tail NODE t --json --tsv", 2, /--json and --tsv, of which only one can be.*\[BAD_ARGUMENT\]$/],
  ["topo NODE --json --dot", 2, /of which only one can be/],
  ["logs frobnicate", 2, /unknown command 'frobnicate'/],
  ["sub gopher://127.0.0.1 x", 2, /gopher:\/\/ in .*use tcp, tls, ipc, inproc, ws or wss \[UNKNOWN_SCHEME\]$/],
  ["sub nowhere x", 2, /"nowhere": not a location; write scheme:\/\/….*\[BAD_LOCATION\]$/],
  ["sub tcp://127.0.0.1:1 x", 1, /tcp:\/\/127.0.0.1:1.*nobody listens there; is the peer running.*\[UNREACHABLE\]$/],
  ["sub ipc://DIR/none.sock x", 1, /none.sock.*nobody listens there.*\[UNREACHABLE\]$/],
  ["sub tcp://name.invalid:9 x", 1, /name.invalid.*cannot be resolved.*\[NAME_NOT_FOUND\]$/],
  ["sub WEB x", 1, /answered as a web server.*is it the right port\? \[NOT_A_PEER\]$/],
  ["sub NODE *********", 2, /more than 8 '\*'.*\[BAD_PATTERN\]$/],
  ["pub NODE .reserved e", 2, /".reserved" begins with '\.', which is reserved.*\[BAD_TOPIC\]$/],
  ["pub NODE a* e", 2, /contains '\*', which belongs in patterns.*\[BAD_TOPIC\]$/],
  ["pub NODE a e [1,", 2, /argument 1, \[1,, column 4: expected.*quotes of its own.*\[BAD_VALUE\]$/],
  ["pub NODE a e 1 2/tcp/3", 2, /argument 2, 2\/tcp\/3, column 6: expected the end.*\[BAD_VALUE\]$/],
  ["sub NODE x --name a/b", 2, /"a\/b": not a name.*\[BAD_NAME\]$/],
  [
    "node",
    2,
    /a node needs somewhere to --listen, or somebody to --connect to; see switchyard node --help \[BAD_ARGUMENT\]$/,
  ],
  ["node --listen NODE", 1, /cannot listen at tcp:.*another process listens here.*\[LOCATION_IN_USE\]$/],
  ["node --listen tcp://0.0.0.0:0", 1, /not a loopback address.*needs tls and a token.*\[INSECURE_LISTEN\]$/],
  ["node --listen tcp://127.0.0.1:0 --connect WEB", 1, /answered as a web server.*\[NOT_A_PEER\]$/],
  ["node --config DIR/none.json", 1, /none.json: no such file or folder \[ENOENT\]$/],
  ["node --config DIR/unknown.json", 2, /unknown\.json: unknown key "listn"; did you mean listen\? \[BAD_ARGUMENT\]$/],
  [
    "node --config DIR/mistyped.json",
    2,
    /mistyped\.json: listen\[0\]: expected a text or an object, found 1; see switchyard node --help/,
  ],
  ["node --config DIR/cut.json", 2, /cut.json is neither YAML nor JSON \(/],
  ["logs replay NODE t DIR/notes.txt", 1, /notes.txt:1: begins with "Dear all,": not a Zeek log.*\[BAD_LOG_FILE\]$/],
  ["logs replay NODE t DIR/empty.log", 1, /empty.log: it is empty.*\[BAD_LOG_FILE\]$/],
  ["logs replay NODE t DIR/none.log", 1, /none.log: no such file or folder \[ENOENT\]$/],
  ["logs replay NODE t DIR/dir", 1, /dir is a folder.*\[BAD_LOG_FILE\]$/],
  ["logs replay NODE *t DIR/good.log", 2, /contains '\*'.*\[BAD_TOPIC\]$/],
  ["lsp", 2, /required option '--stdio' not specified; see switchyard lsp --help$/],
];

it.concurrent.each(cases)("switchyard %s: status %i, one line", async (command, status, line) => {
  const ended = await run(...filled(command.split(" ")));
  expect(ended.err.trimEnd().split("\n")).toEqual([expect.stringMatching(line)]);
  expect(ended).toMatchObject({ status, out: "" });
});

it("tells each bad line with its place, and loses none of the good ones", async () => {
  const tail = start("logs", "tail", node, "bad", "--tsv", "--count", "2");
  await tail.saying("err", /^following/);
  const { status, err } = await run("logs", "replay", node, "bad", join(folder, "bad.log"));
  expect(status).toBe(1);
  expect(err.split("\n")).toEqual([
    expect.stringMatching(/^switchyard: bad.log:10: 1 column where the header has 2: .* \[BAD_LOG_LINE\]$/),
    expect.stringMatching(/^switchyard: bad.log:11: 3 columns where the header has 2: .* \[BAD_LOG_LINE\]$/),
    expect.stringMatching(/^switchyard: bad.log:12: column a: "w" where the header has count: .* \[BAD_LOG_LINE\]$/),
    expect.stringMatching(/^replayed 2 lines of .*bad.log in [\d.]+ s, left out 3 bad ones$/),
    "",
  ]);
  expect((await tail.ended).out.split("\n").slice(8)).toEqual(["1\tx", "3\tz", ""]);
});

it("tells ten bad lines, and counts the others", async () => {
  const { status, err } = await run("logs", "replay", node, "worse", join(folder, "worse.log"));
  expect(status).toBe(1);
  expect(err.match(/BAD_LOG_LINE/g)).toHaveLength(10);
  expect(err).toContain("switchyard: … and 5 more bad lines\nreplayed 0 lines of");
});

it("replays the other files when one is none", async () => {
  const files = ["notes.txt", "good.log", "broken.log.gz"].map((file) => join(folder, file));
  const tail = start("logs", "tail", node, "some", "--json", "--count", "1");
  await tail.saying("err", /^following/);
  const { status, err } = await run("logs", "replay", node, "some", ...files);
  expect(status).toBe(1);
  expect(err).toMatch(/notes.txt:1: begins with.*\n(?:.*\n)*replayed 1 line of .*good.log/);
  expect(err).toMatch(/broken.log.gz: its compression is broken \(unexpected end of file\)/);
  expect((await tail.ended).out).toBe('{"a":1,"b":"x"}\n');
});

it("says what garbage at the other end is", async () => {
  const server = createSocketServer((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { status, err } = await run("pub", `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, "a", "b");
  server.close();
  expect(status).toBe(1);
  expect(err).toMatch(/^switchyard: tcp:.*\[NOT_A_PEER\]\n$/);
});

it("shows where a failure came from with --debug, and only then", async () => {
  const { err } = await run("sub", "nowhere", "x", "--debug");
  expect(err).toMatch(/^switchyard: "nowhere": .*\nSwitchyardError: .*\n {4}at /);
});
