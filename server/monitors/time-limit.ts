/**
 * Runs a piece of work that may never end by itself, such as a regular expression that backtracks for ever.
 *
 * The work is run by way of `node:vm`, whose time limit stops even a single call of `RegExp.test`; nothing else in the
 * language does. It costs about 0.1 ms a call, so give it a batch of work. Knows nothing of what the work is.
 */
import { createContext, Script } from "node:vm";

const timeoutCode = "ERR_SCRIPT_EXECUTION_TIMEOUT";
const script = new Script("task()");
let room: { task?: () => void } | undefined;

/** Runs `task`. False when it was stopped after `limitMs`: what it had done until then stays done. */
export function endsWithin(limitMs: number, task: () => void): boolean {
  room ??= createContext({}) as { task?: () => void };
  room.task = task;
  try {
    script.runInContext(room, { timeout: limitMs });
    return true;
  } catch (error) {
    if (isTimeout(error)) return false;
    throw error;
  } finally {
    delete room.task;
  }
}

function isTimeout(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === timeoutCode;
}
