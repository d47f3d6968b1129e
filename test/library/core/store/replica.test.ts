/** Replicas among authorities that change, over links that lose, repeat and reorder; compared with all that ever was. */
import { expect } from "vitest";
import type { ReplicaStart } from "../../../../library/core/store/replica-messages.ts";
import { cases } from "../../../rig/cases.ts";
import { hostileAnswer, hostileMessage } from "./replica-hostile.ts";
import { ReplicaWorld } from "./replica-world.ts";

/** Within which replicas agree once all is quiet; S7. */
const quietMs = 5_000;

cases(
  "S4 S5 S7: replicas show what an authority had, and agree when all is quiet",
  { ci: 150, soak: 50_000 },
  async (chance) => {
    const world = new ReplicaWorld(chance, 3);
    trouble(world);
    becomeQuiet(world);
  },
);

cases("S4 S5 S7: what is not so harms nobody, and passes", { ci: 150, soak: 50_000 }, async (chance) => {
  const world = new ReplicaWorld(chance, 3);
  const liar = chance.fork();
  world.distort = (answer) => (liar.flip(0.2) ? hostileAnswer(liar, answer) : answer);
  trouble(world, () => {
    for (let i = liar.integer(0, 3); i > 0; i--) world.tell(hostileMessage(liar, world.newest.head));
  });
  world.distort = (answer) => answer;
  becomeQuiet(world);
});

/** A while in which all goes wrong that can. */
function trouble(world: ReplicaWorld, also: () => void = () => {}): void {
  const { chance, links } = world;
  const saved: (ReplicaStart | undefined)[] = [];
  for (let i = 0; i < 100; i++) {
    if (chance.flip(0.05)) {
      links.loss = chance.pick([0, 0.05, 0.3, 0.95]);
      links.repeat = chance.pick([0, 0.2]);
      links.delayMs = chance.pick([1, 20, 200, 1_500]);
    }
    act(world, saved);
    also();
    world.run(chance.pick([0, 1, 5, 20, 100, 600]));
  }
}

function act(world: ReplicaWorld, saved: (ReplicaStart | undefined)[]): void {
  const { chance, nodes, replicas, newest } = world;
  const up = nodes.filter(({ isUp }) => isUp);
  const one = chance.flip(0.85) ? newest : chance.pick(up);
  const index = chance.integer(0, replicas.length - 1);
  const what = chance.integer(0, 99);
  if (what < 75) world.write(one, world.operations());
  else if (what < 79) newest.forgetWalks();
  else if (what < 82) world.takeOver(one, chance.flip() ? 0 : chance.integer(0, 12), chance.flip(0.3));
  else if (what < 85) saved[index] = replicas[index]!.persisted();
  else if (what < 88) world.join(index, saved[index]);
  else if (what < 90) world.join(index);
  else if (what < 92) world.join(index, undefined);
  else if (what < 94) world.tell({ kind: "authorityLost" });
  else if (what < 96) world.strand(chance.flip(0.3));
}

/** Only the newest authority goes on, and every link is good. */
function becomeQuiet(world: ReplicaWorld): void {
  for (const node of world.nodes) node.isUp = node === world.newest;
  world.calm();
  world.run(quietMs);
  world.expectAgreement();
  const before = world.replicas.map(({ checks, asks }) => [checks, asks] as const);
  world.run(10_000);
  for (const [i, { checks, asks }] of world.replicas.entries()) {
    expect(asks, "asked for nothing").toBe(before[i]![1]);
    expect(checks - before[i]![0], "woken for nothing").toBeLessThan(20);
  }
}
