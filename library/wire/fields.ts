/** Checks on the fields of frames between neighbours, which are typed from here on. */
import { SwitchyardError } from "../core/errors.ts";
import type { Field } from "./frames.ts";

/** A whole number from 0 to below `limit` (default 2^53). */
export function isIndex(field: Field | undefined, limit = Number.MAX_SAFE_INTEGER): field is number {
  return typeof field === "number" && Number.isInteger(field) && field >= 0 && field < limit;
}

export function areTexts(field: Field | undefined): field is readonly string[] {
  return Array.isArray(field) && field.every((each) => typeof each === "string");
}

export function malformed(what: string): SwitchyardError {
  return new SwitchyardError("BAD_FRAME", `malformed ${what} frame`);
}
