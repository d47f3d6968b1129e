/**
 * Who is due when: a heap in which each may be moved or taken out.
 *
 * It is kept in pages, so that it never is copied whole when it grows, and its times apart from the rest, so that counting
 * a million of them takes some milliseconds. Invariant: the first of the heap is due first; each id stands in it once.
 * Knows nothing of clocks: a time is a number.
 */
import { limits } from "../limits.ts";
import { IdMap } from "./id-map.ts";

interface Deadline {
  readonly id: string;
  index: number;
}

interface Page {
  readonly dues: Float64Array;
  readonly deadlines: Deadline[];
}

const pageBits = 10;
const pageDeadlines = 1 << pageBits;

export class Deadlines {
  #byId = new IdMap<Deadline>(limits.storeFirstRecords);
  #pages: Page[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** When the first one is due. */
  get first(): number | undefined {
    return this.#size === 0 ? undefined : this.#dueAt(0);
  }

  get(id: string): number | undefined {
    const deadline = this.#byId.get(id);
    return deadline && this.#dueAt(deadline.index);
  }

  set(id: string, due: number): void {
    const known = this.#byId.get(id);
    const deadline = known ?? this.#add(id);
    this.#place(deadline, due, deadline.index);
    this.#settle(deadline.index);
  }

  delete(id: string): boolean {
    const deadline = this.#byId.get(id);
    if (deadline === undefined) return false;
    this.#byId.delete(id);
    const { index } = deadline;
    const [last, due] = [this.#at(this.#size - 1), this.#dueAt(this.#size - 1)];
    this.#shrink();
    if (last !== deadline) {
      this.#place(last, due, index);
      this.#settle(index);
    }
    return true;
  }

  clear(): void {
    this.#byId = new IdMap(limits.storeFirstRecords);
    this.#pages = [];
    this.#size = 0;
  }

  /** Those due at `time`, in no particular order; at most so many. Costs as much as they are. */
  due(time: number, most: number): string[] {
    const found: string[] = [];
    for (let index = this.#dueFrom(0, time); index !== undefined; index = this.#dueFrom(2 * index + 1, time)) {
      if (found.length >= most) break;
      found.push(this.#at(index).id);
    }
    return found;
  }

  /** How many are due at `time`. */
  count(time: number): number {
    let count = 0;
    for (let index = this.#dueFrom(0, time); index !== undefined; index = this.#dueFrom(2 * index + 1, time))
      count += 1;
    return count;
  }

  /** The next one due on a walk over the heap, each before those below it, from this place on. */
  #dueFrom(start: number, time: number): number | undefined {
    let index = start;
    while (index >= this.#size || this.#dueAt(index) > time) {
      while (index > 0 && index % 2 === 0) index = (index - 2) / 2; // a right one: all below what it is under was seen
      if (index === 0) return undefined;
      index += 1;
    }
    return index;
  }

  #add(id: string): Deadline {
    const deadline = { id, index: this.#size };
    this.#byId.set(id, deadline);
    if (this.#size === this.#pages.length * pageDeadlines) {
      this.#pages.push({ dues: new Float64Array(pageDeadlines), deadlines: [] });
    }
    this.#size += 1;
    return deadline;
  }

  /** Without the last. */
  #shrink(): void {
    this.#size -= 1;
    this.#pages.at(-1)!.deadlines.pop();
    if (this.#size === (this.#pages.length - 1) * pageDeadlines) this.#pages.pop();
  }

  #settle(index: number): void {
    this.#sink(this.#rise(index));
  }

  #rise(from: number): number {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#dueAt(parent) <= this.#dueAt(index)) break;
      this.#swap(parent, index);
      index = parent;
    }
    return index;
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      const left = 2 * index + 1;
      if (left >= this.#size) return;
      const child = left + 1 < this.#size && this.#dueAt(left + 1) < this.#dueAt(left) ? left + 1 : left;
      if (this.#dueAt(child) >= this.#dueAt(index)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #swap(one: number, other: number): void {
    const [deadline, due] = [this.#at(one), this.#dueAt(one)];
    this.#place(this.#at(other), this.#dueAt(other), one);
    this.#place(deadline, due, other);
  }

  #place(deadline: Deadline, due: number, index: number): void {
    const { dues, deadlines } = this.#pages[index >> pageBits]!;
    dues[index & (pageDeadlines - 1)] = due;
    deadlines[index & (pageDeadlines - 1)] = deadline;
    deadline.index = index;
  }

  #at(index: number): Deadline {
    return this.#pages[index >> pageBits]!.deadlines[index & (pageDeadlines - 1)]!;
  }

  #dueAt(index: number): number {
    return this.#pages[index >> pageBits]!.dues[index & (pageDeadlines - 1)]!;
  }
}
