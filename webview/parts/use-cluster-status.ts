/** The state of a cluster, as it changes, and what to say of it. */
import { useEffect, useState } from "preact/hooks";
import { type ClusterId, type ClusterStatus, clusterChanged, listClusters } from "../../server/protocol/clusters.ts";
import type { Host } from "../host.ts";

export interface KnownStatus extends ClusterStatus {
  /** When the next attempt is due, by the clock of this page. */
  readonly retryAtMs?: number;
}

function heard(status: ClusterStatus | undefined): KnownStatus | undefined {
  if (status?.retryInMs === undefined) return status;
  return { ...status, retryAtMs: Date.now() + status.retryInMs };
}

/** Nothing until it is known. */
export function useClusterStatus(host: Host, cluster: ClusterId): KnownStatus | undefined {
  const [status, setStatus] = useState<KnownStatus>();
  useEffect(() => {
    const aborting = new AbortController();
    host.request(listClusters, {}, aborting.signal).then(
      (clusters) => setStatus((known) => known ?? heard(clusters.find((each) => each.cluster === cluster))),
      () => undefined, // A panel works without: what fails later says why.
    );
    const stop = host.on(clusterChanged, (changed) => {
      if (changed.cluster === cluster) setStatus(heard(changed));
    });
    return () => {
      stop();
      aborting.abort();
    };
  }, [host, cluster]);
  return status;
}

/** Why a connection is not up, and what is being done about it. */
export function statusText({ state, attempt, retryAtMs, problem }: KnownStatus, nowMs: number): string {
  const why = problem === undefined ? "" : `${/[.!?]$/.test(problem) ? problem : `${problem}.`} `;
  switch (state) {
    case "connecting":
      return `${why}Connecting…`;
    case "retrying": {
      const when = retryAtMs === undefined ? "" : ` in ${Math.max(0, Math.ceil((retryAtMs - nowMs) / 1_000))} s`;
      return `${why}Trying again${when}${attempt === undefined ? "" : ` (attempt ${attempt})`}.`;
    }
    case "rejected":
      return `${why}The peer said no, so nothing is tried again.`;
    case "down":
      return `${why}Nobody tries to connect.`;
    case "up":
      return "";
  }
}
