/** Standbys of one name: told apart from one that has merely started again. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Namesakes } from "../../../../library/core/store/namesakes.ts";
import { Term } from "../../../../library/core/store/term.ts";
import type { TermEffect } from "../../../../library/core/store/term-messages.ts";

const at = (epoch: number, number: number) => ({ epoch, number });

it("T23: of two lives of one name both live when the earlier one answers what was sent after the later one had answered", () => {
  const seen = new Namesakes();
  const [old, young] = [
    { node: "h", life: "1" },
    { node: "h", life: "2" },
  ];
  expect(seen.hear(old, at(1, 1), at(1, 1))).toBe(false);
  expect(seen.hear(young, at(1, 2), at(1, 3))).toBe(false);
  expect(seen.hear(old, at(1, 3), at(1, 4))).toBe(false); // it was on its way
  expect([seen.hear(old, at(1, 4), at(1, 4)), seen.has("h"), seen.has("k")]).toEqual([true, true, false]);
  expect(seen.hear(young, at(2, 1), at(2, 1))).toBe(false);
  const next = { node: "h", life: "3" };
  expect([seen.hear(next, at(2, 2), at(2, 2)), seen.has("h")]).toEqual([false, false]);
  expect([seen.hear(old, at(2, 3), at(2, 3)), seen.hear(next, at(2, 4), at(2, 4)), seen.has("h")]).toEqual([
    ...[false, true, true],
  ]);
});

it("T23: lives that follow one another are never taken for two, however late their answers come", () => {
  const lives = fc.array(fc.record({ pings: fc.integer({ min: 1, max: 5 }), late: fc.array(fc.nat(9)) }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(lives, (all) => {
      const seen = new Namesakes();
      let number = 0;
      let last: { life: string; answered: number }[] = [];
      all.forEach(({ pings, late }, life) => {
        const answers: { life: string; answered: number }[] = [];
        for (let i = 0; i < pings; i++) {
          number += 1;
          answers.push({ life: String(life), answered: number });
          expect(seen.hear({ node: "h", life: String(life) }, at(1, number), at(1, number))).toBe(false);
          const again = last[late[i] ?? 99];
          if (again !== undefined) {
            expect(seen.hear({ node: "h", life: again.life }, at(1, again.answered), at(1, number))).toBe(false);
          }
        }
        last = answers;
      });
    }),
  );
});

it("T23: an authority that is answered by two standbys of one name tells so once, and names neither heir", () => {
  const self = { node: "a", life: "a1" };
  const holdings = { version: { epoch: 0, revision: 0 }, epochs: [], isLive: false };
  const rest = { record: undefined, remembers: true, isPersistent: true, holdings, role: "authority" as const };
  const term = new Term({ self, ...rest }, 0);
  const told: TermEffect[] = [];
  let nowMs = 0;
  let sent = 0;
  let appointed = 0;
  const carryOut = (effects: readonly TermEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === "namesakes") told.push(effect);
      if (effect.kind === "send" && effect.message.kind === "ping") sent = effect.message.number;
      if (effect.kind !== "act") continue;
      if (effect.act.kind === "persist" && effect.act.record.heir !== undefined) appointed += 1;
      carryOut(term.done(effect.id, { kind: "persisted" }, nowMs));
    }
  };
  carryOut(term.check(nowMs));
  for (; nowMs < 20_000; nowMs += 100) {
    carryOut(term.check(nowMs));
    if (nowMs % 500 !== 0) continue;
    for (const life of ["h1", "h2"]) {
      const { epoch } = term;
      const held = { epoch, revision: 0, by: "a1" };
      const pong = { kind: "pong", from: { node: "h", life }, epoch, number: sent, held, isLive: true } as const;
      carryOut(term.receive({ ...pong, remembers: true }, nowMs, true));
    }
    if (nowMs === 3_000) appointed = 0;
  }
  expect(told).toEqual([{ kind: "namesakes", node: "h" }]);
  expect([appointed, term.epoch]).toEqual([0, expect.any(Number)]);
  expect(term.epoch).toBeLessThan(4);
});
