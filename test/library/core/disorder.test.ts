/** Order out of disorder: held against a naive twin that remembers every number. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ahead, Disorder } from "../../../library/core/disorder.ts";
import { limits } from "../../../library/core/limits.ts";

/** What a receiver does with a `Disorder`: the next number, and what handlers see. */
class Receiver {
  readonly handed: number[] = [];
  readonly verdicts: string[] = [];
  missing = 0;
  readonly disorder = new Disorder<number>();
  #next: number;

  constructor(next: number) {
    this.#next = next;
  }

  take(sequence: number, nowMs: number): void {
    const distance = ahead(sequence, this.#next);
    if (distance < 0) {
      const verdict = this.disorder.arrived(sequence);
      this.verdicts.push(verdict);
      if (verdict !== "missing") return;
    } else {
      if (distance > 0) this.disorder.leap(this.#next, sequence, nowMs, true);
      this.#next = (sequence + 1) >>> 0;
    }
    this.disorder.keep(sequence, sequence, 1);
    this.handed.push(...this.disorder.release());
  }

  giveUp(): void {
    this.missing += this.disorder.giveUpFirst()?.missing ?? 0;
    this.handed.push(...this.disorder.release());
  }
}

describe("messages in any order", () => {
  const starts = fc.constantFrom(0, 5, 2 ** 32 - 10, 2 ** 31 - 10);
  const steps = fc.array(fc.oneof(fc.nat(40), fc.constant("give up" as const)), { maxLength: 80 });

  it("are handed on in order, each once, and what is missing is counted", () => {
    fc.assert(
      fc.property(starts, steps, (start, arrivals) => {
        const receiver = new Receiver(start);
        const seen = new Set<number>();
        for (const [nowMs, step] of arrivals.entries()) {
          if (step === "give up") receiver.giveUp();
          else receiver.take((start + step) >>> 0, nowMs);
          if (step !== "give up") seen.add(step);
        }
        while (receiver.disorder.isWaiting) receiver.giveUp();
        const offsets = receiver.handed.map((sequence) => (sequence - start) >>> 0);
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        expect(new Set(offsets).size).toBe(offsets.length);
        for (const offset of offsets) expect(seen.has(offset)).toBe(true);
        const late = receiver.verdicts.filter((verdict) => verdict === "late").length;
        expect(offsets.length + late).toBe(seen.size);
        const last = Math.max(-1, ...seen);
        expect(offsets.length + receiver.missing).toBe(last + 1);
      }),
    );
  });

  it("are all handed on when all come and nothing is given up", () => {
    fc.assert(
      fc.property(
        starts,
        fc.shuffledSubarray(
          Array.from({ length: 50 }, (_, i) => i),
          { minLength: 50 },
        ),
        (start, order) => {
          const receiver = new Receiver(start);
          for (const offset of order) receiver.take((start + offset) >>> 0, 0);
          expect(receiver.handed).toEqual(Array.from({ length: 50 }, (_, i) => (start + i) >>> 0));
          expect(receiver.disorder.isOver).toBe(true);
        },
      ),
    );
  });
});

describe("a hole", () => {
  it("is given up as far as is said", () => {
    const disorder = new Disorder<string>();
    disorder.leap(0, 5, 100, true, "connection");
    disorder.keep(5, "five", 1);
    expect(disorder.giveUpBefore(3)).toEqual({ missing: 3, cause: "connection" });
    expect(disorder.release()).toEqual([]);
    expect([disorder.firstMissing, disorder.waitingSinceMs]).toEqual([3, 100]);
    expect(disorder.arrived(1)).toBe("late");
    expect(disorder.arrived(3)).toBe("missing");
    expect(disorder.giveUpBefore(9)).toEqual({ missing: 1, cause: "connection" });
    expect(disorder.release()).toEqual(["five"]);
  });

  it("that nobody waits for keeps nothing back, and tells late ones from repeats", () => {
    const disorder = new Disorder<string>();
    disorder.leap(10, 12, 0, false);
    expect(disorder.isWaiting).toBe(false);
    expect([disorder.arrived(10), disorder.arrived(10), disorder.arrived(11)]).toEqual(["late", "repeat", "late"]);
    expect(disorder.isOver).toBe(true);
  });

  it("is forgotten once it is older than the window, or one of too many", () => {
    const disorder = new Disorder<string>();
    disorder.leap(0, 1, 0, false);
    expect(disorder.leap(limits.repeatWindow + 1, limits.repeatWindow + 2, 0, false)).toBe(1);
    expect(disorder.arrived(0)).toBe("repeat");
    const crowded = new Disorder<string>();
    let forgotten = 0;
    for (let i = 0; i <= limits.holes; i++) forgotten += crowded.leap(2 * i, 2 * i + 1, 0, false);
    expect(forgotten).toBe(1);
  });
});

describe("what is kept back", () => {
  it("is bounded in number and bytes", () => {
    const disorder = new Disorder<number>();
    disorder.leap(0, 1, 0, true);
    disorder.keep(1, 1, limits.earlyBytes - 1);
    expect(disorder.isFull).toBe(false);
    disorder.keep(2, 2, 1);
    expect(disorder.isFull).toBe(true);
    disorder.giveUpFirst();
    expect(disorder.release()).toEqual([1, 2]);
    expect(disorder.isFull).toBe(false);
  });
});
