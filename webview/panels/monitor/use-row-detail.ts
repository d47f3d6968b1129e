/** Asks for a row in full, a moment after it was selected, so that a held arrow key asks for the last one only. */
import { useEffect, useState } from "preact/hooks";
import { type MonitorId, type RowDetail, readRow } from "../../../server/protocol/monitor.ts";
import { type Host, RequestFailed } from "../../host.ts";

const pauseMs = 80;

export type DetailState =
  | { readonly kind: "loading" }
  | { readonly kind: "here"; readonly detail: RowDetail }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly message: string };

export function useRowDetail(host: Host, monitor: MonitorId, row: number): DetailState {
  const [state, setState] = useState<{ readonly row: number; readonly state: DetailState }>();
  useEffect(() => {
    const aborting = new AbortController();
    const read = async () => {
      try {
        const detail = await host.request(readRow, { monitor, row }, aborting.signal);
        setState({ row, state: detail === null ? { kind: "gone" } : { kind: "here", detail } });
      } catch (error) {
        if (error instanceof RequestFailed && error.code === "ABORTED") return;
        const message = error instanceof Error ? error.message : String(error);
        setState({ row, state: { kind: "failed", message } });
      }
    };
    const timer = setTimeout(() => void read(), pauseMs);
    return () => {
      clearTimeout(timer);
      aborting.abort();
    };
  }, [host, monitor, row]);
  return state?.row === row ? state.state : { kind: "loading" };
}
