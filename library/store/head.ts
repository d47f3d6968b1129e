/** What an authority says of itself in front of all that it says: epoch, revision, and where each epoch began. */

import type { Version } from "../core/store/change.ts";
import { isRevision, isVector } from "../core/store/columns.ts";
import type { Head } from "../core/store/replica-messages.ts";
import type { Value } from "../core/values/index.ts";

/** Epochs told at most; of more, the oldest are left out. */
const epochsTold = 1_024;

export type HeadColumns = readonly [epoch: Value, revision: Value, epochs: Value];

export function headColumns({ epoch, revision }: Version, epochs: readonly Version[]): HeadColumns {
  return [epoch, revision, epochs.slice(-epochsTold).flatMap((each) => [each.epoch, each.revision])];
}

/** `node` is the life of whoever said it. */
export function readHead([epoch, revision, flat]: readonly Value[], node: string): Head | undefined {
  if (!isRevision(epoch) || !isRevision(revision) || !isVector(flat) || flat.length % 2 !== 0) return undefined;
  if (!flat.every(isRevision)) return undefined;
  const epochs: Version[] = [];
  for (let i = 0; i < flat.length; i += 2) epochs.push({ epoch: flat[i] as number, revision: flat[i + 1] as number });
  return { epoch, revision, epochs, node };
}
