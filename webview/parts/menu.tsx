/** A button that opens a menu of choices. Arrow keys, Home and End move; Escape and Tab close; focus goes back. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  /** `radio`: one of its neighbours; `check`: on or off by itself. */
  readonly kind: "radio" | "check";
  readonly isOn: boolean;
  readonly choose: () => void;
  /** Begins a new group. */
  readonly isFirstOfGroup?: boolean;
  /** With Alt and an arrow key: -1 up, 1 down. */
  readonly move?: (step: -1 | 1) => void;
}

interface MenuButtonProps {
  readonly icon: string;
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly hint?: string;
}

export function MenuButton({ icon, label, items, hint }: MenuButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  const close = (givesBackFocus: boolean) => {
    setOpen(false);
    if (givesBackFocus) button.current?.focus();
  };

  // Before the next key can arrive: who types fast must not type past the menu.
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const menuItems = root.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [];
    ([...menuItems].find((item) => item.ariaChecked === "true") ?? menuItems[0])?.focus();
    const closeOutside = ({ target }: Event) => {
      if (target instanceof Node && root.current?.contains(target) !== true) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [isOpen]);

  const onKeyDown = (event: KeyboardEvent) => {
    const menuItems = [...(root.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const index = menuItems.indexOf(document.activeElement as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : undefined;
    if (event.key === "Escape") close(true);
    else if (event.key === "Tab") return close(false);
    else if (step !== undefined && event.altKey) items[index]?.move?.(step);
    else if (step !== undefined) menuItems.at((index + step) % menuItems.length)?.focus();
    else if (event.key === "Home") menuItems[0]?.focus();
    else if (event.key === "End") menuItems.at(-1)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="menu" ref={root}>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name={icon} />
      </button>
      {isOpen && (
        <div class="menu-popup">
          <div role="menu" tabIndex={-1} aria-label={label} onKeyDown={onKeyDown}>
            {items.map((item) => (
              <MenuLine key={item.key} item={item} />
            ))}
          </div>
          {hint !== undefined && <p class="menu-hint">{hint}</p>}
        </div>
      )}
    </div>
  );
}

function MenuLine({ item }: { item: MenuItem }) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both of its roles take it
    <button
      type="button"
      class={item.isFirstOfGroup ? "menu-item menu-item-first" : "menu-item"}
      role={item.kind === "radio" ? "menuitemradio" : "menuitemcheckbox"}
      aria-checked={item.isOn}
      tabIndex={-1}
      onClick={item.choose}
    >
      <span class="menu-check">{item.isOn && <Icon name="check" />}</span>
      {item.label}
    </button>
  );
}
