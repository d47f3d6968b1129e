/**
 * What only a former authority has, as a file: entries that it changed after its history and that of the one that goes on
 * parted, and keys that it removed.
 *
 * Invariant: the file is read by `import`, and says of itself what it is and what could not be told. Knows nothing of when
 * it is made.
 */
import type { Party } from "../core/store/term-messages.ts";
import type { Unmatched } from "../core/store/unmatched.ts";
import { type Divergence, StoreExportPrinter } from "./export-lines.ts";

/** What a former authority saved. */
export interface Diverged {
  /** Entries that only it has: each changed after the histories parted. */
  readonly count: number;
  /** Keys that it removed since. Of a store that started again meanwhile not all may be known: the file says so. */
  readonly removals: number;
  /** The file in which they are, with its whole path. */
  readonly file: string;
  /** Name and life of the node whose history goes on. */
  readonly winner: { readonly name: string; readonly id: string };
}

export interface Saving {
  readonly topic: string;
  /** Name of this node. */
  readonly node: string;
  readonly winner: Party;
  readonly unmatched: Unmatched;
  readonly wallMs: number;
  /** As `Storage.keep`, in the right folder. */
  readonly keep: (name: string, lines: Iterable<string>) => Promise<string>;
}

/** @throws SwitchyardError as `Storage.keep` */
export async function saveDiverged({ topic, node, winner, unmatched, wallMs, keep }: Saving): Promise<Diverged> {
  const { version, after, isCleared, removed, removalsAfter } = unmatched;
  const now = new Date(wallMs);
  const divergence: Divergence = { node, winner: winner.node, after, cleared: isCleared, removalsAfter };
  const printer = new StoreExportPrinter();
  const lines = function* (): Generator<string> {
    yield printer.header(topic, version, now, divergence);
    for (const entry of unmatched.entries) yield printer.entry(entry);
    for (const key of removed) yield printer.removal(key);
    yield printer.end();
  };
  const file = await keep(fileName(topic, version.epoch, now), lines());
  const { entries: count, removals } = printer;
  return { count, removals, file, winner: { name: winner.node, id: winner.life } };
}

/** `diverged-known-hosts-epoch-3-2026-01-02T03-04-05-678Z`: what every system takes for a name; the header has the topic. */
function fileName(topic: string, epoch: number, now: Date): string {
  const name = topic.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 80);
  return `diverged-${name}-epoch-${epoch}-${now.toISOString().replace(/[:.]/g, "-")}`;
}
