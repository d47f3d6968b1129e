/**
 * When what waits for the neighbours is handed to their links: many messages in few writes, and an answer at once.
 *
 * What is raised is gathered until the end of the turn of the event loop. Two things go out earlier: what was raised
 * while a chunk was read, at the end of the chunk; and the first that is raised after some input, as soon as the code
 * that raised it is done, for it may be an answer that somebody waits for.
 */
import type { Clock } from "./clock.ts";
import type { Neighbour } from "./neighbour.ts";

/** So much is worth a write of its own before the turn ends. */
const writeBytes = 64 * 1024;

export class Departures {
  readonly #clock: Clock;
  readonly #flushed: (neighbour: Neighbour) => void;
  readonly #dirty: Neighbour[] = [];
  #isInput = false;
  #mayBeQuick = true;
  #isPlanned = false;
  /** Grows with each planned flush: the turns in which something was raised. */
  turn = 0;
  /** The turn in which somebody last looked whether there is room. */
  #lookedIn = -1;

  /** `flushed` is told of each neighbour that was handed something. */
  constructor(clock: Clock, flushed: (neighbour: Neighbour) => void) {
    this.#clock = clock;
    this.#flushed = flushed;
  }

  /** Something waits for the neighbour. */
  queued(neighbour: Neighbour): void {
    if (!neighbour.isDirty) {
      neighbour.isDirty = true;
      this.#dirty.push(neighbour);
    }
    if (!this.#isInput && !this.#isPlanned) this.#plan();
  }

  /** Between these, whatever is queued waits for the end of the chunk that is being read. */
  beginInput(): void {
    this.#isInput = true;
  }

  endInput(): void {
    this.#isInput = false;
    this.#mayBeQuick = true;
    if (this.#dirty.length > 0) this.flush();
  }

  /** Hands everything that waits to the links. */
  flush(): void {
    for (const neighbour of this.#dirty) {
      neighbour.isDirty = false;
      neighbour.outbox.flush();
      this.#flushed(neighbour);
    }
    this.#dirty.length = 0;
  }

  /**
   * Somebody looks whether there is room for more. For whoever raises, looks, and goes on without end, no turn may end: so
   * what waits goes out at the first look of a turn, and then whenever it is worth a write.
   */
  looked(): void {
    const isFirst = this.#lookedIn !== this.turn;
    this.#lookedIn = this.turn;
    if (isFirst || this.#dirty.some(({ outbox }) => outbox.queuedBytes >= writeBytes)) this.flush();
  }

  #plan(): void {
    this.#isPlanned = true;
    if (this.#mayBeQuick) this.#clock.next(this.#depart);
    else this.#clock.soon(this.#depart);
    this.#mayBeQuick = false;
  }

  readonly #depart = () => {
    this.#isPlanned = false;
    this.turn += 1;
    this.flush();
  };
}
