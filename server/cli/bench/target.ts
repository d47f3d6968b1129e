/**
 * What a release must reach in a workload, and what work on speed aims at.
 *
 * Targets are ratios to another contestant in the same run, or costs of one event; rates by themselves are printed and
 * never held against anyone.
 */
import type { ContestantName } from "./contestant.ts";
import type { Figures } from "./run.ts";

/** What each contestant did in one round, in which all had their turn. */
export type Round = Readonly<Partial<Record<ContestantName, Figures>>>;

export interface Target {
  readonly name: string;
  readonly unit: string;
  readonly better: "more" | "less";
  readonly must?: number;
  readonly goal?: number;
  /** Who it is measured against; where that one is absent, so is the target. */
  readonly against?: ContestantName;
  measure(round: Round): number;
}

interface Bounds {
  readonly must?: number;
  readonly goal?: number;
}

/** At least so many times as much as the other has. Without bounds it is only told. */
export function timesAsMuch(figure: string, against: ContestantName, bounds: Bounds): Target {
  return { ...ratio(figure, against, bounds), better: "more" };
}

/** At most so many times as much as the other needs. */
export function timesAsLittle(figure: string, against: ContestantName, bounds: Bounds): Target {
  return { ...ratio(figure, against, bounds), better: "less" };
}

function ratio(figure: string, against: ContestantName, bounds: Bounds): Omit<Target, "better"> {
  const measure = (round: Round) => round.own![figure]! / round[against]![figure]!;
  return { name: `${titles[figure] ?? figure} to ${against}`, unit: "×", against, measure, ...bounds };
}

/** A cost of ours, at most. */
export function cost(name: string, unit: string, figures: readonly string[], bounds: Bounds): Target {
  const measure = (round: Round) => Math.max(...figures.map((figure) => round.own![figure]!));
  return { name, unit, better: "less", measure, ...bounds };
}

/** A rate of ours, at least; for what has no counterpart and is far from the machine's limits. */
export function rate(name: string, unit: string, figure: string, scale: number, bounds: Bounds): Target {
  return { name, unit, better: "more", measure: (round) => round.own![figure]! / scale, ...bounds };
}

const titles: Readonly<Record<string, string>> = {
  perSecond: "events/s",
  putsPerSecond: "puts/s",
  warmPutsPerSecond: "puts/s, warm,",
  entriesPerSecond: "entries/s",
  coldNs: "cold match",
  bothNs: "encode + decode",
};
