/**
 * How many seeds of a simulation saw each kind of trouble, so that none disappears without a word.
 *
 * Invariant: a kind counts once a seed, however often it came.
 */
export class Sightings<Kind extends string> {
  readonly #least: Readonly<Record<Kind, number>>;
  readonly #seen = new Map<Kind, number>();
  #seeds = 0;

  /** `least`: of a hundred seeds so many must see it. */
  constructor(least: Readonly<Record<Kind, number>>) {
    this.#least = least;
  }

  add(kinds: ReadonlySet<Kind>): void {
    this.#seeds += 1;
    for (const kind of kinds) this.#seen.set(kind, (this.#seen.get(kind) ?? 0) + 1);
  }

  /** @throws where one was seen less than it must be */
  check(): void {
    const rare = this.#all().filter(({ kind, seen }) => seen < Math.floor((this.#least[kind] * this.#seeds) / 100));
    if (rare.length === 0) return;
    throw new Error(
      `of ${this.#seeds} seeds too few saw ${rare.map(({ kind, seen }) => `${kind} (${seen})`).join(", ")}`,
    );
  }

  #all(): { readonly kind: Kind; readonly seen: number }[] {
    return (Object.keys(this.#least) as Kind[]).map((kind) => ({ kind, seen: this.#seen.get(kind) ?? 0 }));
  }
}
