/** Tokens and certificates between real nodes: who gets in, as whom, and what both are told. */
import { describe, expect, it, vi } from "vitest";
import type { SwitchyardError } from "../../library/core/errors.ts";
import type { Peer } from "../../library/peer.ts";
import type { Universe } from "../../library/transports/inproc.ts";
import { Company, inbox, raise } from "./company.ts";
import { certificateOf, securedTransport } from "./secured.ts";

const token = "correct horse battery staple";
const other = "Tr0ub4dor and three times more";

function errorsOf(context: { on(name: "error", listener: (error: SwitchyardError) => void): unknown }): string[] {
  const codes: string[] = [];
  context.on("error", ({ code }) => codes.push(code));
  return codes;
}

describe("X3: a token", () => {
  it.each([
    ["text", token],
    ["22 characters", "x".repeat(22)],
    ["bytes", new Uint8Array(16).fill(9)],
  ])("of %s lets in who has it, over tcp too, and is the identity of both", async (_, same) => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const asked: Peer[] = [];
    const accept = (peer: Peer): boolean => asked.push(peer) > 0;
    const { location } = await b.connections.listen("tcp://127.0.0.1:0", { token: same, accept });
    const arrived = await inbox(b, "t");
    const connection = await a.connections.open(location, { token: same });
    expect(connection.peer).toMatchObject({ name: "b", isEncrypted: false, identity: { kind: "token" } });
    expect(asked).toMatchObject([{ name: "a", isEncrypted: false, identity: { kind: "token" } }]);
    raise(a, "t", "hello");
    await arrived.until("t hello");
  });

  it.each<[string, string | undefined, string | undefined, string]>([
    ["another one", other, token, "WRONG_TOKEN"],
    ["none", undefined, token, "TOKEN_REQUIRED"],
    ["one where none is asked for", token, undefined, "TOKEN_REQUIRED"],
  ])("keeps out who has %s, and says so on both sides", async (_, ours, theirs, code) => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const accept = vi.fn(() => true);
    const optionsOf = (each: string | undefined) => (each === undefined ? {} : { token: each });
    const { location } = await b.connections.listen("inproc://b", { ...optionsOf(theirs), accept });
    const told = errorsOf(b);
    await expect(a.connections.open(location, optionsOf(ours))).rejects.toMatchObject({
      code,
      message: expect.not.stringMatching(/horse|dor and/),
    });
    await vi.waitFor(() => expect(told).toEqual([code]), { interval: 1 });
    expect(accept).not.toHaveBeenCalled();
    expect([a.connections.all(), b.connections.all()]).toEqual([[], []]);
  });

  it("is not tried again once it was wrong", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const first = await b.connections.listen("inproc://b", { token });
    const connection = await a.connections.open(first.location, { token });
    const closed = new Promise((resolve) => connection.on("closed", resolve));
    await first.close();
    await b.connections.listen("inproc://b", { token: other });
    for (const each of b.connections.all()) await each.close();
    expect(await closed).toMatchObject({ code: "WRONG_TOKEN" });
    expect(connection.state).toBe("closed");
  });
});

describe("X3: over TLS", () => {
  const universe: Universe = new Map();

  it("is bound to the session: somebody in between is found out", async () => {
    const bindingOf = (side: string): Uint8Array => new Uint8Array(32).fill(side.length); // one session on each side
    const company = new Company();
    const transports = [securedTransport(universe, new Map(), bindingOf)];
    const [a, b] = [company.node("a", { transports }), company.node("b", { transports })];
    await b.connections.listen("safe://between", { token });
    await expect(a.connections.open("safe://between", { token })).rejects.toMatchObject({ code: "WRONG_TOKEN" });
  });

  it("is bound to the session: behind who ends TLS nothing is proven", async () => {
    const company = new Company();
    const transports = [
      securedTransport(universe, new Map(), (side) => (side === "opener" ? new Uint8Array(32) : undefined)),
    ];
    const [a, b] = [company.node("a", { transports }), company.node("b", { transports })];
    await b.connections.listen("safe://proxied", { token });
    await expect(a.connections.open("safe://proxied", { token })).rejects.toMatchObject({ code: "WRONG_TOKEN" });
  });

  it("gives accept the certificate, and says that it is encrypted", async () => {
    const company = new Company();
    const certificate = certificateOf("1", "a.example");
    const transports = [securedTransport(universe, new Map([["1", certificate]]))];
    const [a, b] = [company.node("a", { transports }), company.node("b", { transports })];
    const asked: Peer[] = [];
    await b.connections.listen("safe://seen", { token, accept: (peer) => asked.push(peer) > 0 });
    const connection = await a.connections.open("safe://seen?as=1", { token });
    expect(asked).toMatchObject([{ isEncrypted: true, identity: { kind: "certificate", ...certificate } }]);
    expect(connection.peer).toMatchObject({ isEncrypted: true, identity: { kind: "token" } });
  });
});

describe("X4: a name", () => {
  const certificates = new Map([
    ["1", certificateOf("1", "one.example")],
    ["2", certificateOf("2", "two.example")],
  ]);

  /** A node that listens, and one called `name` with this certificate for each time it is asked. */
  async function scene(at: string) {
    const company = new Company();
    const transports = [securedTransport(new Map(), certificates)];
    const hub = company.node("hub", { transports });
    await hub.connections.listen(`safe://${at}`);
    const call = async (name: string, as: string) => {
      const context = company.node(name, { transports });
      return { context, connection: await context.connections.open(`safe://${at}?as=${as}`, { retry: false }) };
    };
    return { hub, call };
  }

  it("that is in use is refused to another identity, and to none, until it is free", async () => {
    const { hub, call } = await scene("taken");
    const { context } = await call("a", "1");
    await expect(call("a", "2")).rejects.toMatchObject({ code: "NAME_TAKEN" });
    await expect(call("a", "")).rejects.toMatchObject({ code: "NAME_TAKEN" });
    await call("b", "2");
    await context.close();
    await vi.waitFor(() => expect(hub.connections.all().map(({ peer }) => peer?.name)).toEqual(["b"]), { interval: 1 });
    await call("a", "2");
  });

  it("is given to the same identity again, whose former life nobody knows to be dead", async () => {
    const { hub, call } = await scene("again");
    const first = await call("a", "1");
    const second = await call("a", "1");
    expect(first.context.id).not.toBe(second.context.id);
    expect(hub.connections.all().map(({ peer, state }) => [peer?.name, state])).toEqual([
      ["a", "up"],
      ["a", "up"],
    ]);
  });

  it("without identities is anybody's, as ever", async () => {
    const { hub, call } = await scene("anybody");
    await call("a", "");
    await call("a", "");
    expect(hub.connections.all()).toHaveLength(2);
  });
});
