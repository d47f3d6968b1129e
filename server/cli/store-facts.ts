/** A store of a node, in a line for people. */
import type { StoreReport } from "../../library/index.ts";
import { inGroups, printable } from "./style.ts";

/** `authority, live, 1 024 entries, version 1.2048, on disk` */
export function storeFacts({ role, state, version, entries, isPersistent }: StoreReport): string {
  const held = entries === undefined ? [] : [`${inGroups(entries)} ${entries === 1 ? "entry" : "entries"}`];
  const facts = [role, state, ...held, `version ${version.epoch}.${version.revision}`];
  return printable([...facts, ...(isPersistent ? ["on disk"] : [])].join(", "));
}
