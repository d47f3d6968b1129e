/**
 * The newest answer to a question that changes while a person types.
 *
 * Invariant: an answer given belongs to the question asked now, unless `isCurrent` says that a newer one is on its way.
 */
import { useEffect, useState } from "preact/hooks";
import type { RequestType } from "../../server/protocol/descriptors.ts";
import { type Host, RequestFailed } from "../host.ts";

export interface Answer<Result> {
  readonly result: Result | undefined;
  /** Why there is none. */
  readonly failure: string | undefined;
  readonly isCurrent: boolean;
}

interface Question<Params, Result> {
  readonly host: Host;
  readonly type: RequestType<Params, Result>;
  readonly params: Params;
  /** Asked once the question has rested that long. */
  readonly delayMs: number;
  /** Asked again when this changes. */
  readonly round?: number;
}

export function useAnswer<Params, Result>(question: Question<Params, Result>): Answer<Result> {
  const { host, type, params, delayMs, round = 0 } = question;
  const key = JSON.stringify(params);
  const [answer, setAnswer] = useState<{ key: string; result?: Result; failure?: string }>();
  // The key stands for the params, and the round for asking again.
  useEffect(() => {
    const aborting = new AbortController();
    const ask = async () => {
      try {
        const result = await host.request(type, params, aborting.signal);
        setAnswer({ key, result });
      } catch (error) {
        if (error instanceof RequestFailed && error.code === "ABORTED") return;
        setAnswer({ key, failure: error instanceof Error ? error.message : String(error) });
      }
    };
    const timer = setTimeout(() => void ask(), delayMs);
    return () => {
      clearTimeout(timer);
      aborting.abort();
    };
  }, [host, type, key, delayMs, round]);
  return { result: answer?.result, failure: answer?.failure, isCurrent: answer?.key === key };
}
