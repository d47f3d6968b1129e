/**
 * Who becomes the authority when a person says so, and what that may lose: judged by what each of those that could be it
 * says of itself.
 *
 * Invariant: where several have content of the same epoch nobody is picked unless it was named. Knows nothing of how they
 * are asked, or of how one of them takes the role: that is for its term to judge again.
 */
import type { FailureCode } from "../errors.ts";
import { compareVersions, type Version } from "./change.ts";
import type { TermState } from "./term-messages.ts";

/** Where a node that may be the authority stands. */
export interface Standing {
  readonly node: string;
  /** 32 hex digits, new at each start. */
  readonly life: string;
  readonly state: TermState;
  /** The highest that it knows of. */
  readonly epoch: number;
  /** What it has: committed, or prepared by the authority. */
  readonly held: Version;
  /** The last of anybody's that it heard of. */
  readonly newest: Version;
}

/** What may be lost by taking the role: all that comes after `held`, up to `newest` as far as anybody knows. */
export interface Risk {
  readonly held: Version;
  readonly newest: Version;
}

export interface Wish {
  /** Takes the role, whatever the authority does. */
  readonly force: boolean;
  /** Name of the node that is to have it; `undefined`: the heir, or by force whoever has most. */
  readonly node: string | undefined;
}

export type Plan =
  /** It is the authority already. */
  | { readonly kind: "done"; readonly at: Standing }
  | { readonly kind: "hand-over"; readonly from: Standing }
  | { readonly kind: "take"; readonly to: Standing; readonly risk: Risk }
  | { readonly kind: "refused"; readonly code: FailureCode; readonly what: string };

const inOffice: ReadonlySet<TermState> = new Set(["alone", "protected", "unprotected", "handing-over"]);

export function isInOffice({ state }: Standing): boolean {
  return inOffice.has(state);
}

/** The authority, as far as it answered; of two, the one that will win. */
export function officeOf(standings: readonly Standing[]): Standing | undefined {
  return standings
    .filter(isInOffice)
    .toSorted((a, b) => b.epoch - a.epoch)
    .at(0);
}

export function planOf(standings: readonly Standing[], wish: Wish): Plan {
  const disputed = standings.filter(({ state }) => state === "conflicted");
  const named = standings.find(({ node }) => node === wish.node);
  if (wish.node !== undefined && named === undefined) return refused("NO_AUTHORITY", `${wish.node} did not answer`);
  if (disputed.length > 0) return pick(standings, disputed, named);
  const rivals = rivalsOf(standings);
  if (rivals.length > 1) return refused("AUTHORITY_CONFLICT", `${listOf(rivals)}, which have not met yet`);
  const office = officeOf(standings);
  if (named !== undefined && named === office) return { kind: "done", at: named };
  return wish.force ? take(standings, named) : agree(standings, office, named);
}

/**
 * Those in office of the latest epoch: of several no number says whose counts, for each has begun it by itself. They settle
 * it when there is a path between them.
 */
function rivalsOf(standings: readonly Standing[]): readonly Standing[] {
  const epoch = officeOf(standings)?.epoch;
  return standings.filter((each) => isInOffice(each) && each.epoch === epoch);
}

function listOf(standings: readonly Standing[]): string {
  return standings.map(({ node, held }) => `${node} with ${textOf(held)}`).join(" and ");
}

/** Several have content of the same epoch: only a person knows which one counts. */
function pick(standings: readonly Standing[], disputed: readonly Standing[], named: Standing | undefined): Plan {
  if (named?.state === "conflicted") return take(standings, named);
  const all = listOf(disputed);
  return refused("AUTHORITY_CONFLICT", named === undefined ? all : `${all}, but not ${named.node}`);
}

function agree(standings: readonly Standing[], office: Standing | undefined, named: Standing | undefined): Plan {
  if (office === undefined) {
    const waiting = standings.find(({ state }) => state === "waiting-for-heir");
    return refused("NO_AUTHORITY", waiting === undefined ? "nobody agrees" : `${waiting.node} waits for its standby`);
  }
  if (named !== undefined && named.state !== "heir") return refused("NO_HEIR", `${named.node}, beside ${office.node}`);
  const canHandOver = office.state === "protected" || office.state === "handing-over";
  return canHandOver ? { kind: "hand-over", from: office } : refused("NO_HEIR", `beside ${office.node}`);
}

function take(standings: readonly Standing[], named: Standing | undefined): Plan {
  const to = named ?? standings.filter((each) => !isInOffice(each)).toSorted(byWorth)[0];
  if (to !== undefined) return { kind: "take", to, risk: { held: to.held, newest: newestOf(standings) } };
  const office = officeOf(standings);
  return office === undefined
    ? refused("NO_AUTHORITY", "nobody who could be it answers")
    : refused("NO_HEIR", `beside ${office.node}`);
}

/** Who has most comes first; of equal ones the heir. */
function byWorth(a: Standing, b: Standing): number {
  const heirs = Number(b.state === "heir") - Number(a.state === "heir");
  return compareVersions(b.held, a.held) || heirs || (a.node < b.node ? -1 : 1);
}

function newestOf(standings: readonly Standing[]): Version {
  return standings.flatMap(({ held, newest }) => [held, newest]).reduce(later);
}

export function later(a: Version, b: Version): Version {
  return compareVersions(a, b) >= 0 ? a : b;
}

/** Is more at risk now than a person agreed to? */
export function isWorse(agreed: Risk, { held, newest }: Risk): boolean {
  if (compareVersions(held, newest) >= 0) return false;
  return compareVersions(held, agreed.held) < 0 || compareVersions(newest, agreed.newest) > 0;
}

/** How many versions may be lost; `undefined`: of another epoch, so nobody can count them. */
export function lostOf({ held, newest }: Risk): number | undefined {
  if (compareVersions(held, newest) >= 0) return 0;
  return held.epoch === newest.epoch ? newest.revision - held.revision : undefined;
}

function refused(code: FailureCode, what: string): Plan {
  return { kind: "refused", code, what };
}

function textOf({ epoch, revision }: Version): string {
  return `${epoch}.${revision}`;
}
