/**
 * Standbys of one name that live at the same time, as their authority sees it: a state folder was copied, name and all.
 *
 * Invariant: an earlier life that is over is never taken for one that lives: only who answers a ping that was sent after a
 * later life of its name had answered can be alive beside it. Knows nothing of what follows from it.
 */
import { limits } from "../limits.ts";
import type { Party } from "./term-messages.ts";

/** A ping, by the epoch that it was sent in and its number there. */
export interface PingPlace {
  readonly epoch: number;
  readonly number: number;
}

export class Namesakes {
  readonly #known = new Map<string, { readonly life: string; readonly former: string; readonly since: PingPlace }>();
  readonly #twins = new Set<string>();

  /** Do several nodes answer by this name? */
  has(name: string): boolean {
    return this.#twins.has(name);
  }

  /** Somebody answers a ping; `sent`: the last that went out. True: it is seen now that there are two of its name. */
  hear({ node, life }: Party, answered: PingPlace, sent: PingPlace): boolean {
    const known = this.#known.get(node);
    if (known?.life === life) return false;
    if (known?.former === life) {
      if (this.has(node) || !isAfter(answered, known.since)) return false; // known, or it was on its way
      this.#twins.add(node);
      return true;
    }
    this.#twins.delete(node); // one of them has started again, perhaps alone; else it is seen again
    if (this.#known.size >= limits.namesKnown) this.#forget();
    this.#known.set(node, { life, former: known?.life ?? "", since: sent });
    return false;
  }

  #forget(): void {
    this.#known.clear();
    this.#twins.clear();
  }
}

function isAfter(a: PingPlace, b: PingPlace): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.number > b.number);
}
