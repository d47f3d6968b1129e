/** A whole node under fire: sessions with mistakes in them, from a peer played by hand. */

import { describe, expect, it } from "vitest";
import { limits } from "../../library/core/limits.ts";
import { event, failures } from "../../library/index.ts";
import { FrameKind } from "../../library/wire/frames.ts";
import { mistaken, say, theatre, usual } from "./session.ts";
import { Chance, seed, tries } from "./wire/chance.ts";

describe("a node whose peer is in order", () => {
  it("hears all that it says, and passes it on", async () => {
    const { stage, other, heard, lines } = await theatre();
    await say(stage, stage.connect(), usual, new Chance(1));
    stage.clock.advance(limits.reorderMs); // what is missing is waited for no longer
    await stage.settle();
    expect([heard.length, lines.length]).toEqual([3, 2]);
    expect(stage.errors).toEqual([]);
    expect(other.frames.filter(({ kind }) => kind >= FrameKind.firstMessage)).toHaveLength(5);
    expect(stage.node.stats()).toMatchObject({ missing: 3, repeated: 0, forwarded: 5, delivered: 5 });
  });
});

describe("a node whose peer makes mistakes", () => {
  it("never fails itself, closes that connection alone, and goes on with the others", async () => {
    const before = Reflect.ownKeys(Object.prototype).length;
    const codes = new Map<string, number>();
    const rounds = tries(2_000);
    let heardInAll = 0;
    let { stage, other, heard } = await theatre();
    for (let round = 0; round < rounds; round++) {
      const chance = new Chance(seed + round);
      if (round % 5 === 4) {
        heardInAll += heard.length;
        ({ stage, other, heard } = await theatre()); // where its streams are not known yet
      }
      let frames = [...usual];
      for (let left = 1 + chance.below(3); left > 0; left--) frames = mistaken(frames, chance);
      const peer = stage.connect();
      stage.errors.length = 0;
      try {
        await say(stage, peer, frames, chance);
        peer.destroy();
        await stage.settle();
        for (const { code } of stage.errors) codes.set(code, (codes.get(code) ?? 0) + 1);
        const own = stage.errors.filter(
          ({ code }) => code === "HANDLER_FAILED" || code === "INTERNAL" || !(code in failures),
        );
        expect(own).toEqual([]);
        expect(stage.errors.length).toBeLessThanOrEqual(1);
        expect(stage.node.connections.all()).toHaveLength(1);
        expect(other.isClosed).toBe(false);
        const count = other.frames.length;
        stage.node.events.raise("after", event("all"));
        await stage.settle();
        expect(other.frames.length).toBeGreaterThan(count);
      } catch (cause) {
        throw new Error(`with FUZZ=1 SEED=${seed + round}`, { cause });
      }
    }
    if (rounds >= 1_000) expect(heardInAll).toBeGreaterThan(rounds / 5);
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before);
    if (rounds >= 1_000)
      expect([...codes.keys()]).toEqual(expect.arrayContaining(["BAD_FRAME", "NOT_A_PEER", "PEER_LOST"]));
  }, 120_000);

  it("is not confused by noise behind a handshake", async () => {
    const { stage, other } = await theatre();
    for (let round = 0; round < tries(500); round++) {
      const chance = new Chance(seed + round);
      const peer = await stage.peer("a");
      stage.errors.length = 0;
      peer.give(chance.bytes(200));
      peer.destroy();
      await stage.settle();
      expect(stage.errors.length).toBeLessThanOrEqual(1);
      expect(stage.node.connections.all()).toHaveLength(1);
    }
    expect(other.isClosed).toBe(false);
  }, 120_000);
});
