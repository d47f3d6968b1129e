/** How a table that does not follow the newest row says so, and the way back. */
import { Icon } from "../../parts/icon.tsx";
import { groupDigits } from "../../parts/number-text.ts";
import type { Follow } from "./follow.ts";
import type { Order } from "./layout.ts";

interface FollowButtonProps {
  readonly follow: Follow;
  readonly newerRows: number;
  readonly order: Order;
  readonly onJump: () => void;
}

export function FollowButton({ follow, newerRows, order, onJump }: FollowButtonProps) {
  if (follow === "following" || newerRows === 0) return null;
  const isAtTop = order === "newestFirst";
  const classes = isAtTop ? "jump-button at-top" : "jump-button";
  if (follow === "held") {
    return (
      <p class={`${classes} hold-note`}>
        <Icon name="pinned" />
        <span>Held under the pointer · {groupDigits(newerRows)} newer</span>
      </p>
    );
  }
  return (
    <button
      type="button"
      class={classes}
      aria-keyshortcuts="End"
      title="Follow the newest row again (End)"
      onClick={onJump}
    >
      <Icon name={isAtTop ? "arrow-up" : "arrow-down"} />
      <span>Jump to newest · {groupDigits(newerRows)}</span>
    </button>
  );
}
