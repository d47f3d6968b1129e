/** What goes wrong, as the client is told: a stable code, and a sentence that a person may read. */
import { failures, SwitchyardError } from "../library/index.ts";
import type { Failure } from "./protocol/descriptors.ts";

export function toFailure(error: unknown): Failure {
  if (!(error instanceof SwitchyardError)) {
    return { code: "INTERNAL", message: error instanceof Error ? error.message : String(error) };
  }
  // What is wrong with an argument is said in full; that there is documentation helps nobody who types into a panel.
  const advice = `: ${failures.BAD_ARGUMENT}`;
  const isEnough = error.code === "BAD_ARGUMENT" && error.message.endsWith(advice);
  return { code: error.code, message: isEnough ? error.message.slice(0, -advice.length) : error.message };
}
