/** One line of the tree, as data: what `features/tree.ts` turns into an item of the editor. Knows nothing of the editor. */

export type BranchKind =
  | "server"
  | "cluster"
  | "problem"
  | "nodes"
  | "node"
  | "self"
  | "silent"
  | "facts"
  | "fact"
  | "topics"
  | "reserved"
  | "folder"
  | "topic"
  | "note"
  | "more";

/** What the commands of a line act on. */
export interface Target {
  /** The cluster's name. */
  readonly cluster: string;
  readonly topic?: string;
  /** What *Open Monitor* subscribes to, and *Copy as Pattern* copies. */
  readonly pattern?: string;
}

/** All that is seen of a line while it is not hovered: when none of this changed, the line is not drawn again. */
export interface Look {
  readonly kind: BranchKind;
  readonly label: string;
  readonly description: string;
  /** A codicon, and the theme's colour for it. */
  readonly icon: string;
  readonly color?: string;
  /** The part of `contextValue` after the kind, by which the manifest picks commands: `cluster.up`. */
  readonly context?: string;
}

export interface Branch extends Look {
  /** Stable over refreshes, and unique among its siblings. */
  readonly key: string;
  readonly target?: Target;
  /** Open when it is seen for the first time. */
  readonly isExpanded?: boolean;
  /** Absent: a leaf. Called when the line is opened. */
  readonly children?: () => readonly Branch[];
  /** Markdown, made when it is hovered. Whatever comes from the cluster is escaped in it. */
  readonly hover?: () => string;
  /** Read out instead of label and description, where those are too terse for that. */
  readonly spoken?: string;
}

export function looksSame(a: Branch, b: Branch): boolean {
  return (
    a.kind === b.kind &&
    a.label === b.label &&
    a.description === b.description &&
    a.icon === b.icon &&
    a.color === b.color &&
    a.context === b.context &&
    (a.children === undefined) === (b.children === undefined)
  );
}
