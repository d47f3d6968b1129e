/** What a writer of logs keeps for its subscribers: as much as it may, and never without saying so. */
import type { Context } from "../../library/context.ts";
import { SwitchyardError } from "../../library/core/errors.ts";
import { string } from "../../library/core/values/index.ts";
import type { Log } from "../../library/logs.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Ledger, type Observer } from "./ledger.ts";

const spoolBytes = 100_000;
const filling = string("x".repeat(1_000));

/** Writes until it is told to stop: by `false`, or by a failure, whose code it returns. */
function writeUntil(log: Log, isEnough: (isFlowing: boolean) => boolean): { count: number; code: string | undefined } {
  for (let count = 0; count < 10_000; count++) {
    try {
      if (isEnough(log.write([filling]))) return { count: count + 1, code: undefined };
    } catch (error) {
      return { count, code: error instanceof SwitchyardError ? error.code : "another" };
    }
  }
  throw new Error("the spool has no end");
}

async function linesAt(world: World, reader: Context): Promise<Observer> {
  const observer = new Ledger().observe(reader, "log", "t");
  await observer.isKnown;
  await world.settle(100);
  return observer;
}

function expectCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found}, not ${expected}`);
}

simulate("M4: a writer is told when its readers do not keep up, and no line is lost", { seeds: 20 }, async (world) => {
  const [source, reader] = [world.node({ spoolBytes }), world.node()];
  await world.join(reader, source);
  let release: () => void = () => {};
  const stalled = new Promise<void>((resolve) => {
    release = resolve;
  });
  const observer = await linesAt(world, reader);
  await reader.logs.on("t", () => stalled);
  await world.settle(100);
  const log = source.logs.open("t", "L");
  const early = writeUntil(log, (isFlowing) => !isFlowing);
  if (early.code !== undefined) throw new Error(`the first word was ${early.code}`);
  const late = writeUntil(log, () => false);
  if (late.code !== "SPOOL_FULL") throw new Error(`it ended with ${late.code}`);
  const { bytes } = source.stats().unacknowledged;
  if (bytes > spoolBytes || bytes < spoolBytes / 2) throw new Error(`${bytes} bytes are kept`);

  world.time.after(world.chance.between(0, 30_000), release);
  await source.drained();
  log.write([filling]);
  await world.settle(30_000);
  expectCount("lines", observer.received.length, early.count + late.count + 1);
  expectCount("dropped", source.stats().dropped, 0);
  expectCount("missing", reader.stats().missing, 0);
  expectCount("kept", source.stats().unacknowledged.messages, 0);
});

simulate("M4: a reader that stays away is given up after ten minutes, and told so", { seeds: 20 }, async (world) => {
  const [source, reader] = [world.node({ spoolBytes }), world.node()];
  const joint = await world.join(reader, source);
  const observer = await linesAt(world, reader);
  const log = source.logs.open("t", "L");
  log.write([filling]);
  await world.settle(1_000);
  world.network.cut(reader.name, source.name);
  world.network.refuse(source.name, true);
  await world.until(() => joint.out.state !== "up");
  const count = world.chance.integer(1, 50);
  for (let i = 0; i < count; i++) log.write([filling]);
  await world.settle(590_000);
  expectCount("kept", source.stats().unacknowledged.messages, count);
  await world.settle(15_000);
  expectCount("kept too long", source.stats().unacknowledged.messages, 0);
  const [drop, ...others] = source.stats().drops;
  if (drop?.reason !== "unacknowledged" || others.length > 0) throw new Error(`dropped: ${JSON.stringify(drop)}`);
  expectCount("dropped", drop.count, count);

  world.network.refuse(source.name, false);
  await world.settle(15_000); // the longest wait before another try
  log.write([filling]);
  await world.settle(15_000);
  expectCount("lines", observer.received.length, 2);
  expectCount("missing", reader.stats().missing, count);
});

simulate(
  "M4: a reader that is away is given up sooner where there is no room for more",
  { seeds: 20 },
  async (world) => {
    const [source, reader, absent] = [world.node({ spoolBytes }), world.node(), world.node()];
    await world.join(reader, source);
    const joint = await world.join(absent, source);
    const observer = await linesAt(world, reader);
    await linesAt(world, absent);
    const log = source.logs.open("t", "L");
    world.network.cut(absent.name, source.name);
    world.network.refuse(source.name, true);
    log.write([filling]);
    await world.until(() => joint.out.state !== "up");
    for (let i = 0; i < 300; i++) {
      log.write([filling]);
      await world.settle(100);
    }
    await world.settle(1_000);
    expectCount("lines", observer.received.length, 301);
    if (!source.stats().drops.every(({ reason }) => reason === "unacknowledged")) throw new Error("another reason");
    if (source.stats().dropped === 0) throw new Error("the one that is away was never given up");
  },
);
