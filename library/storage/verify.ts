/**
 * Whether a database is whole: every segment in its place, and everything there that was acknowledged.
 *
 * What comes behind the last acknowledged segment may be torn; it is cut. Invariant: what is found whole is what was
 * acknowledged, or more of what was written after that, from the beginning of it. Changes nothing.
 */
import { SwitchyardError } from "../core/errors.ts";
import type { Acknowledged } from "./acknowledged.ts";
import { Ledger } from "./ledger.ts";
import { type Database, segmentsOf } from "./level-database.ts";
import { malformed } from "./pack.ts";
import { openSegment, type Segment, type SegmentHeader } from "./segment.ts";
import { takeInTurns } from "./taking.ts";

/** The end of the chain. */
export interface Tail {
  readonly generation: number;
  readonly sequence: number;
  readonly checksum: number;
  readonly version: SegmentHeader["version"];
}

export interface Verified {
  readonly tail: Tail;
  readonly ledger: Ledger;
  readonly notices: readonly string[];
}

/** @throws SwitchyardError `CORRUPT`; what classic-level says */
export async function verify(
  database: Database,
  rootGeneration: number,
  said: Acknowledged,
  boot: string,
): Promise<Verified> {
  // A replacement that was told to have failed does not count, though it may be there.
  const generation = said.voidFrom > 0 ? said.generation : rootGeneration;
  if (generation < said.generation) {
    malformed(`it has the table of generation ${generation}, though ${said.generation} was acknowledged`);
  }
  const chain = await readChain(database, generation, said.generation === generation ? said.voidFrom : 0);
  const { last, ledger } = chain;
  if (last === undefined) return malformed(chain.broken ?? "it has no segment");
  const due = generation > said.generation ? 0 : mustHave(said, boot);
  if (last.sequence < due) {
    malformed(
      `${due - last.sequence} acknowledged segments are missing behind ${last.sequence}${because(chain.broken)}`,
    );
  }
  if (chain.first > last.needed) malformed(`segments ${last.needed} to ${chain.first - 1} are missing`);
  if (ledger.size !== last.size) malformed(`it has ${ledger.size} entries, and should have ${last.size}`);
  if (ledger.lead === undefined) malformed("it has no head");
  ledger.drop(last.needed);
  const { sequence, checksum, version } = last;
  return { tail: { generation, sequence, checksum, version }, ledger, notices: noticesOf(chain, last, said) };
}

/** Up to which segment everything must be there. */
function mustHave(said: Acknowledged, boot: string): number {
  return said.boot !== "" && said.boot === boot ? Math.max(said.sequence, said.synced) : said.synced;
}

interface Chain {
  /** Sequence of the first segment that is there. */
  readonly first: number;
  /** The last one that ends a batch. */
  readonly last: Segment | undefined;
  readonly ledger: Ledger;
  /** Why it goes no further, if something comes behind. */
  readonly broken: string | undefined;
}

async function readChain(database: Database, generation: number, voidFrom: number): Promise<Chain> {
  const ledger = new Ledger();
  let first = 0;
  let last: Segment | undefined;
  let batch: Segment[] = [];
  let broken: string | undefined;
  for await (const { sequence, bytes } of segmentsOf(database, generation, 0, Number.MAX_SAFE_INTEGER)) {
    first ||= sequence;
    const before = batch.at(-1) ?? last;
    const segment =
      voidFrom > 0 && sequence >= voidFrom ? "what was told to have failed" : link(bytes, sequence, before);
    if (typeof segment === "string") {
      broken = segment;
      break;
    }
    batch.push(segment);
    if (!segment.isLast) continue;
    await takeInTurns(ledger, batch);
    last = segment;
    batch = [];
  }
  if (batch.length > 0) broken ??= "a batch that is not whole";
  return { first, last, ledger, broken };
}

/** The segment, when it is the next of the chain; else what is wrong. */
function link(bytes: Buffer, sequence: number, before: Segment | undefined): Segment | string {
  try {
    const segment = openSegment(bytes);
    if (segment.sequence !== sequence) return `segment ${segment.sequence} in the place of ${sequence}`;
    if (before === undefined) return segment;
    if (sequence !== before.sequence + 1) return `segments ${before.sequence + 1} to ${sequence - 1} are missing`;
    return segment.previous === before.checksum ? segment : `segment ${sequence} follows another history`;
  } catch (error) {
    if (error instanceof SwitchyardError) return `segment ${sequence} is damaged`;
    throw error;
  }
}

function because(broken: string | undefined): string {
  return broken === undefined ? "" : `: ${broken}`;
}

function noticesOf({ broken }: Chain, { sequence }: Segment, said: Acknowledged): readonly string[] {
  const notices: string[] = [];
  if (broken !== undefined) notices.push(`what was never acknowledged was cut behind segment ${sequence}: ${broken}`);
  if (said.sequence > sequence) {
    notices.push(`${said.sequence - sequence} segments that were written but not synced did not survive`);
  }
  return notices;
}
