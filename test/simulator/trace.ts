/**
 * A fingerprint of what went over the network, and when: two runs of one seed have the same. Of long chunks it reads
 * only some bytes.
 *
 * Knows nothing of what the bytes mean.
 */
export class Trace {
  #hash = 0x811c9dc5;
  /** Chunks that were delivered. */
  chunks = 0;

  get hash(): number {
    return this.#hash >>> 0;
  }

  delivered(atMs: number, link: number, chunk: Uint8Array): void {
    this.chunks += 1;
    let hash = this.#hash;
    hash = Math.imul(hash ^ Math.round(atMs * 1000), 0x01000193);
    hash = Math.imul(hash ^ link, 0x01000193);
    const step = chunk.length <= 256 ? 1 : 61;
    for (let i = 0; i < chunk.length; i += step) hash = Math.imul(hash ^ chunk[i]!, 0x01000193);
    this.#hash = hash;
  }
}
