/** A node that closes: who reads gets everything, who does not is told of, and nobody is waited for longer than that. */
import { string } from "../../library/core/values/index.ts";
import { simulate } from "../simulator/simulate.ts";
import { Ledger } from "./ledger.ts";

const graceMs = 2_000;

simulate(
  "M9: close delivers to peers that read, and tells of what it could not deliver",
  { seeds: 100 },
  async (world) => {
    const { chance } = world;
    world.network.nature = {
      latencyMs: chance.between(0.1, 3),
      bytesPerMs: 100_000,
      chunkBytes: 65_536,
      singleBytes: 0,
    };
    const source = world.node();
    const [reader, sluggard] = [world.node(), world.node()];
    await world.join(reader, source);
    const joint = await (chance.flip() ? world.join(sluggard, source) : world.join(source, sluggard));
    const ofSluggard = joint.opener === sluggard ? joint.out : joint.in();
    const ledger = new Ledger();
    const read = ledger.observe(reader, "event", "t");
    let stalled = 0;
    await sluggard.events.on("t", () => {
      stalled += 1;
      return new Promise<void>(() => {});
    });
    await read.isKnown;

    const farewells: unknown[] = [];
    reader.connections.all()[0]!.on("down", (failure) => farewells.push(failure));
    const count = chance.integer(800, 1_500);
    for (let i = 0; i < count; i++) ledger.raise(source, "event", "t", string("x".repeat(1_000)));
    const startMs = world.time.nowMs;
    await source.close({ graceMs });
    const tookMs = world.time.nowMs - startMs;
    if (tookMs > graceMs + 1) throw new Error(`it took ${tookMs} ms`);
    await world.settle(100);

    ledger.checkOrder();
    if (read.received.length !== count) throw new Error(`${read.received.length} of ${count} arrived`);
    const hasFarewell = farewells.length > 0 && farewells[0] === undefined; // later ones are tries in vain
    if (!hasFarewell) throw new Error(`the reader was told ${String(farewells)}`);

    const { dropped, drops } = source.stats();
    const isAsTold = drops.every(
      ({ peer, topic, reason }) => peer === sluggard.name && topic === "t" && reason === "closed",
    );
    if (!isAsTold || dropped === 0) throw new Error(`drops are told as ${JSON.stringify(drops)}`);
    if (dropped > count - stalled) throw new Error(`${dropped} dropped of ${count}, but ${stalled} delivered`);
    if (source.lastError?.code !== "UNDELIVERED" || !source.lastError.message.startsWith(`${dropped} messages `)) {
      throw new Error(`${dropped} dropped, but told was: ${source.lastError?.message}`);
    }
    if (ofSluggard.state === "up" && joint.listener === source) throw new Error("the source's connection is still up");
  },
);

simulate(
  "M9: close waits for lines that are not acknowledged, and counts those that never are",
  { seeds: 100 },
  async (world) => {
    const { chance } = world;
    const [source, reader, other] = [world.node(), world.node(), world.node()];
    await world.join(reader, source);
    const joint = await world.join(other, source);
    const ledger = new Ledger();
    const observers = [reader, other].map((node) => ledger.observe(node, "log", "t"));
    await Promise.all(observers.map(({ isKnown }) => isKnown));
    ledger.raise(source, "log", "t");
    await world.settle(2_000);
    const isParted = chance.flip();
    if (isParted) world.network.part(joint.opener.name, source.name);
    const count = chance.integer(1, 50);
    for (let i = 0; i < count; i++) ledger.raise(source, "log", "t");
    await source.close({ graceMs: 20_000 });
    if (observers[0]!.received.length !== count + 1)
      throw new Error(`${observers[0]!.received.length} of ${count} arrived`);
    const lost = isParted ? count : 0;
    const { drops } = source.stats();
    const counted = drops.filter(({ topic }) => topic === "t").reduce((sum, drop) => sum + drop.count, 0);
    if (counted !== lost) throw new Error(`${counted} counted, ${lost} lost: ${JSON.stringify(drops)}`);
    if ((source.lastError?.code === "UNDELIVERED") !== isParted)
      throw new Error(`told was: ${source.lastError?.message}`);
  },
);
