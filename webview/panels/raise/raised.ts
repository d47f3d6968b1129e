/**
 * What was raised from a form: kept newest first, to be raised again.
 *
 * Invariant: at most twenty, and none twice. Pure.
 */
export interface Draft {
  readonly topic: string;
  readonly name: string;
  readonly args: string;
}

export interface Raised extends Draft {
  readonly timeMs: number;
  readonly peers: number;
}

const maxRaised = 20;

/** The same event raised again moves to the front. */
export function remember(history: readonly Raised[], raised: Raised): readonly Raised[] {
  return [raised, ...history.filter((before) => !isSameDraft(before, raised))].slice(0, maxRaised);
}

export function isSameDraft(one: Draft, other: Draft): boolean {
  return one.topic === other.topic && one.name === other.name && one.args === other.args;
}

/** What a form kept when it was last here. */
export interface KeptForm {
  readonly draft: Draft;
  readonly history: readonly Raised[];
}

/** The form as kept, if anything was: damaged parts are left out. */
export function readForm(kept: unknown): Partial<KeptForm> {
  if (!isRecord(kept)) return {};
  const { draft, history } = kept;
  return {
    ...(isDraft(draft) ? { draft } : {}),
    ...(Array.isArray(history) ? { history: history.filter(isRaised).slice(0, maxRaised) } : {}),
  };
}

function isRaised(given: unknown): given is Raised {
  return isDraft(given) && "timeMs" in given && typeof given.timeMs === "number" && "peers" in given;
}

function isDraft(given: unknown): given is Draft {
  return (
    isRecord(given) &&
    typeof given["topic"] === "string" &&
    typeof given["name"] === "string" &&
    typeof given["args"] === "string"
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
