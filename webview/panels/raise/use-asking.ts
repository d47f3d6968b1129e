/** A question that is asked of every node that handles the event, and what they say until its deadline. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ClusterId } from "../../../server/protocol/clusters.ts";
import { askSurvey, type SurveyAnswer } from "../../../server/protocol/events.ts";
import { type Host, RequestFailed } from "../../host.ts";
import type { Draft } from "./raised.ts";

/** How long answers are taken. */
export const deadlineMs = 2_000;

export type Asked =
  | { readonly kind: "waiting"; readonly question: Draft; readonly untilMs: number }
  | {
      readonly kind: "answered";
      readonly question: Draft;
      readonly answers: readonly SurveyAnswer[];
      /** Answers that are not shown, because there are too many. */
      readonly leftOut: number;
    };

export interface Asking {
  /** Nothing until something was asked; the newest question afterwards. */
  readonly asked: Asked | undefined;
  /** Resolves when the answers are there. @throws RequestFailed */
  readonly ask: (question: Draft) => Promise<void>;
}

export function useAsking(host: Host, cluster: ClusterId): Asking {
  const [asked, setAsked] = useState<Asked>();
  const closing = useRef(new AbortController());
  useEffect(() => () => closing.current.abort(), []);

  const ask = async (question: Draft): Promise<void> => {
    setAsked({ kind: "waiting", question, untilMs: Date.now() + deadlineMs });
    try {
      const params = { cluster, ...question, timeoutMs: deadlineMs };
      const { answers, leftOut } = await host.request(askSurvey, params, closing.current.signal);
      setAsked({ kind: "answered", question, answers, leftOut });
    } catch (error) {
      setAsked(undefined);
      if (!(error instanceof RequestFailed && error.code === "ABORTED")) throw error;
    }
  };
  return { asked, ask };
}
