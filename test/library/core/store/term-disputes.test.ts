/** Where a person decides, and where nobody has to. */
import { expect, it } from "vitest";
import { Term } from "../../../../library/core/store/term.ts";
import type { Holdings, TermEffect, TermRecord } from "../../../../library/core/store/term-messages.ts";
import { SeededChance } from "../../../simulator/chance.ts";
import { usual } from "./term-trouble.ts";
import { type Node, TermWorld } from "./term-world.ts";

const seeds = [0, 1, 2, 3, 4, 5, 6, 7];

function world(seed: number, options: Partial<ConstructorParameters<typeof TermWorld>[1]> = {}): TermWorld {
  return new TermWorld(new SeededChance(seed), { ...usual, ...options });
}

function part(parted: TermWorld): void {
  parted.cut.add("a>h").add("h>a");
}

function states(seen: TermWorld): readonly string[] {
  return seen.nodes.map(({ term }) => term.state);
}

function force(forced: TermWorld, node: Node): void {
  forced.run(node, () => node.term.force(forced.clock(node)));
}

/** Two authorities that both took writes, and have heard of each other. */
function disputed(seed: number): TermWorld {
  const both = world(seed, { twoAuthorities: true });
  part(both);
  both.runFor(2_000);
  both.cut.clear();
  both.runFor(3_000);
  expect(states(both)).toEqual(["conflicted", "conflicted"]);
  return both;
}

const other = { node: "other", life: "c" };

/** Does its acts at once. */
function settle(term: Term, effects: readonly TermEffect[]): void {
  for (const effect of effects)
    if (effect.kind === "act") settle(term, term.done(effect.id, { kind: "persisted" }, 30));
}

function started(life: string, role: "authority" | "standby", holdings: Holdings): Term {
  const rest = { record: undefined, remembers: true, isPersistent: true };
  const term = new Term({ self: { node: "ours", life }, role, holdings, ...rest }, 0);
  settle(term, term.check(0));
  return term;
}

it.each(seeds)(
  "F6 F7: force takes the role from a waiting authority, which follows and hands out its tail (%i)",
  (seed) => {
    const parted = world(seed, { standbys: 2 });
    parted.runFor(4_000 + seed * 130);
    const heir = parted.nodes.find(({ term }) => term.state === "heir")!;
    const other = parted.nodes.find(({ name, term }) => name !== "a" && term !== heir.term)!;
    for (const name of ["h", "s"]) parted.cut.add(`a>${name}`).add(`${name}>a`);
    parted.pause(heir, 8_000);
    parted.runFor(3_000);
    expect(parted.authorities()).toEqual([]);
    parted.replicated.clear(); // it is told that this may be lost
    force(parted, other);
    parted.runFor(1_000);
    expect(parted.authorities()).toEqual([other]);
    expect(other.term.epoch).toBe(4);
    parted.cut.clear();
    parted.runFor(12_000);
    expect(parted.authorities()).toEqual([other]);
    const kept = new Set([...other.log, ...parted.diverged]);
    expect([...parted.committed].filter((write) => !kept.has(write))).toEqual([]);
  },
);

it.each(seeds)(
  "F4 F6: force at an authority that waits for its heir goes on there, and the heir follows (%i)",
  (seed) => {
    const parted = world(seed);
    parted.runFor(4_000 + seed * 130);
    const [a, h] = [parted.node("a"), parted.node("h")];
    parted.pause(h, 6_000);
    parted.runFor(4_000);
    expect([a.term.state, parted.authorities()]).toEqual(["waiting-for-heir", []]);
    force(parted, a);
    parted.runFor(1_000);
    expect([a.term.state, a.term.epoch, parted.authorities()]).toEqual(["unprotected", 4, [a]]);
    parted.runFor(8_000);
    expect([h.term.state, a.term.state, a.term.epoch]).toEqual(["heir", "protected", 4]);
  },
);

it("F6: what force may lose is said first: all after what it holds, up to what it last heard of", () => {
  const holdings = { version: { epoch: 1, revision: 5 }, epochs: [], isLive: true };
  const term = started("b", "standby", holdings);
  expect(term.risk()).toEqual({ held: holdings.version, newest: holdings.version });
  term.receive({ kind: "announce", from: other, epoch: 2, revision: 9, epochs: [] }, 10);
  term.receive({ kind: "announce", from: other, epoch: 2, revision: 7, epochs: [] }, 20);
  expect(term.risk()).toEqual({ held: holdings.version, newest: { epoch: 2, revision: 9 } });
  settle(term, term.force(30));
  expect([term.state, term.epoch, term.mayAnswer(40)]).toEqual(["unprotected", 5, true]);
});

/** As `settle`, with what was written down last. */
function recordOf(term: Term, effects: readonly TermEffect[]): TermRecord | undefined {
  const acts = effects.flatMap((effect) =>
    effect.kind === "act" && effect.act.kind === "persist" ? [effect.act] : [],
  );
  settle(term, effects);
  return acts.at(-1)?.record;
}

it("F7: a former authority that dies before it knows what only it has hands that out in its next life", () => {
  const version = { epoch: 1, revision: 5 };
  const epochs = [{ epoch: 1, revision: 0, by: "a" }];
  const rest = { remembers: true, isPersistent: true, role: "authority" as const };
  const before = { epoch: 1, role: "authority" as const, heir: undefined, epochs };
  const holdings = { version, epochs, isLive: false };
  const first = new Term({ self: { node: "ours", life: "b" }, record: before, holdings, ...rest }, 0);
  settle(first, first.check(0));
  expect([first.state, first.epoch, first.isUnmatched]).toEqual(["alone", 2, false]);
  const record = recordOf(first, first.receive({ kind: "fence", from: other, epoch: 4 }, 10));
  expect([first.state, first.isUnmatched, record?.isUnmatched]).toEqual(["follower", true, true]);

  const second = new Term({ self: { node: "ours", life: "d" }, record, holdings, ...rest }, 0);
  expect([second.receive({ kind: "fence", from: other, epoch: 4 }, 0), second.isUnmatched]).toEqual([[], true]);
  settle(second, second.check(0));
  expect([second.state, second.isUnmatched]).toEqual(["follower", true]);
  const theirs = [epochs[0]!, { epoch: 4, revision: 3, by: "c" }];
  const announce = { kind: "announce" as const, from: other, epoch: 4, revision: 9, epochs: theirs };
  const effects = second.receive(announce, 20);
  expect(effects.find(({ kind }) => kind === "diverged")).toEqual({
    kind: "diverged",
    winner: other,
    afterRevision: 3,
  });
  expect(second.isUnmatched).toBe(false);
  expect(second.receive(announce, 30).some(({ kind }) => kind === "diverged")).toBe(false);
});

it("F6: an authority is not forced, and a follower is not promoted while somebody is authority", () => {
  const three = world(1, { standbys: 2 });
  three.runFor(4_000);
  const a = three.node("a");
  const follower = three.nodes.find(({ term }) => term.state === "follower")!;
  expect(a.term.force(three.clock(a))).toEqual([]);
  expect(() => follower.term.promote(three.clock(follower))).toThrow(expect.objectContaining({ code: "NO_HEIR" }));
  for (const node of three.nodes) if (node !== follower) three.crash(node);
  three.runFor(30_000);
  expect(() => follower.term.promote(three.clock(follower))).toThrow(expect.objectContaining({ code: "NO_AUTHORITY" }));
});

it.each(seeds)(
  "F7: whoever starts again in a conflict is still in it, and takes no write until one is picked (%i)",
  (seed) => {
    const both = disputed(seed);
    const [a, h] = [both.node("a"), both.node("h")];
    for (const node of both.nodes) {
      both.crash(node);
      both.runFor(200);
      both.start(node);
      both.runFor(2_000);
      expect(node.term.state).toBe("conflicted");
      expect(node.term.mayAcknowledge(both.clock(node), 1, "memory")).toBe(false);
    }
    const lost = h.log.slice(0, h.committed);
    both.run(a, () => a.term.promote(both.clock(a)));
    both.runFor(4_000);
    expect(states(both)).toEqual(["protected", "heir"]);
    expect(both.diverged).toEqual(lost);
    expect(h.log).toEqual(a.log.slice(0, h.log.length));
  },
);

it.each(seeds)("F7: one picked while the other is away wins when it comes back (%i)", (seed) => {
  const both = disputed(seed);
  const [a, h] = [both.node("a"), both.node("h")];
  both.crash(h);
  both.run(a, () => a.term.promote(both.clock(a)));
  both.runFor(2_000);
  expect(both.authorities()).toEqual([a]);
  both.start(h);
  both.runFor(4_000);
  expect(states(both)).toEqual(["protected", "heir"]);
});

it.each([
  [0, 5, "follower"],
  [5, 0, "alone"],
  [5, 5, "conflicted"],
  [0, 0, "follower"],
] as const)("F7: of two authorities of one epoch with %i and %i writes the first is then %s", (ours, theirs, state) => {
  const term = started("b", "authority", { version: { epoch: 0, revision: 0 }, epochs: [], isLive: false });
  expect([term.state, term.epoch]).toEqual(["alone", 1]);
  term.hold({ version: { epoch: 1, revision: ours }, epochs: term.epochs, isLive: false });
  const epochs = [{ epoch: 1, revision: 0, by: other.life }];
  const effects = term.receive({ kind: "announce", from: other, epoch: 1, revision: theirs, epochs }, 100);
  const version = (revision: number) => ({ epoch: 1, revision });
  expect(effects).toContainEqual({ kind: "conflict", other, ours: version(ours), theirs: version(theirs) });
  expect(effects.some(({ kind }) => kind === "diverged")).toBe(false);
  expect([term.state, term.mayAcknowledge(100, ours + 1, "disk")]).toEqual([state, state === "alone"]);
});

it.each(["authority", "granting", "conflicted"] as const)(
  "F1 F3: who had the table of a later epoch than its record as %s speaks of has followed since, and does so again",
  (role) => {
    const epochs = [
      { epoch: 1, revision: 0, by: "b" },
      { epoch: 2, revision: 3, by: "c" },
    ];
    const record = { epoch: 1, role, heir: undefined, epochs: epochs.slice(0, 1) };
    const holdings = { version: { epoch: 2, revision: 5 }, epochs, isLive: false };
    const rest = { remembers: true, isPersistent: true, role: "authority" as const };
    const term = new Term({ self: { node: "ours", life: "d" }, record, holdings, ...rest }, 0);
    const written = recordOf(term, term.check(0));
    expect(written).toEqual({ epoch: 2, role: "follower", heir: undefined, epochs, isUnmatched: true });
    expect([term.state, term.epoch, term.isUnmatched]).toEqual(["follower", 2, true]);
    const effects = term.receive({ kind: "announce", from: other, epoch: 2, revision: 9, epochs }, 20);
    expect([term.isUnmatched, effects.some(({ kind }) => kind === "diverged")]).toEqual([false, false]);
  },
);
