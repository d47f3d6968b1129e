/** What an authority says when it refuses: a code that is known here, and why, in text that is fit to be shown. */
import { type FailureCode, SwitchyardError } from "../core/errors.ts";
import { shownText } from "../core/foreign-text.ts";
import { limits } from "../core/limits.ts";
import { isCode } from "../core/store/columns.ts";
import type { Value } from "../core/values/index.ts";

export interface Refusal {
  readonly code: FailureCode;
  readonly what: string;
}

/** `undefined`: it is none. */
export function readRefusal(name: string, [code, what]: readonly Value[]): Refusal | undefined {
  if (name !== "refused" || !isCode(code) || typeof what !== "string") return undefined;
  return { code, what: shownText(what, limits.storeReasonCharacters) };
}

export function refusalError({ code, what }: Refusal): SwitchyardError {
  return new SwitchyardError(code, what);
}
