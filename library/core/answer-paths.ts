/**
 * The way back for answers: over which peer each question first came, and to which peers it went on.
 *
 * Invariant: at most `limits.answerPaths` are known, the oldest is forgotten first; the first way by which a question
 * came stays its way back. Knows nothing of what is asked or answered.
 */
import { limits } from "./limits.ts";

export interface AnswerPath<Place> {
  /** Where the question came from, and the answers go. */
  readonly back: Place;
  /** Ids of the peers that it went on to: only they may bring answers. */
  readonly to: readonly string[];
  /** On the driver's clock. */
  readonly untilMs: number;
  /** Answers that went back. */
  passed: number;
}

export class AnswerPaths<Place> {
  /** The oldest first. */
  readonly #paths = new Map<string, AnswerPath<Place>>();

  get size(): number {
    return this.#paths.size;
  }

  /** A question of `asker` came in, with so much time left for answers. */
  remember(
    asker: string,
    survey: number,
    { back, to, timeoutMs }: { readonly back: Place; readonly to: readonly string[]; readonly timeoutMs: number },
    nowMs: number,
  ): void {
    this.#forget(nowMs);
    const key = `${asker} ${survey}`;
    if (this.find(asker, survey, nowMs) !== undefined) return;
    this.#paths.delete(key); // one that has run out: the new one is the youngest
    const untilMs = nowMs + Math.min(timeoutMs, limits.surveyMs) + limits.lateAnswerMs;
    this.#paths.set(key, { back, to, untilMs, passed: 0 });
  }

  find(asker: string, survey: number, nowMs: number): AnswerPath<Place> | undefined {
    const path = this.#paths.get(`${asker} ${survey}`);
    return path === undefined || path.untilMs <= nowMs ? undefined : path;
  }

  /** Makes room for one more, and drops what has run out from the old end. */
  #forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.#paths) {
      if (untilMs > nowMs && this.#paths.size < limits.answerPaths) return;
      this.#paths.delete(key);
    }
  }
}
