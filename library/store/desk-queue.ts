/**
 * What waits at a desk: questions are answered for so long in one turn of the event loop, and those that are left in the
 * next turns.
 *
 * Invariant: small ones go before large ones, of which each turn answers one at least; among either, whoever asks has a turn
 * after everybody else who does. What has waited too long is dropped: it is asked again. Knows nothing of what is asked.
 */
import type { Clock } from "../clock.ts";
import { limits } from "../core/limits.ts";

export interface DeskQuestion {
  /** Whoever has asked much waits for those who have asked little. */
  readonly asker: string;
  /** It takes no time to speak of. */
  readonly isSmall: boolean;
  readonly answer: () => void;
}

interface Waiting {
  readonly answer: () => void;
  readonly sinceMs: number;
}

export class DeskQueue {
  readonly #clock: Pick<Clock, "nowMs" | "soon">;
  readonly #small = new Lane();
  readonly #large = new Lane();
  /** When this turn began, as far as there was something to answer in it. */
  #turnMs: number | undefined;
  /** Questions that are not answered: there were too many, or it took too long. */
  dropped = 0;

  constructor(clock: Pick<Clock, "nowMs" | "soon">) {
    this.#clock = clock;
  }

  /** How many wait. */
  get size(): number {
    return this.#small.size + this.#large.size;
  }

  /** Answers it now, in one of the next turns, or not at all. */
  add({ asker, isSmall, answer }: DeskQuestion): void {
    const lane = isSmall ? this.#small : this.#large;
    const isOver = this.#isTurnOver();
    if (lane.size === 0 && !isOver) answer();
    else if (!lane.add(asker, { answer, sinceMs: this.#clock.nowMs() })) this.dropped += 1;
  }

  /** Nothing that waits is answered any more. */
  clear(): void {
    this.dropped += this.size;
    this.#small.clear();
    this.#large.clear();
  }

  #isTurnOver(): boolean {
    const nowMs = this.#clock.nowMs();
    if (this.#turnMs === undefined) {
      this.#turnMs = nowMs;
      this.#clock.soon(() => this.#nextTurn());
    }
    return nowMs - this.#turnMs >= limits.storeAnswersMs;
  }

  #nextTurn(): void {
    this.#turnMs = undefined;
    if (this.size === 0) return;
    this.#isTurnOver(); // it begins
    while (this.#small.size > 0 && !this.#isTurnOver()) this.#answerNext(this.#small);
    do this.#answerNext(this.#large);
    while (this.#large.size > 0 && !this.#isTurnOver());
  }

  /** The next one that somebody still waits for. */
  #answerNext(lane: Lane): void {
    const oldestMs = this.#clock.nowMs() - limits.storeQuestionMs;
    for (let next = lane.take(); next !== undefined; next = lane.take()) {
      if (next.sinceMs >= oldestMs) {
        next.answer();
        return;
      }
      this.dropped += 1;
    }
  }
}

/** What waits, by who asked; the one whose turn is next comes first. */
class Lane {
  readonly #askers = new Map<string, Waiting[]>();
  size = 0;

  /** False: there is no room, so one is dropped, perhaps this one. */
  add(asker: string, waiting: Waiting): boolean {
    const own = this.#askers.get(asker);
    if (own === undefined) this.#askers.set(asker, [waiting]);
    else own.push(waiting);
    this.size += 1;
    if (this.size <= limits.storeQuestions) return true;
    this.#dropOfBusiest();
    return false;
  }

  take(): Waiting | undefined {
    for (const [asker, own] of this.#askers) {
      this.#askers.delete(asker);
      const first = own.shift();
      if (own.length > 0) this.#askers.set(asker, own);
      this.size -= 1;
      return first;
    }
    return undefined;
  }

  clear(): void {
    this.#askers.clear();
    this.size = 0;
  }

  /** The last question of whoever has most. */
  #dropOfBusiest(): void {
    let [busiest, most] = ["", [] as Waiting[]];
    for (const [asker, own] of this.#askers) if (own.length >= most.length) [busiest, most] = [asker, own];
    most.pop();
    if (most.length === 0) this.#askers.delete(busiest);
    this.size -= 1;
  }
}
