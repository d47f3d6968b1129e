/**
 * Whether a table follows the newest row.
 *
 * `following`: the newest row is in sight; `held`: it would be, but a pointer is over the rows, and nothing may move
 * under it; `free`: the person looks elsewhere, or at one row, and goes back when they say so. Pure.
 */
export type Follow = "following" | "held" | "free";

export type FollowEvent =
  | { readonly kind: "scrolled"; readonly isTowardsNewest: boolean; readonly isAtNewest: boolean }
  | { readonly kind: "pointed"; readonly isOver: boolean }
  | { readonly kind: "selected" }
  | { readonly kind: "jumped" };

export function nextFollow(follow: Follow, event: FollowEvent): Follow {
  switch (event.kind) {
    case "jumped":
      return "following";
    case "selected":
      return "free";
    case "scrolled":
      if (!event.isTowardsNewest) return "free";
      return event.isAtNewest && follow === "free" ? "following" : follow;
    case "pointed":
      if (follow === "free") return "free";
      return event.isOver ? "held" : "following";
  }
}
