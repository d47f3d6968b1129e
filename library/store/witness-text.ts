/** A witness's record as the text that it travels and is kept as: checked, for it comes from others or from a disk. */
import type { WitnessRecord } from "../core/store/witness.ts";
import { fieldsOf, isWhole } from "./told-fields.ts";

/** Names and an epoch: anything longer is none. */
const longestText = 4_096;

export function witnessText(record: WitnessRecord | undefined): string {
  return record === undefined ? "" : JSON.stringify(record);
}

/** Nothing where it is no record; `found` is `undefined` for the one of the beginning. */
export function readWitnessText(text: unknown): { readonly found: WitnessRecord | undefined } | undefined {
  if (text === "") return { found: undefined };
  if (typeof text !== "string" || text.length > longestText) return undefined;
  const { epoch, authority, heir } = fieldsOf(text) ?? {};
  const isRight = isWhole(epoch) && typeof authority === "string";
  if (!isRight || (heir !== undefined && typeof heir !== "string")) return undefined;
  return { found: { epoch: epoch as number, authority, heir } };
}
