/**
 * The arbiter of a store: one record that says whose turn it is, changed by compare-and-set.
 *
 * Invariant: of two changes that expect the same record at most one happens. Knows nothing of disks: the driver of a
 * witness syncs a record before it answers, and answers one question after the other.
 */
import { isBeyond } from "./epochs.ts";

export interface WitnessRecord {
  /** Grows with each change of the authority. */
  readonly epoch: number;
  /** Names of nodes. */
  readonly authority: string;
  readonly heir: string | undefined;
}

/**
 * The record after a swap: `wanted` if `current` was as expected, else `current`. One that comes again changes nothing, and
 * neither does one whose epoch cannot be.
 */
export function swapped(
  current: WitnessRecord | undefined,
  expected: WitnessRecord | undefined,
  wanted: WitnessRecord,
): WitnessRecord | undefined {
  const isLater = wanted.epoch >= (current?.epoch ?? 0); // nobody talks us back, whatever was expected
  if (isBeyond(wanted.epoch, current?.epoch ?? 0)) return current; // nobody could go on from there
  return isLater && sameRecord(current, expected) ? wanted : current;
}

export function sameRecord(a: WitnessRecord | undefined, b: WitnessRecord | undefined): boolean {
  return a?.epoch === b?.epoch && a?.authority === b?.authority && a?.heir === b?.heir;
}
