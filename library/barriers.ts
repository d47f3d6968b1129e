/**
 * Barriers: "has everything that I sent before reached you, and those behind you?"
 *
 * Links keep order, so an answer from a neighbour means that it has handled all that was sent before the question. With
 * a reach beyond 1 a neighbour asks its own neighbours first; a question that comes round again is answered at once.
 */
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Neighbour } from "./neighbour.ts";
import { isIndex, malformed } from "./wire/fields.ts";
import { type Field, FrameKind } from "./wire/frames.ts";

interface Pending {
  readonly waitingFor: Set<Neighbour>;
  readonly done: () => void;
}

export class Barriers {
  readonly #self: string;
  readonly #neighbours: ReadonlySet<Neighbour>;
  readonly #pending = new Map<string, Pending>();
  #count = 0;

  constructor(self: string, neighbours: ReadonlySet<Neighbour>) {
    this.#self = self;
    this.#neighbours = neighbours;
  }

  /** Resolves when these neighbours, and those up to `reach` connections away behind them, have passed it or are gone. */
  ask(neighbours: Iterable<Neighbour>, reach: number): Promise<void> {
    const id = `${this.#self}-${this.#count++}`;
    const present = [...neighbours].filter((neighbour) => this.#neighbours.has(neighbour));
    return new Promise((done) => this.#begin(id, new Set(present), reach, done));
  }

  /** @throws SwitchyardError `BAD_FRAME`, `TOO_MANY` */
  receive(from: Neighbour, [id, reach]: readonly Field[]): void {
    if (typeof id !== "string" || id.length > 64 || !isIndex(reach, 256)) throw malformed("barrier");
    const answer = () => from.send(FrameKind.passed, [id]);
    const others = new Set([...this.#neighbours].filter((neighbour) => neighbour !== from));
    if (reach <= 1 || this.#pending.has(id)) answer();
    else if (this.#pending.size < limits.barriers) this.#begin(id, others, reach - 1, answer);
    else throw new SwitchyardError("TOO_MANY", `${from.peerName} passes on more than ${limits.barriers} barriers`);
  }

  passed(from: Neighbour, [id]: readonly Field[]): void {
    if (typeof id !== "string") throw malformed("passed");
    this.#passedBy(from, id);
  }

  lost(neighbour: Neighbour): void {
    for (const id of [...this.#pending.keys()]) this.#passedBy(neighbour, id);
  }

  #begin(id: string, waitingFor: Set<Neighbour>, reach: number, done: () => void): void {
    if (waitingFor.size === 0) {
      done();
      return;
    }
    this.#pending.set(id, { waitingFor, done });
    for (const neighbour of waitingFor) neighbour.send(FrameKind.barrier, [id, reach]);
  }

  #passedBy(neighbour: Neighbour, id: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || !pending.waitingFor.delete(neighbour) || pending.waitingFor.size > 0) return;
    this.#pending.delete(id);
    pending.done();
  }
}
