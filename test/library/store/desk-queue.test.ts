/** How much is answered in one turn, in which order, and what is not. Each answer takes as long as a test says. */
import { describe, expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import { DeskQueue } from "../../../library/store/desk-queue.ts";
import { cases } from "../../rig/cases.ts";

/** Time goes on by what is answered alone. `turns` has what each turn of the loop answered. */
class World {
  nowMs = 0;
  readonly turns: string[][] = [[]];
  /** All that were answered: when in its turn each was begun. */
  readonly begun: { turn: number; afterMs: number; isSmall: boolean; index: number }[] = [];
  #turnMs = 0;
  #soon: (() => void)[] = [];
  readonly queue = new DeskQueue({ nowMs: () => this.nowMs, soon: (task) => this.#soon.push(task) });

  ask(asker: string, { costMs = 1, isSmall = false, name = asker } = {}): void {
    const answer = (): void => {
      const [turn, afterMs] = [this.turns.length, this.nowMs - this.#turnMs];
      this.begun.push({ turn, afterMs, isSmall, index: this.begun.length });
      this.turns.at(-1)!.push(name);
      this.nowMs += costMs;
    };
    this.queue.add({ asker, isSmall, answer });
  }

  /** This turn ends, and the next begins. */
  turn(): void {
    const due = this.#soon;
    this.#soon = [];
    this.turns.push([]);
    this.#turnMs = this.nowMs;
    for (const task of due) task();
  }

  /** How many turns it takes until nothing waits. */
  finish(): number {
    const before = this.turns.length;
    while (this.#soon.length > 0) this.turn();
    expect(this.queue.size).toBe(0);
    return this.turns.length - before;
  }
}

const few = limits.storeAnswersMs;

describe("the queue at a desk", () => {
  it("answers at once in a turn that has done little, and forgets the turn when it ends", () => {
    const world = new World();
    world.ask("a", { costMs: 50 });
    world.turn();
    world.ask("b");
    expect(world.turns).toEqual([["a"], ["b"]]);
    expect(world.finish()).toBe(1);
  });

  it("does so much in a turn, and the rest in the next ones, in order", () => {
    const world = new World();
    for (let i = 0; i < 2 * few + 1; i++) world.ask("a", { name: `${i}` });
    world.finish();
    const [first, second, third] = world.turns;
    expect([first!.length, second!.length, third!.length]).toEqual([few, few, 1]);
    expect(world.turns.flat()).toEqual(Array.from({ length: 2 * few + 1 }, (_, i) => `${i}`));
  });

  it("makes one in each turn, though it takes longer than a turn may", () => {
    const world = new World();
    for (let i = 0; i < 5; i++) world.ask(`${i}`, { costMs: 3 * few });
    world.finish();
    expect(world.turns.filter(({ length }) => length > 0)).toEqual([["0"], ["1"], ["2"], ["3"], ["4"]]);
  });

  it("counts what came while it worked on what waited to the same turn", () => {
    const world = new World();
    for (let i = 0; i < 2 * few; i++) world.ask("a");
    world.turn(); // the rest
    world.ask("b");
    expect(world.turns[1]!.length).toBe(few);
    world.turn();
    expect(world.turns[2]).toEqual(["b"]);
  });

  it("answers small ones before all that waits, at once while there is time, and lets them keep nobody from it", () => {
    const world = new World();
    for (let i = 0; i < 3 * few; i++) world.ask("pages");
    world.ask("small", { isSmall: true, costMs: 0 });
    world.turn();
    expect(world.turns[1]![0]).toBe("small");
    world.turn();
    world.finish();

    for (let i = 0; i < few; i++) world.ask("first", { isSmall: true });
    world.ask("page");
    for (let i = 0; i < 2 * few; i++) world.ask("small", { isSmall: true });
    world.turn();
    const turn = world.turns.at(-1)!;
    expect([turn.length, turn.at(-1)]).toEqual([few + 1, "page"]);
    world.finish();
  });

  it("answers whoever asks a little before whoever asks much", () => {
    const world = new World();
    for (let i = 0; i < 100; i++) world.ask("much");
    world.ask("little");
    world.ask("other");
    world.turn();
    expect(world.turns[1]!.slice(0, 3)).toEqual(["much", "little", "other"]);
    world.finish();
  });

  it("T14: one that asks without end loses its own questions, and nobody else's", () => {
    const world = new World();
    for (let i = 0; i < 20_000; i++) world.ask("hostile", { costMs: 0.01 });
    for (let i = 0; i < 20; i++) for (let page = 0; page < 4; page++) world.ask(`replica ${i}`, { costMs: 0.01 });
    expect(world.queue.size).toBe(limits.storeQuestions);
    world.finish();
    const answered = world.turns.flat();
    expect(answered.filter((name) => name.startsWith("replica")).length).toBe(80);
    expect(answered.length + world.queue.dropped).toBe(20_080);
  });

  it("answers nothing that is asked again by now", () => {
    const world = new World();
    world.ask("a", { costMs: limits.storeQuestionMs + 1 });
    world.ask("late");
    world.turn();
    world.ask("b");
    world.finish();
    expect([world.turns.flat(), world.queue.dropped]).toEqual([["a", "late", "b"], 0]); // it waited no time yet

    world.ask("a", { costMs: few });
    world.ask("b", { costMs: limits.storeQuestionMs + 1 });
    world.ask("late");
    world.turn();
    world.finish();
    expect([world.turns.flat().slice(3), world.queue.dropped]).toEqual([["a", "b"], 1]);
  });

  it("answers nothing that waited when the desk was closed", () => {
    const world = new World();
    for (let i = 0; i < 3 * few; i++) world.ask("a");
    world.queue.clear();
    world.finish();
    expect([world.turns.flat().length, world.queue.dropped]).toEqual([few, 2 * few]);
  });

  cases(
    "answers each once, or drops it, and begins none but one page after the time",
    { ci: 200, soak: 20_000 },
    async (chance) => {
      const world = new World();
      let asked = 0;
      for (let turns = chance.integer(1, 20); turns > 0; turns--) {
        for (let i = chance.integer(0, 60); i > 0; i--) {
          const costMs = chance.pick([0, 0.1, 1, 30]);
          world.ask(`${chance.integer(0, 8)}`, { costMs, isSmall: chance.flip(0.3) });
          asked += 1;
        }
        world.turn();
      }
      world.finish();
      expect(world.begun.length + world.queue.dropped).toBe(asked);
      const late = world.begun.filter(({ afterMs }) => afterMs >= few);
      for (const { turn, isSmall, index } of late) {
        expect(isSmall).toBe(false);
        const former = world.begun.slice(0, index).filter((each) => each.turn === turn);
        expect(former.every((each) => each.isSmall)).toBe(true);
      }
    },
  );
});
