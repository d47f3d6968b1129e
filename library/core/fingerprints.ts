/**
 * A number for every stretch of a text, each found in constant time once the text was read.
 *
 * Invariant: equal stretches have equal fingerprints, wherever they stand; different ones nearly always differ, but
 * whoever wants to make them collide can, so a fingerprint says where to look and never what is there.
 * Knows nothing of patterns.
 */

// Any odd factor well mixed in its bits will do.
const factor = 0x2c1b3c6d;

/** The fingerprint of a whole text, the same that `Fingerprints.of` gives for it as a stretch. */
export function fingerprint(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = extended(sum, text.charCodeAt(i));
  return sum;
}

/** The fingerprints of one text after the other; what it holds is used again for each. */
export class Fingerprints {
  #sums = new Int32Array(64); // at i: the fingerprint of the first i units
  #powers = powersOfFactor(64);

  read(text: string): void {
    if (text.length >= this.#sums.length) this.#grow(text.length + 1);
    const sums = this.#sums;
    let sum = 0;
    for (let i = 0; i < text.length; i++) {
      sum = extended(sum, text.charCodeAt(i));
      sums[i + 1] = sum;
    }
  }

  /** The fingerprint of the units from `start` up to `end` of the text read last. */
  of(start: number, end: number): number {
    return ((this.#sums[end] ?? 0) - Math.imul(this.#sums[start] ?? 0, this.#powers[end - start] ?? 0)) | 0;
  }

  #grow(least: number): void {
    const length = Math.max(least, this.#sums.length * 2);
    this.#sums = new Int32Array(length);
    this.#powers = powersOfFactor(length);
  }
}

function extended(sum: number, unit: number): number {
  return (Math.imul(sum, factor) + unit + 1) | 0;
}

function powersOfFactor(count: number): Int32Array {
  const powers = new Int32Array(count);
  let power = 1;
  for (let i = 0; i < count; i++) {
    powers[i] = power;
    power = Math.imul(power, factor);
  }
  return powers;
}
