/**
 * Barriers: "has everything that I sent before reached you, and those behind you?"
 *
 * Links keep order, so an answer from a neighbour means that it has handled all that was sent before the question. With
 * a reach beyond 1 a neighbour asks its own neighbours first; a question that comes round again is answered at once.
 * Where there are several ways, interest may still be under way on one when the question has passed on another. So each
 * answer tells how often interest of whoever asks was told on so far: when two waves find the same sum, all is told.
 */
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Neighbour } from "./neighbour.ts";
import { isIndex, malformed } from "./wire/fields.ts";
import { type Field, FrameKind } from "./wire/frames.ts";

interface Pending {
  readonly waitingFor: Set<Neighbour>;
  /** Told so far, by those that have answered. */
  told: number;
  readonly done: (told: number) => void;
}

/** More waves than any cluster that comes to rest needs. */
const mostWaves = 16;

export class Barriers {
  readonly #self: string;
  readonly #neighbours: ReadonlySet<Neighbour>;
  readonly #pending = new Map<string, Pending>();
  readonly #toldOf: (origin: string) => number;
  #count = 0;

  /** `toldOf`: how often we told interest of a node on, or took it back. */
  constructor(self: string, neighbours: ReadonlySet<Neighbour>, toldOf: (origin: string) => number) {
    this.#self = self;
    this.#neighbours = neighbours;
    this.#toldOf = toldOf;
  }

  /** Resolves when these neighbours have handled all that was sent before, or are gone. */
  async ask(neighbours: Iterable<Neighbour>): Promise<void> {
    await this.#wave(neighbours, 1);
  }

  /** Resolves when our interest has reached everybody behind the neighbour. */
  async settle(neighbour: Neighbour): Promise<void> {
    let before = -1;
    for (let wave = 0; wave < mostWaves; wave++) {
      const told = await this.#wave([neighbour], limits.hops);
      if (told === before) return;
      before = told;
    }
  }

  #wave(neighbours: Iterable<Neighbour>, reach: number): Promise<number> {
    const id = `${this.#self}-${this.#count++}`;
    const present = [...neighbours].filter((neighbour) => this.#neighbours.has(neighbour));
    return new Promise((done) => this.#begin(id, new Set(present), reach, done));
  }

  /** @throws SwitchyardError `BAD_FRAME`, `TOO_MANY` */
  receive(from: Neighbour, [id, reach]: readonly Field[]): void {
    if (typeof id !== "string" || id.length > 64 || !isIndex(reach, 256)) throw malformed("barrier");
    const asker = id.slice(0, id.lastIndexOf("-"));
    const answer = (told: number) => from.send(FrameKind.passed, [id, told + this.#toldOf(asker)]);
    const others = new Set([...this.#neighbours].filter((neighbour) => neighbour !== from));
    if (this.#pending.has(id))
      from.send(FrameKind.passed, [id, 0]); // it came round, and we are counted already
    else if (reach <= 1) answer(0);
    else if (this.#pending.size < limits.barriers) this.#begin(id, others, reach - 1, answer);
    else throw new SwitchyardError("TOO_MANY", `${from.peerName} passes on more than ${limits.barriers} barriers`);
  }

  passed(from: Neighbour, [id, told = 0]: readonly Field[]): void {
    if (typeof id !== "string" || !isIndex(told)) throw malformed("passed");
    this.#passedBy(from, id, told);
  }

  lost(neighbour: Neighbour): void {
    for (const id of [...this.#pending.keys()]) this.#passedBy(neighbour, id, 0);
  }

  #begin(id: string, waitingFor: Set<Neighbour>, reach: number, done: (told: number) => void): void {
    if (waitingFor.size === 0) {
      done(0);
      return;
    }
    this.#pending.set(id, { waitingFor, told: 0, done });
    for (const neighbour of waitingFor) neighbour.send(FrameKind.barrier, [id, reach]);
  }

  #passedBy(neighbour: Neighbour, id: string, told: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || !pending.waitingFor.delete(neighbour)) return;
    pending.told = Math.min(pending.told + told, Number.MAX_SAFE_INTEGER - 1);
    if (pending.waitingFor.size > 0) return;
    this.#pending.delete(id);
    pending.done(pending.told);
  }
}
