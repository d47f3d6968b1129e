/**
 * The bytes that all rings of this process may take together.
 *
 * Invariant: after `settle` the members together are within `maxBytes`. What is too much is taken from whoever holds
 * most, so that a small monitor loses nothing to a big one. Knows nothing of rows.
 */
export interface Spender {
  readonly bytes: number;
  /** Gives up its oldest row. False when it has none left. */
  evictOldest(): boolean;
}

export class ByteBudget {
  readonly maxBytes: number;
  readonly #members = new Set<Spender>();

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  join(member: Spender): void {
    this.#members.add(member);
  }

  leave(member: Spender): void {
    this.#members.delete(member);
  }

  /** To be called after a member took more. */
  settle(): void {
    while (this.#spent() > this.maxBytes) {
      if (!this.#biggest()?.evictOldest()) return;
    }
  }

  #spent(): number {
    let bytes = 0;
    for (const member of this.#members) bytes += member.bytes;
    return bytes;
  }

  #biggest(): Spender | undefined {
    let biggest: Spender | undefined;
    for (const member of this.#members) {
      if (member.bytes > (biggest?.bytes ?? 0)) biggest = member;
    }
    return biggest;
  }
}
