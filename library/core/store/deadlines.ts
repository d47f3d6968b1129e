/**
 * Who is due when: a heap in which each may be moved or taken out.
 *
 * Invariant: the first of the heap is due first; each id stands in it once. Knows nothing of clocks: a time is a number.
 */
interface Deadline {
  readonly id: string;
  due: number;
  index: number;
}

export class Deadlines {
  readonly #byId = new Map<string, Deadline>();
  readonly #heap: Deadline[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** When the first one is due. */
  get first(): number | undefined {
    return this.#heap[0]?.due;
  }

  get(id: string): number | undefined {
    return this.#byId.get(id)?.due;
  }

  set(id: string, due: number): void {
    const known = this.#byId.get(id);
    if (known === undefined) this.#add({ id, due, index: this.#heap.length });
    else this.#move(known, due);
  }

  delete(id: string): boolean {
    const deadline = this.#byId.get(id);
    if (deadline === undefined) return false;
    this.#byId.delete(id);
    const last = this.#heap.pop()!;
    if (last !== deadline) {
      this.#place(last, deadline.index);
      this.#settle(last);
    }
    return true;
  }

  clear(): void {
    this.#byId.clear();
    this.#heap.length = 0;
  }

  /** Those due at `time`, in no particular order; at most so many. Costs as much as they are. */
  due(time: number, most: number): string[] {
    const found: string[] = [];
    const next = [0];
    for (let index = next.pop(); index !== undefined && found.length < most; index = next.pop()) {
      const deadline = this.#heap[index];
      if (deadline === undefined || deadline.due > time) continue; // then nothing below it is due
      found.push(deadline.id);
      next.push(2 * index + 2, 2 * index + 1);
    }
    return found;
  }

  #add(deadline: Deadline): void {
    this.#byId.set(deadline.id, deadline);
    this.#heap.push(deadline);
    this.#rise(deadline);
  }

  #move(deadline: Deadline, due: number): void {
    deadline.due = due;
    this.#settle(deadline);
  }

  #settle(deadline: Deadline): void {
    this.#rise(deadline);
    this.#sink(deadline);
  }

  #rise(deadline: Deadline): void {
    while (deadline.index > 0) {
      const parent = this.#heap[(deadline.index - 1) >> 1]!;
      if (parent.due <= deadline.due) return;
      this.#swap(parent, deadline);
    }
  }

  #sink(deadline: Deadline): void {
    for (;;) {
      const left = this.#heap[2 * deadline.index + 1];
      const right = this.#heap[2 * deadline.index + 2];
      const child = right !== undefined && right.due < left!.due ? right : left;
      if (child === undefined || child.due >= deadline.due) return;
      this.#swap(deadline, child);
    }
  }

  #swap(above: Deadline, below: Deadline): void {
    const { index } = below;
    this.#place(below, above.index);
    this.#place(above, index);
  }

  #place(deadline: Deadline, index: number): void {
    this.#heap[index] = deadline;
    deadline.index = index;
  }
}
