/**
 * What an authority says to copies, out of the columns that it comes in: on the feed, and in answer to what they ask.
 *
 * It comes from others: whatever is no such message gives `undefined`, and never throws. What can be read may still be
 * false; that is for core/store/soundness.ts.
 */

import { isRevision, readChanges, readEntries } from "../core/store/columns.ts";
import type { Answer, ReplicaMessage } from "../core/store/replica-messages.ts";
import type { Value } from "../core/values/index.ts";
import type { Answer as SurveyAnswer } from "../surveys.ts";
import { headValues, readHead } from "./head.ts";

/** `node`: the life of whoever said it. */
export function readFeed(name: string, args: readonly Value[], node: string): ReplicaMessage | undefined {
  if (name === "announce") {
    const head = readHead(args, node);
    return head && { kind: "announce", ...head };
  }
  if (name !== "changes") return undefined;
  const [epoch, firstRevision, ...columns] = args;
  if (!isRevision(epoch) || !isRevision(firstRevision)) return undefined;
  const changes = readChanges(columns, firstRevision);
  return changes && { kind: "changes", epoch, node, firstRevision, changes };
}

export function readAnswer({ name, args, node }: SurveyAnswer): Answer | undefined {
  const head = readHead(args, node.id);
  if (head === undefined) return undefined;
  if (name === "gone" || name === "foreign" || name === "forgotten") return { kind: name, head };
  const rest = args.slice(headValues);
  if (name === "changes") {
    const [firstRevision, isLast, ...columns] = rest;
    if (!isRevision(firstRevision) || typeof isLast !== "boolean") return undefined;
    const changes = readChanges(columns, firstRevision);
    return changes && { kind: "changes", head, firstRevision, changes, isLast };
  }
  if (name !== "page") return undefined;
  const [walk, page, revision, isLast, ...columns] = rest;
  const entries = readEntries(columns);
  if (!isRevision(walk) || !isRevision(page) || !isRevision(revision)) return undefined;
  if (entries === undefined || typeof isLast !== "boolean") return undefined;
  if (entries.length === 0 && !isLast) return undefined; // without end, whoever opens would wait for ever
  return { kind: "page", head, walk, page, revision, entries, isLast };
}
