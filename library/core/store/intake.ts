/**
 * The operations that wait at an authority for their batch.
 *
 * Invariant: they leave in the order in which they came, and those of one client in the order of its numbers. Bounded by
 * `limits.storeWaitingOperations` and `limits.storeWaitingBytes`. Knows nothing of what they do.
 */
import { limits } from "../limits.ts";
import type { Durability, Operation } from "./change.ts";
import type { Client } from "./clients.ts";
import { sizeOfOperation } from "./size.ts";

export interface Chunk<Asker> {
  readonly client: Client<Asker>;
  /** Of the first of `operations`. */
  readonly first: number;
  readonly operations: readonly Operation[];
  readonly durability: Durability;
  readonly bytes: number;
  /** How many of them have left. */
  taken: number;
}

export class Intake<Asker> {
  #chunks: Chunk<Asker>[] = [];
  /** Chunks at the beginning that have left; they are taken out when they are many. */
  #gone = 0;
  #operations = 0;
  #bytes = 0;

  get size(): number {
    return this.#operations;
  }

  /** The chunk whose turn it is. */
  get first(): Chunk<Asker> | undefined {
    return this.#chunks[this.#gone];
  }

  /** False where there is no room. */
  add(client: Client<Asker>, first: number, operations: readonly Operation[], durability: Durability): boolean {
    let bytes = 0;
    for (const operation of operations) bytes += sizeOfOperation(operation);
    const isFirst = this.#operations === 0; // one that is too large by itself must pass
    if (!isFirst && this.#operations + operations.length > limits.storeWaitingOperations) return false;
    if (!isFirst && this.#bytes + bytes > limits.storeWaitingBytes) return false;
    this.#chunks.push({ client, first, operations, durability, bytes, taken: 0 });
    this.#operations += operations.length;
    this.#bytes += bytes;
    return true;
  }

  /** So many of the first chunk have left. */
  take(count: number): void {
    const chunk = this.first!;
    chunk.taken += count;
    this.#operations -= count;
    if (chunk.taken < chunk.operations.length) return;
    this.#bytes -= chunk.bytes;
    this.#gone += 1;
    if (this.#gone * 2 < this.#chunks.length) return;
    this.#chunks = this.#chunks.slice(this.#gone);
    this.#gone = 0;
  }

  /** Takes away what waits of these clients. */
  drop(clients: ReadonlySet<Client<Asker>>): void {
    const left = this.#chunks.slice(this.#gone).filter(({ client }) => !clients.has(client));
    this.#chunks = left;
    this.#gone = 0;
    this.#operations = left.reduce((sum, { operations, taken }) => sum + operations.length - taken, 0);
    this.#bytes = left.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
