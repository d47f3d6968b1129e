/**
 * The asker's half of surveys: which answers count, and when enough have come.
 *
 * Invariant: of each node the first answer counts that came in time from a peer that was asked, and no other; whatever
 * else comes is counted as late, repeated or refused. A survey ends once. Knows nothing of links, values or timers.
 */
import { SwitchyardError } from "./errors.ts";
import { limits } from "./limits.ts";

export interface SurveyTerms {
  /** Enough answers; `undefined`: nobody knows. */
  readonly expected: number | undefined;
  readonly startedMs: number;
  readonly deadlineMs: number;
}

/** What is known of an answer before anything is built from it. */
export interface Arriving {
  readonly survey: number;
  /** Id of the peer that brought it; `undefined`: our own handler gave it. */
  readonly from: string | undefined;
  /** Id of the node that answers. */
  readonly node: string;
  readonly bytes: number;
}

export class Survey<Answer> {
  readonly terms: SurveyTerms;
  readonly answers: Answer[] = [];
  /** Ids of the peers to which the question was sent. */
  asked: ReadonlySet<string> = new Set();
  /** Bytes of its answers. */
  bytes = 0;
  readonly nodes = new Set<string>();

  constructor(terms: SurveyTerms) {
    this.terms = terms;
  }

  get isComplete(): boolean {
    return this.terms.expected !== undefined && this.answers.length >= this.terms.expected;
  }
}

export class SurveyBook<Answer> {
  /** Answers that came after the deadline or the end. */
  late = 0;
  /** Answers of nodes that had answered. */
  repeated = 0;
  /** Answers that nobody asked for, and those beyond the limits. */
  refused = 0;
  /** Bytes of the answers that all open surveys hold. */
  heldBytes = 0;
  readonly #open = new Map<number, Survey<Answer>>();
  /** Ids of those that ended last, the oldest first. */
  readonly #ended = new Set<number>();

  /** Ids of the surveys under way. */
  get open(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** Is this the id of a survey, or was it lately? */
  knows(id: number): boolean {
    return this.#open.has(id) || this.#ended.has(id);
  }

  /** `id` must be new. @throws SwitchyardError `TOO_MANY` */
  begin(id: number, terms: SurveyTerms): Survey<Answer> {
    if (this.#open.size >= limits.surveys) throw new SwitchyardError("TOO_MANY", `${limits.surveys} surveys at once`);
    const survey = new Survey<Answer>(terms);
    this.#open.set(id, survey);
    return survey;
  }

  /** An answer came: the survey and the answer if it counts. `make` is called only then. */
  take(
    arriving: Arriving,
    nowMs: number,
    make: (survey: Survey<Answer>) => Answer,
  ): { readonly survey: Survey<Answer>; readonly answer: Answer } | undefined {
    const survey = this.#open.get(arriving.survey);
    if (survey === undefined) {
      if (this.#ended.has(arriving.survey)) this.late += 1;
      else this.refused += 1;
      return undefined;
    }
    if (!this.#counts(survey, arriving, nowMs)) return undefined;
    survey.nodes.add(arriving.node);
    survey.bytes += arriving.bytes;
    this.heldBytes += arriving.bytes;
    const answer = make(survey);
    survey.answers.push(answer);
    return { survey, answer };
  }

  #counts(survey: Survey<Answer>, { from, node, bytes }: Arriving, nowMs: number): boolean {
    if (from !== undefined && !survey.asked.has(from)) this.refused += 1;
    else if (nowMs >= survey.terms.deadlineMs) this.late += 1;
    else if (survey.nodes.has(node)) this.repeated += 1;
    else if (this.#isFull(survey, bytes)) this.refused += 1;
    else return true;
    return false;
  }

  #isFull({ answers }: Survey<Answer>, bytes: number): boolean {
    return answers.length >= limits.surveyAnswers || this.heldBytes + bytes > limits.surveyAnswerBytes;
  }

  /** Ends a survey; `undefined` when it had ended, or never was. */
  end(id: number): Survey<Answer> | undefined {
    const survey = this.#open.get(id);
    if (survey === undefined) return undefined;
    this.#open.delete(id);
    this.heldBytes -= survey.bytes;
    this.#ended.add(id);
    if (this.#ended.size > limits.surveys) this.#forgetOldest();
    return survey;
  }

  #forgetOldest(): void {
    for (const id of this.#ended) {
      this.#ended.delete(id);
      return;
    }
  }
}
