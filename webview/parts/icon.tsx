/** Codicons, and buttons that show one: always with words for those who do not see it. */
export function Icon({ name, isSpinning = false }: { name: string; isSpinning?: boolean }) {
  return <span class={`codicon codicon-${name}${isSpinning ? " codicon-modifier-spin" : ""}`} aria-hidden="true" />;
}

interface IconButtonProps {
  readonly icon: string;
  /** What it does, in words; also the tooltip. */
  readonly label: string;
  readonly onClick: () => void;
  /** For a switch: whether it is on. */
  readonly isPressed?: boolean;
  readonly isDisabled?: boolean;
  /** The keys that do the same, in the words of `aria-keyshortcuts`. */
  readonly keys?: string;
}

export function IconButton({ icon, label, onClick, isPressed, isDisabled = false, keys }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      aria-pressed={isPressed}
      aria-keyshortcuts={keys}
      title={keys === undefined ? label : `${label} (${keys})`}
      disabled={isDisabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
