/** What a command was called on, as menus, panels and keys hand it over: anything, until it is checked. */
import { isRecord } from "../failure.ts";

/** The cluster's name. */
export function nameIn(argument: unknown): string | undefined {
  const name = isRecord(argument) ? argument["clusterName"] : undefined;
  return typeof name === "string" ? name : undefined;
}
