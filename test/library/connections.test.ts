/** Opening and accepting: who is let in, and what is said to whom it is refused. */
import { describe, expect, it, vi } from "vitest";
import type { Peer } from "../../library/peer.ts";
import { Company } from "./company.ts";

describe("opening", () => {
  it("tells both sides who the other is", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [ofA, ofB] = await company.join(a, b);
    expect(ofA.peer).toMatchObject({ name: "b", id: b.id });
    expect(ofB.peer).toMatchObject({ name: "a", id: a.id });
    expect([ofA.state, ofA.direction, ofB.state, ofB.direction]).toEqual(["up", "out", "up", "in"]);
  });

  it.each([
    ["nonsense", "BAD_LOCATION"],
    ["", "BAD_LOCATION"],
    ["gopher://x", "UNKNOWN_SCHEME"],
    ["inproc://nobody", "UNREACHABLE"],
    ["tcp://127.0.0.1:1", "UNREACHABLE"],
  ])("fails for %j with %s", async (location, code) => {
    const a = new Company().node("a");
    await expect(a.connections.open(location)).rejects.toMatchObject({ name: "SwitchyardError", code });
    expect(a.connections.all()).toEqual([]);
  });

  it("refuses to connect a node to itself", async () => {
    const a = new Company().node("a");
    const { location } = await a.connections.listen("inproc://self");
    await expect(a.connections.open(location)).rejects.toMatchObject({ code: "SELF_CONNECTION" });
    await vi.waitFor(() => expect(a.connections.all()).toEqual([]), { interval: 1 });
  });

  it("works over tcp with a port of the system's choice", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const listener = await b.connections.listen("tcp://127.0.0.1:0");
    expect(listener.location).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect(b.connections.listening()).toEqual([listener.location]);
    const connection = await a.connections.open(listener.location);
    await listener.close();
    expect(b.connections.listening()).toEqual([]);
    expect(connection.state).toBe("up");
    await connection.close();
    await connection.close();
    expect(connection.state).toBe("closed");
    await expect(connection.settled()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("listening", () => {
  it("refuses a location that is taken", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const { location } = await a.connections.listen("tcp://127.0.0.1:0");
    await expect(b.connections.listen(location)).rejects.toMatchObject({ code: "LOCATION_IN_USE" });
  });

  it.each(["tcp://0.0.0.0:0", "tcp://[::]:0", "tcp://192.0.2.1:0"])(
    "refuses %s without tls and a token",
    async (at) => {
      const a = new Company().node("a");
      await expect(a.connections.listen(at)).rejects.toMatchObject({ code: "INSECURE_LISTEN" });
    },
  );

  it("asks accept, which is given the peer", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const asked: Peer[] = [];
    const accept = async (peer: Peer): Promise<boolean> => asked.push(peer) > 0;
    await company.join(a, b, { listen: { accept } });
    expect(asked).toMatchObject([{ name: "a", id: a.id }]);
  });

  it.each([
    ["says no", () => false],
    ["says no later", async () => false],
    ["fails", () => Promise.reject(new Error("no idea"))],
    [
      "throws",
      () => {
        throw new Error("no idea");
      },
    ],
  ])("turns the peer away when accept %s", async (_, accept) => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const { location } = await b.connections.listen("inproc://b", { accept });
    const seen = vi.fn();
    b.on("peer", seen);
    await expect(a.connections.open(location)).rejects.toMatchObject({ code: "REJECTED" });
    await vi.waitFor(() => expect(b.connections.all()).toEqual([]), { interval: 1 });
    expect(a.connections.all()).toEqual([]);
    expect(seen).not.toHaveBeenCalled();
  });
});
