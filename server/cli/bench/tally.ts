/** What a subscriber counts and adds up, from the first event to the last. */
import { now, tell, usageMeter } from "./role.ts";

export class Tally {
  readonly full: Promise<void>;
  readonly #expected: number;
  readonly #tenth: number;
  #count = 0;
  #sum = 0;
  #earlyMiB = 0;
  #stop = usageMeter();
  #finish = () => {};

  constructor(expected: number) {
    this.#expected = expected;
    this.#tenth = Math.ceil(expected / 10);
    this.full = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  add(number: number): void {
    if (this.#count === 0) this.#stop = usageMeter();
    this.#sum += number;
    this.#count += 1;
    if (this.#count === this.#tenth) this.#earlyMiB = usageMeter()().peakMiB;
    if (this.#count === this.#expected) this.#finish();
  }

  /** Many at once, by a reader that is faster than this. */
  addAll(count: number, sum: number): void {
    if (this.#count === 0) this.#stop = usageMeter();
    this.#count += count;
    this.#sum += sum;
    if (this.#count === this.#expected) this.#finish();
  }

  get count(): number {
    return this.#count;
  }

  /** Tells the parent. */
  report(): void {
    const [count, sum] = [this.#count, this.#sum];
    const endNs = String(now());
    const spent = this.#stop();
    const usage = { ...spent, growthMiB: spent.peakMiB - this.#earlyMiB };
    tell({ kind: "done", startNs: "0", endNs, count, sum, usage, bytes: 0 });
  }
}
