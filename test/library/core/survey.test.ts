/** Which answers count, against a naive account of the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import { type Arriving, SurveyBook } from "../../../library/core/survey.ts";

const terms = { expected: undefined, startedMs: 100, deadlineMs: 200 };

function arriving(changes: Partial<Arriving> = {}): Arriving {
  return { survey: 1, from: "peer", node: "n", bytes: 10, ...changes };
}

function begun(expected?: number): SurveyBook<string> {
  const book = new SurveyBook<string>();
  book.begin(1, { ...terms, expected }).asked = new Set(["peer"]);
  return book;
}

const never = (): never => {
  throw new Error("an answer was made that does not count");
};

describe("an answer", () => {
  it("counts once for each node, in the order of arrival", () => {
    const book = begun();
    expect(book.take(arriving({ node: "b" }), 150, () => "first")?.answer).toBe("first");
    expect(book.take(arriving({ node: "a" }), 199, () => "second")?.answer).toBe("second");
    expect(book.take(arriving({ node: "b" }), 160, never)).toBeUndefined();
    expect(book.end(1)?.answers).toEqual(["first", "second"]);
    expect([book.late, book.repeated, book.refused]).toEqual([0, 1, 0]);
  });

  it("is late at the deadline, and after the end", () => {
    const book = begun();
    expect(book.take(arriving(), 200, never)).toBeUndefined();
    book.end(1);
    expect(book.take(arriving(), 150, never)).toBeUndefined();
    expect([book.late, book.repeated, book.refused]).toEqual([2, 0, 0]);
  });

  it("is refused when it comes from a peer that was not asked, or nobody asked at all", () => {
    const book = begun();
    expect(book.take(arriving({ from: "other" }), 150, never)).toBeUndefined();
    expect(book.take(arriving({ survey: 2 }), 150, never)).toBeUndefined();
    expect([book.late, book.repeated, book.refused]).toEqual([0, 0, 2]);
    expect(book.take(arriving({ from: undefined }), 150, () => "own")?.answer).toBe("own");
  });

  it("completes a survey that expects so many", () => {
    const book = begun(2);
    expect(book.take(arriving({ node: "a" }), 150, () => "a")?.survey.isComplete).toBe(false);
    expect(book.take(arriving({ node: "b" }), 150, () => "b")?.survey.isComplete).toBe(true);
  });

  it("counts while there is room in number and bytes", () => {
    const book = begun();
    for (let i = 0; i < limits.surveyAnswers; i++) book.take(arriving({ node: `${i}` }), 150, () => "x");
    expect(book.take(arriving({ node: "more" }), 150, never)).toBeUndefined();
    expect(book.refused).toBe(1);
    expect(book.heldBytes).toBe(10 * limits.surveyAnswers);
    book.end(1);
    expect(book.heldBytes).toBe(0);

    book.begin(2, terms).asked = new Set(["peer"]);
    book.begin(3, terms).asked = new Set(["peer"]);
    expect(book.take(arriving({ survey: 2, bytes: limits.surveyAnswerBytes }), 150, () => "big")).toBeDefined();
    expect(book.take(arriving({ survey: 3, bytes: 1 }), 150, never)).toBeUndefined();
    book.end(2);
    expect(book.take(arriving({ survey: 3, bytes: 1 }), 150, () => "now")).toBeDefined();
  });
});

describe("a survey", () => {
  it("ends once", () => {
    const book = begun();
    expect(book.open).toEqual([1]);
    expect(book.end(1)).toBeDefined();
    expect(book.end(1)).toBeUndefined();
    expect(book.open).toEqual([]);
    expect([book.knows(1), book.knows(2)]).toEqual([true, false]);
  });

  it("is one of so many at once", () => {
    const book = new SurveyBook<string>();
    for (let id = 0; id < limits.surveys; id++) book.begin(id, terms);
    expect(() => book.begin(limits.surveys, terms)).toThrow(expect.objectContaining({ code: "TOO_MANY" }));
  });

  it("is remembered for a while, not for ever", () => {
    const book = new SurveyBook<string>();
    for (let id = 0; id <= limits.surveys; id++) {
      book.begin(id, terms);
      book.end(id);
    }
    expect([book.knows(0), book.knows(1)]).toEqual([false, true]);
  });
});

it("M8: counts or takes every answer, as a naive account does", () => {
  const act = fc.oneof(
    fc.record({
      kind: fc.constant("answer" as const),
      survey: fc.nat(3),
      from: fc.constantFrom("peer", "other", undefined),
      node: fc.constantFrom("a", "b", "c"),
      atMs: fc.integer({ min: 150, max: 220 }),
    }),
    fc.record({ kind: fc.constant("end" as const), survey: fc.nat(3) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const book = new SurveyBook<string>();
      for (const id of [0, 1, 2]) book.begin(id, terms).asked = new Set(["peer"]);
      const taken = new Map([0, 1, 2].map((id) => [id, new Set<string>()]));
      const ended = new Set<number>();
      const counts = { late: 0, repeated: 0, refused: 0 };
      for (const step of acts) {
        if (step.kind === "end") {
          expect(book.end(step.survey) !== undefined).toBe(taken.has(step.survey) && !ended.has(step.survey));
          if (taken.has(step.survey)) ended.add(step.survey);
          continue;
        }
        const { survey, from, node, atMs } = step;
        const nodes = taken.get(survey);
        const verdict =
          nodes === undefined || (!ended.has(survey) && from === "other")
            ? "refused"
            : ended.has(survey) || atMs >= terms.deadlineMs
              ? "late"
              : nodes.has(node)
                ? "repeated"
                : "taken";
        if (verdict === "taken") nodes?.add(node);
        else counts[verdict] += 1;
        const result = book.take({ survey, from, node, bytes: 1 }, atMs, () => node);
        expect(result?.answer).toBe(verdict === "taken" ? node : undefined);
      }
      expect({ late: book.late, repeated: book.repeated, refused: book.refused }).toEqual(counts);
      const openBytes = [0, 1, 2].filter((id) => !ended.has(id)).reduce((sum, id) => sum + taken.get(id)!.size, 0);
      expect(book.heldBytes).toBe(openBytes);
    }),
  );
});
