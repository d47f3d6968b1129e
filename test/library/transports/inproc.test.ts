import { describe, expect, it } from "vitest";
import { inproc } from "../../../library/transports/inproc.ts";
import { benchFor, bytesOf, End } from "../../compliance/transport/bench.ts";
import { transportCompliance } from "../../compliance/transport.ts";

let count = 0;

const subject = {
  name: "inproc",
  transport: inproc(),
  location: () => new URL(`inproc://node-${++count}`),
  mostUnderWay: 320 * 1024,
  crossesProcesses: false,
};

transportCompliance(subject);

describe("inproc", () => {
  const bench = benchFor(subject);

  it("shares one table among all of a process", async () => {
    const listener = await bench.listen(() => {});
    const link = await inproc().connect(new URL(listener.location));
    link.destroy();
  });

  it("keeps universes apart", async () => {
    const location = new URL("inproc://same");
    const [here, there] = [inproc(new Map()), inproc(new Map())];
    await here.listen(location, () => {});
    await expect(there.connect(location)).rejects.toMatchObject({ code: "UNREACHABLE" });
    await there.listen(location, () => {});
    const link = await there.connect(location);
    link.destroy();
  });

  it("takes any text as an id, and tells two of them apart", async () => {
    const universe = new Map();
    const transport = inproc(universe);
    for (const id of ["A", "a", "a/b", "a:1", "%C3%BC"]) await transport.listen(new URL(`inproc://${id}`), () => {});
    expect([...universe.keys()]).toEqual(["A", "a", "a/b", "a:1", "ü"]);
    await expect(transport.listen(new URL("inproc://"), () => {})).rejects.toMatchObject({ code: "BAD_LOCATION" });
  });

  it("delivers what is sent from within received in a later turn", async () => {
    const { ours, theirs } = await bench.pair();
    const turns: number[] = [];
    let turn = 0;
    const tick = (): void => {
      turn++;
      if (theirs.bytes < 3) setImmediate(tick);
    };
    setImmediate(tick);
    theirs.onChunk = () => {
      turns.push(turn);
      if (turns.length < 3) ours.link.send(bytesOf(1, 1));
    };
    ours.link.send(bytesOf(1, 1));
    await theirs.untilBytes(3);
    expect(new Set(turns).size).toBe(turns.length);
  });

  it("tells a peer that was destroyed as lost", async () => {
    const { ours, theirs } = await bench.pair();
    ours.link.send(bytesOf(1, 10));
    ours.link.destroy();
    expect((await theirs.untilClosed())?.code).toBe("PEER_LOST");
    expect(theirs.bytes).toBe(0);
  });

  it("tells a peer as lost whose bytes were dropped after a close", async () => {
    const { ours, theirs } = await bench.pair();
    ours.link.send(bytesOf(1, 10));
    ours.link.close();
    ours.link.destroy();
    expect((await theirs.untilClosed())?.code).toBe("PEER_LOST");
  });

  it("starts a link once", async () => {
    const { ours } = await bench.pair();
    expect(() => ours.link.start(new End(ours.link))).toThrow(/started once/);
  });
});
