import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { tcp } from "../../../library/transports/tcp.ts";
import { benchFor, bytesOf, End, once } from "../../compliance/transport/bench.ts";
import { transportCompliance } from "../../compliance/transport.ts";

const subject = {
  name: "tcp",
  transport: tcp(),
  location: () => new URL("tcp://127.0.0.1:0"),
  mostUnderWay: 16 * 1024 * 1024,
  crossesProcesses: true,
};

transportCompliance(subject);

describe("tcp", () => {
  const bench = benchFor(subject);

  it("speaks IPv6", async () => {
    const end = once<End>();
    const listener = await bench.listen((link) => end.resolve(new End(link).start()), new URL("tcp://[::1]:0"));
    expect(listener.location).toMatch(/^tcp:\/\/\[::1\]:[1-9]\d*$/);
    const ours = await bench.connect(listener.location);
    expect(ours.link.remote).toMatch(/^\[::1\]:\d+$/);
    ours.start().link.send(bytesOf(1, 10));
    await (await end.promise).untilBytes(10);
  });

  it.each([
    ["tcp://localhost", "has no port"],
    ["tcp:///", "has no host"],
    ["tcp://127.0.0.1:1/path", "must not have a path"],
    ["tcp://a%00b:1", "has a host that can be no name"],
    ["tcp://a%ffb:1", "has a '%' that begins no escape"],
  ])("refuses %s: %s", async (location, what) => {
    await expect(tcp().connect(new URL(location))).rejects.toMatchObject({
      code: "BAD_LOCATION",
      message: expect.stringContaining(what),
    });
    await expect(tcp().listen(new URL(location), () => {})).rejects.toMatchObject({ code: "BAD_LOCATION" });
  });

  it("tells a name that cannot be resolved", async () => {
    const location = new URL(`tcp://${"x".repeat(64)}:1`); // a label may have 63 letters
    await expect(tcp().connect(location)).rejects.toMatchObject({ code: "NAME_NOT_FOUND" });
    await expect(tcp().listen(location, () => {})).rejects.toMatchObject({ code: "NAME_NOT_FOUND" });
  });

  it("does not listen at an address of another machine", async () => {
    const location = new URL("tcp://192.0.2.1:0"); // reserved for documentation
    await expect(tcp().listen(location, () => {})).rejects.toMatchObject({
      code: "BAD_LOCATION",
      message: expect.stringContaining("no address of this machine"),
    });
  });

  it("tells a link that the peer reset, with the cause", async () => {
    const end = once<End>();
    const listener = await bench.listen((link) => end.resolve(new End(link).start()));
    const socket = await rawSocket(listener.location);
    const ours = await end.promise;
    socket.resetAndDestroy();
    expect(await ours.untilClosed()).toMatchObject({ code: "PEER_LOST", cause: { code: "ECONNRESET" } });
  });

  it("closes its half when the peer ends its own", async () => {
    const end = once<End>();
    const listener = await bench.listen((link) => end.resolve(new End(link).start()));
    const socket = await rawSocket(listener.location);
    socket.resume().end("last words");
    const ended = new Promise((resolve) => socket.once("end", resolve));
    const ours = await end.promise;
    expect(await ours.untilClosed()).toBeUndefined();
    expect(ours.content().toString()).toBe("last words");
    await ended;
  });

  it("tells of a server that hangs up at once as closed", async () => {
    const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const bound = server.address();
    const port = typeof bound === "object" ? bound?.port : 0;
    const end = await bench.connect(`tcp://127.0.0.1:${port}`);
    expect(await end.start().untilClosed()).toBeUndefined();
    server.close();
  });
});

async function rawSocket(location: string): Promise<Socket> {
  const socket = connect(Number(new URL(location).port), "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}
