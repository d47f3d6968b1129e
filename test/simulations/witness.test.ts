/** Witnesses of a store: there is one, and where there are two nothing moves. */

import type { Context } from "../../library/context.ts";
import type { SwitchyardError } from "../../library/core/errors.ts";
import { SimulatedDisk } from "../simulator/disk.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";

const duty = { arbiter: "witness", onHeirLost: "proof" } as const;

/** A router with an authority, its heir, and a node that may be a witness, each with what it reported. */
async function court(world: World) {
  const disk = new SimulatedDisk(world.time, world.chance.fork());
  const reported = new Map<Context, string[]>();
  const node = (name: string): Context => {
    const made = world.node({ name, storage: disk.storage });
    const codes: string[] = [];
    reported.set(made, codes);
    made.on("error", ({ code }: SwitchyardError) => codes.push(code));
    return made;
  };
  const [router, first, second, judge, other] = [
    node("router"),
    node("first"),
    node("second"),
    node("judge"),
    node("x"),
  ];
  router.topics.forward("*");
  for (const each of [first, second, judge, other]) await world.join(each, router);
  const witness = await judge.stores.openWitness("t", { path: "judge" });
  const authority = await first.stores.openAuthoritative("t", duty);
  const states: string[] = [];
  authority.on("term", (state) => states.push(state));
  const standby = await second.stores.openStandby("t", duty);
  await world.until(() => states.includes("protected"), 15_000);
  return { first, second, judge, other, witness, authority, standby, reported };
}

function expectTold(told: readonly string[] | undefined, who: string): void {
  if (told?.includes("WITNESS_CONFLICT") !== true) throw new Error(`${who} was not told of two witnesses`);
}

simulate(
  "F5: of two witnesses both refuse and tell so, and nobody moves until one goes",
  { seeds: 20 },
  async (world) => {
    const { first, judge, other, witness, standby, reported, second } = await court(world);
    const before = witness.record;
    const rival = await other.stores.openWitness("t", { path: "other" });
    await world.until(() => witness.isDisputed && rival.isDisputed, 1_000);
    world.kill(first);
    await world.settle(10_000);
    if (standby.role !== "standby") throw new Error("it moved");
    if (witness.record?.epoch !== before?.epoch || rival.record !== undefined) throw new Error("a record has changed");
    for (const [node, who] of [
      [judge, "the one"],
      [other, "the other"],
      [second, "the heir"],
    ] as const) {
      expectTold(reported.get(node), who);
    }
    await rival.close();
    await world.until(() => standby.role === "authority", 15_000);
    if (witness.record?.authority !== "second") throw new Error("the record does not say so");
  },
);

simulate(
  "F5: the record is there when the witness starts again, and another one has none",
  { seeds: 20 },
  async (world) => {
    const { first, witness, judge, standby } = await court(world);
    const before = witness.record;
    await witness.close();
    world.kill(first);
    await world.settle(8_000);
    if (standby.role !== "standby") throw new Error("it moved without a witness");
    const empty = await judge.stores.openWitness("t", { path: "empty" });
    await world.settle(8_000);
    if (standby.role !== "standby" || empty.record !== undefined)
      throw new Error("it moved by a witness that knows nothing");
    await empty.close();
    const again = await judge.stores.openWitness("t", { path: "judge" });
    if (again.record?.epoch !== before?.epoch || again.record?.heir !== "second") throw new Error("it forgot");
    await world.until(() => standby.role === "authority", 15_000);
  },
);

simulate(
  "F5: while the witness is away neither an authority nor a standby opens, and both say why",
  { seeds: 10 },
  async (world) => {
    const [home, spare] = [world.node({ name: "home" }), world.node({ name: "spare" })];
    await world.join(home, spare);
    const codeOf = (opening: Promise<unknown>): Promise<string> =>
      opening.then(
        () => "none",
        ({ code, message }: SwitchyardError) => (message.includes("witness") ? code : `${code}: ${message}`),
      );
    const opening = { ...duty, openTimeoutMs: 5_000 };
    const codes = [home.stores.openAuthoritative("t", opening), spare.stores.openStandby("t", opening)].map(codeOf);
    const told = await Promise.all(codes);
    if (told[0] !== "NO_WITNESS" || told[1] !== "NO_WITNESS") throw new Error(told.join(" and "));
  },
);

simulate("F5: a node is a witness of a store once, however fast it is asked twice", { seeds: 10 }, async (world) => {
  const disk = new SimulatedDisk(world.time, world.chance.fork());
  const judge = world.node({ name: "judge", storage: disk.storage });
  const outcomes = await Promise.all(
    ["one", "two", "one"].map((path) =>
      judge.stores.openWitness("t", { path }).then(
        (opened) => ({ opened, code: "" }),
        ({ code }: SwitchyardError) => ({ opened: undefined, code }),
      ),
    ),
  );
  const codes = outcomes.map(({ code }) => code).join();
  if (codes !== ",WITNESS_CONFLICT,WITNESS_CONFLICT") throw new Error(codes);
  await outcomes[0]!.opened!.close();
  const again = await judge.stores.openWitness("t", { path: "two" });
  await again.close();
});
