/** Hears the keys of the whole page: the focus may be nowhere, and they are the monitor's still. */
import { useEffect, useRef } from "preact/hooks";
import { commandOf, type KeyCommand, type KeyPlace } from "./keys.ts";

export type KeyCommands = Readonly<Record<KeyCommand, () => void>>;

/** `grid` is the table; while `isAsleep`, a dialog has the keys. */
export function useKeys(
  commands: KeyCommands,
  grid: { readonly current: HTMLElement | null },
  isAsleep: boolean,
): void {
  const newest = useRef({ commands, isAsleep });
  newest.current = { commands, isAsleep };
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || newest.current.isAsleep) return;
      const command = commandOf(event, keyPlace(event.target, grid.current));
      if (command === undefined) return;
      event.preventDefault();
      newest.current.commands[command]();
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [grid]);
}

function keyPlace(target: EventTarget | null, grid: HTMLElement | null): KeyPlace {
  if (target === grid || target === document.body) return "table";
  if (!(target instanceof Element)) return "panel";
  if (target.matches("input, textarea")) return "text";
  return target.matches("button, [role=separator], [role^=menu]") ? "control" : "panel";
}
