/** An authority of an older epoch than others have: whoever has more keeps it, says so, and a person decides. */
import type { Context } from "../../library/context.ts";
import type { SwitchyardError } from "../../library/core/errors.ts";
import { SimulatedDisk } from "../simulator/disk.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";

const kept = { persistent: true, path: "t", onHeirLost: "proof" } as const;

function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

function node(world: World, name: string, codes: string[] = []): { context: Context; disk: SimulatedDisk } {
  const disk = new SimulatedDisk(world.time, world.chance.fork());
  const context = world.node({ name, storage: disk.storage });
  context.on("error", ({ code }: SwitchyardError) => codes.push(code));
  return { context, disk };
}

simulate(
  "F1 F7 S4: a copy keeps what it has before an authority of an older epoch, and says so; opened again it follows",
  { seeds: 20 },
  async (world) => {
    const codes: string[] = [];
    const home = node(world, "home");
    const { context: reader } = node(world, "reader", codes);
    const first = await home.context.stores.openAuthoritative("t", kept);
    await first.insert("a", 1);
    await first.close();
    const again = await home.context.stores.openAuthoritative("t", kept);
    await again.insert("b", 2);
    await world.join(home.context, reader);
    const copy = await reader.stores.open("t");
    world.kill(home.context);

    const { context: other } = node(world, "other");
    await (await other.stores.openAuthoritative("t")).insert("c", 3);
    await world.join(other, reader);
    await world.until(() => codes.includes("AUTHORITY_OUTDATED"), 10_000);
    await world.settle(10_000);
    check(codes.filter((code) => code === "AUTHORITY_OUTDATED").length === 1, codes.join());
    const written = await copy.insert("d", 4).then(
      () => "",
      ({ code }: SwitchyardError) => code,
    );
    check(written === "AUTHORITY_OUTDATED", `a write: ${written}`);
    check(copy.state === "stale" && copy.sizeSync() === 2 && copy.hasSync("b"), `it is ${copy.state}`);

    await copy.close();
    const anew = await reader.stores.open("t");
    check(anew.state === "live" && anew.sizeSync() === 1 && anew.hasSync("c"), "it does not follow");
  },
);

simulate(
  "F6 F7: before a standby that has more an authority that was restored steps down, and either can be promoted",
  { seeds: 20 },
  async (world) => {
    const home = node(world, "home");
    const { context: spare } = node(world, "spare");
    const first = await home.context.stores.openAuthoritative("t", kept);
    await first.insert("a", 1);
    await first.close();
    const again = await home.context.stores.openAuthoritative("t", kept);
    await world.join(home.context, spare);
    const standby = await spare.stores.openStandby("t", kept);
    await world.until(() => again.succession?.standing === "protected", 10_000);
    await again.insert("b", 2); // the standby has it on its disk
    await standby.close();
    world.kill(home.context);

    const { context: restored } = node(world, "restored");
    const older = await restored.stores.openAuthoritative("t", kept);
    await older.insert("c", 3);
    await world.join(restored, spare);
    const back = spare.stores.openStandby("t", { ...kept, openTimeoutMs: 60_000 });
    await world.until(() => older.role === "standby", 10_000);
    await world.settle(5_000);
    const risk = await older.atRisk();
    const wins = world.chance.pick(["spare", "restored"]);
    await older.promote({ force: true, node: wins });
    const store = await back;
    await world.until(() => store.state === "live" && older.state === "live", 20_000);
    const expected = wins === "spare" ? ["a", "b"] : ["c"];
    check(risk.newest.epoch === 2, `it says ${JSON.stringify(risk)}`);
    for (const each of [older, store]) {
      check(
        [...each.keysSync()].map(String).sort().join() === expected.join(),
        `${wins}: ${[...each.keysSync()].join()}`,
      );
    }
  },
);
