/**
 * What an authority says of itself in front of all that it says: epoch, revision, and the latest epochs of its history.
 *
 * It goes out each second, so a life costs its 32 digits once, and that of whoever speaks costs none: of each epoch the
 * number, the revision, and a number for the life: 0 is who says this, others count from 1 in a vector of their own.
 */
import { limits } from "../core/limits.ts";
import { isRevision, isVector } from "../core/store/columns.ts";
import type { Epoch, History } from "../core/store/epochs.ts";
import type { Head } from "../core/store/replica-messages.ts";
import type { Value } from "../core/values/index.ts";
import { isLife } from "./told-fields.ts";

/** How many values a head is. */
export const headValues = 4;

export type HeadColumns = readonly [epoch: Value, revision: Value, epochs: Value, lives: Value];

/** `node`: the life of whoever says it. */
export function headColumns(epoch: number, { epochs, revision }: History, node: string): HeadColumns {
  const lives = new Map([[node, 0]]);
  const flat: number[] = [];
  for (const each of epochs.slice(-limits.storeEpochsTold)) {
    const life = lives.get(each.by) ?? lives.size;
    lives.set(each.by, life);
    flat.push(each.epoch, each.revision, life);
  }
  return [epoch, revision, flat, [...lives.keys()].slice(1)];
}

/** `node` is the life of whoever said it. `undefined`: it is none. */
export function readHead([epoch, revision, flat, others]: readonly Value[], node: string): Head | undefined {
  if (!isRevision(epoch) || !isRevision(revision) || !isVector(flat) || !isVector(others)) return undefined;
  if (flat.length % 3 !== 0 || flat.length > 3 * limits.storeEpochsTold || !flat.every(isRevision)) return undefined;
  if (others.length > limits.storeEpochsTold) return undefined;
  const lives = [node, ...others];
  if (new Set(lives).size !== lives.length || !others.every((life) => life === "" || isLife(life))) return undefined;
  const epochs: Epoch[] = [];
  for (let i = 0; i < flat.length; i += 3) {
    const by = lives[flat[i + 2] as number];
    if (typeof by !== "string") return undefined;
    epochs.push({ epoch: flat[i] as number, revision: flat[i + 1] as number, by });
  }
  return { epoch, revision, epochs, node };
}
