/** What each node was told to have lost. */
import type { Context } from "../../library/context.ts";
import type { Gap } from "../../library/gaps.ts";

export class Gaps {
  readonly #told = new Map<string, Gap[]>();

  /** Of a name that is used again, the later node counts. */
  watch(context: Context): void {
    const told: Gap[] = [];
    this.#told.set(context.name, told);
    context.on("gap", (gap) => told.push(gap));
  }

  missing(node: string, origin: string, topic: string): number {
    const told = this.#told.get(node)?.filter((gap) => gap.origin.name === origin && gap.topic === topic) ?? [];
    return told.reduce((sum, { missing }) => sum + missing, 0);
  }
}
