/**
 * The keys of the monitor: which one does what, and the list of them that `?` shows.
 *
 * Invariant: a key means something only where it cannot be meant for a control or a text. Pure.
 */
export type KeyCommand =
  | "down"
  | "up"
  | "pageDown"
  | "pageUp"
  | "oldest"
  | "newest"
  | "open"
  | "leave"
  | "search"
  | "pause"
  | "help";

/** Where the focus is: the table or nowhere, an input, another control, or something that scrolls. */
export type KeyPlace = "table" | "text" | "control" | "panel";

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const tableKeys: ReadonlyMap<string, KeyCommand> = new Map(
  Object.entries<KeyCommand>({
    ArrowDown: "down",
    j: "down",
    ArrowUp: "up",
    k: "up",
    PageDown: "pageDown",
    PageUp: "pageUp",
    Home: "oldest",
    End: "newest",
    Enter: "open",
  }),
);

export function commandOf({ key, ctrlKey, metaKey, altKey }: KeyPress, place: KeyPlace): KeyCommand | undefined {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) return key === "f" || key === "F" ? "search" : undefined;
  if (key === "Escape") return "leave";
  if (place === "text") return undefined;
  if (key === "?") return "help";
  if (place === "control") return undefined;
  if (key === " ") return "pause";
  if (place !== "table") return undefined;
  return tableKeys.get(key) ?? tableKeys.get(key.toLowerCase());
}

export const keyHelp: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ["↑", "↓", "K", "J"], does: "Select the row above or below" },
  { keys: ["Page Up", "Page Down"], does: "Go one page up or down" },
  { keys: ["Home"], does: "Go to the oldest row" },
  { keys: ["End"], does: "Go to the newest row, and follow" },
  { keys: ["Enter"], does: "Show the selected row in full" },
  { keys: ["Escape"], does: "Close what is open, or leave the search" },
  { keys: ["Ctrl+F", "⌘F"], does: "Search" },
  { keys: ["Space"], does: "Pause or resume" },
  { keys: ["Alt+↑", "Alt+↓"], does: "Move a column, in the menu of columns" },
  { keys: ["?"], does: "Show these keys" },
];
