/**
 * Whether what a replica is told can be at all: it comes from others, and a number that is none would stay for good.
 *
 * Knows nothing of what the replica has; what is sound may still be old, or of somebody else.
 */
import { limits } from "../limits.ts";
import type { Epoch } from "./epochs.ts";
import type { Answer, Head } from "./replica-messages.ts";

type ChangesAnswer = Extract<Answer, { kind: "changes" }>;
type PageAnswer = Extract<Answer, { kind: "page" }>;

/** Revisions that follow one another, and are some. */
export function isRun(first: number, length: number): boolean {
  return Number.isSafeInteger(first) && first >= 1 && length > 0 && Number.isSafeInteger(first + length);
}

export function isNumber(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}

/**
 * The head with epochs that end with its own: an authority that is about to begin one may name it too early.
 * `undefined`: it says what cannot be.
 */
export function soundHead(head: Head): Head | undefined {
  const { epoch, revision, epochs } = head;
  if (!isNumber(epoch) || !isNumber(revision) || epochs.length > limits.storeEpochsTold) return undefined;
  if (!isHistory(epochs)) return undefined;
  const own = epochs.findIndex((begun) => begun.epoch === epoch);
  if (own === -1 || epochs[own]!.revision > revision) return undefined;
  return own === epochs.length - 1 ? head : { ...head, epochs: epochs.slice(0, own + 1) };
}

/** Epochs ascend, and none begins before the one ahead of it. */
function isHistory(epochs: readonly Epoch[]): boolean {
  return epochs.every(({ epoch, revision }, i) => {
    if (!isNumber(epoch) || !isNumber(revision)) return false;
    const before = epochs[i - 1];
    return before === undefined || (before.epoch < epoch && before.revision <= revision);
  });
}

/** The answer for the changes after a revision: it begins there, and has no more than its authority. */
export function isSoundSince({ firstRevision, changes, head }: ChangesAnswer, after: number): boolean {
  if (changes.length === 0) return true;
  return isRun(firstRevision, changes.length) && firstRevision === after + 1 && after + changes.length <= head.revision;
}

/** Read in the epoch of its authority, with nothing from later. */
export function isSoundPage({ walk, revision, entries, head }: PageAnswer): boolean {
  if (!isNumber(walk) || !isNumber(revision)) return false;
  if (revision > head.revision || revision < (head.epochs.at(-1)?.revision ?? 0)) return false;
  return entries.every((entry) => isRun(entry.revision, 1) && entry.revision <= revision);
}
