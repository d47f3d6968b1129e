/**
 * The tree as far as the editor has opened it, and what changed in it when a newer one arrives.
 *
 * Invariant: a line keeps its id for as long as it is there; an update names each line that looks different or has
 * other children, and no line below one that is named already. Only opened lines are compared, so a cluster of ten
 * thousand topics in closed folders costs nothing. Knows nothing of the editor or of what the lines mean.
 */
import { type Branch, looksSame } from "./branch.ts";

/** Lines under one parent that are shown before *Load more*. */
export const pageLength = 200;

/** What to draw again: everything, or these lines with all below them. */
export type Change = "all" | readonly string[];

interface Line {
  readonly branch: Branch;
  readonly parent: string | undefined;
  /** Of its children, once they were asked for. */
  opened: readonly string[] | undefined;
}

/** The parent of the first lines. */
const top = "";

export class Outline {
  readonly #lines = new Map<string, Line>();
  /** How many children of a line are shown, where a person asked for more than one page. */
  readonly #limits = new Map<string, number>();
  readonly #more: (left: number) => Branch;
  #roots: readonly Branch[] = [];
  #openedRoots: readonly string[] | undefined;

  /** @param more makes the line that stands for those left out */
  constructor(more: (left: number) => Branch) {
    this.#more = more;
  }

  branch(id: string): Branch | undefined {
    return this.#lines.get(id)?.branch;
  }

  parent(id: string): string | undefined {
    return this.#lines.get(id)?.parent;
  }

  roots(): readonly string[] {
    this.#openedRoots ??= this.#open(top, this.#roots);
    return this.#openedRoots;
  }

  children(id: string): readonly string[] {
    const line = this.#lines.get(id);
    if (line === undefined) return [];
    line.opened ??= this.#open(id, line.branch.children?.() ?? []);
    return line.opened;
  }

  /** Shows one more page under the line whose *Load more* this is. Returns that line, which is to be drawn again. */
  showMore(id: string): string | undefined {
    const parent = this.#lines.get(id)?.parent;
    const line = parent === undefined ? undefined : this.#lines.get(parent);
    if (parent === undefined || line?.opened === undefined) return undefined;
    this.#limits.set(parent, this.#limit(parent) + pageLength);
    line.opened = this.#compare(parent, line.opened, line.branch.children?.() ?? [], []);
    return parent;
  }

  /** Takes a newer tree. */
  update(roots: readonly Branch[]): Change {
    this.#roots = roots;
    if (this.#openedRoots === undefined) return "all";
    const changed: string[] = [];
    const before = this.#openedRoots;
    this.#openedRoots = this.#compare(top, before, roots, changed);
    return this.#openedRoots === before ? changed : "all";
  }

  /** Returns `before` itself when the same lines stand there in the same order, whatever became of them. */
  #compare(
    parent: string,
    before: readonly string[],
    branches: readonly Branch[],
    changed: string[],
  ): readonly string[] {
    const shown = this.#page(parent, branches);
    const ids = idsOf(parent, shown);
    const isSame = ids.length === before.length && ids.every((id, index) => id === before[index]);
    if (!isSame) this.#forgetMissing(before, ids);
    const named = isSame ? changed : []; // With other children the parent is drawn again, and all of these with it.
    for (const [index, branch] of shown.entries()) this.#compareLine(ids[index] ?? "", branch, parent, named);
    return isSame ? before : ids;
  }

  #compareLine(id: string, branch: Branch, parent: string, changed: string[]): void {
    const line = this.#lines.get(id);
    const below: string[] = [];
    const opened = line?.opened && this.#compare(id, line.opened, branch.children?.() ?? [], below);
    this.#lines.set(id, { branch, parent: parent === top ? undefined : parent, opened });
    if (line !== undefined && opened === line.opened && looksSame(line.branch, branch)) changed.push(...below);
    else changed.push(id);
  }

  #open(parent: string, branches: readonly Branch[]): readonly string[] {
    return this.#compare(parent, [], branches, []);
  }

  #page(parent: string, branches: readonly Branch[]): readonly Branch[] {
    const limit = this.#limit(parent);
    if (branches.length <= limit) return branches;
    return [...branches.slice(0, limit), this.#more(branches.length - limit)];
  }

  #limit(parent: string): number {
    return this.#limits.get(parent) ?? pageLength;
  }

  #forgetMissing(before: readonly string[], now: readonly string[]): void {
    const kept = new Set(now);
    for (const id of before) {
      if (kept.has(id)) continue;
      const opened = this.#lines.get(id)?.opened;
      this.#lines.delete(id);
      this.#limits.delete(id);
      if (opened !== undefined) this.#forgetMissing(opened, []);
    }
  }
}

/** Keys that occur twice, which only a careless peer can cause, are told apart by their place. */
function idsOf(parent: string, branches: readonly Branch[]): readonly string[] {
  const seen = new Set<string>();
  return branches.map(({ key }, index) => {
    const id = `${parent}/${key.replace(/[%/#]/g, (c) => `%${c.charCodeAt(0)}`)}`;
    if (!seen.has(id)) {
      seen.add(id);
      return id;
    }
    return `${id}#${index}`;
  });
}
