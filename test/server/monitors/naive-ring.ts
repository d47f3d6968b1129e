/** What may happen to a ring, as steps to draw at random, and a twin that does them in the plainest way. */
import fc from "fast-check";

export type Step =
  | { readonly kind: "push"; readonly text: string; readonly bytes: number }
  | { readonly kind: "evict" | "clear" };

interface Acting {
  push(text: string, bytes: number): number;
  evictOldest(): boolean;
  clear(): void;
}

/** Mostly pushes, so that rings fill and roll over. */
export function actions(): fc.Arbitrary<Step[]> {
  const text = fc.constantFrom("", "dns query", "DNS Query", "conn", "aaa", "ftp ☎", "x");
  const push = fc.record({ kind: fc.constant("push" as const), text, bytes: fc.integer({ min: 0, max: 300 }) });
  const evict = fc.constant({ kind: "evict" as const });
  const clear = fc.constant({ kind: "clear" as const });
  const step = fc.oneof(
    { weight: 40, arbitrary: push },
    { weight: 4, arbitrary: evict },
    { weight: 1, arbitrary: clear },
  );
  return fc.array(step, { maxLength: 1_500, size: "max" });
}

export function act(ring: Acting, step: Step): void {
  switch (step.kind) {
    case "push":
      ring.push(step.text, step.bytes);
      return;
    case "evict":
      ring.evictOldest();
      return;
    case "clear":
      ring.clear();
      return;
  }
}

export class NaiveRing implements Acting {
  readonly maxRows: number;
  readonly maxBytes: number;
  rows: (readonly [row: number, text: string, bytes: number])[] = [];
  received = 0;

  constructor(maxRows: number, maxBytes: number) {
    this.maxRows = maxRows;
    this.maxBytes = maxBytes;
  }

  push(text: string, bytes: number): number {
    this.rows.push([this.received, text, bytes]);
    while (this.rows.length > this.maxRows || this.#bytes() > this.maxBytes) this.rows.shift();
    return this.received++;
  }

  evictOldest(): boolean {
    return this.rows.shift() !== undefined;
  }

  clear(): void {
    this.rows = [];
  }

  #bytes(): number {
    return this.rows.reduce((sum, [, , bytes]) => sum + bytes, 0);
  }
}
