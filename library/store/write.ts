/**
 * A write that waits for its outcome.
 *
 * Invariant: one object and one promise, and no closure of its own, for there may be a hundred thousand at once. Knows
 * nothing of how it gets to the authority.
 */
import type { Durability, Operation } from "../core/store/change.ts";

export interface Write<Result> {
  operation: Operation;
  /** `undefined`: what the authority takes for enough. */
  durability: Durability | undefined;
  deadlineMs: number;
  readonly promise: Promise<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  isSent: boolean;
  /** More than once: an earlier copy of it may still be on its way. */
  isSentAgain: boolean;
  isSettled: boolean;
}

/** Until it is known what is to be written. */
const nothing: Operation = { kind: "clear" };

export function newWrite<Result>(): Write<Result> {
  const promise = new Promise<Result>(keep);
  const { resolve, reject } = settlers as Pick<Write<Result>, "resolve" | "reject">;
  return {
    operation: nothing,
    durability: undefined,
    deadlineMs: 0,
    promise,
    resolve,
    reject,
    isSent: false,
    isSentAgain: false,
    isSettled: false,
  };
}

/** Whoever does not wait for it is not ended by it; most never fail, and cost nothing for that. */
export function rejectWrite<Result>(write: Write<Result>, error: unknown): void {
  write.promise.catch(() => {});
  write.reject(error);
}

type Settle = (what: never) => void;

/** Of the promise that was made last. */
const settlers: { resolve: Settle; reject: Settle } = { resolve: () => {}, reject: () => {} };

function keep(resolve: Settle, reject: Settle): void {
  settlers.resolve = resolve;
  settlers.reject = reject;
}
