/** The state of a cluster, as it changes; nothing until it is known. */
import { useEffect, useState } from "preact/hooks";
import { type ClusterId, type ClusterStatus, clusterChanged, listClusters } from "../../server/protocol/clusters.ts";
import type { Host } from "../host.ts";

export function useClusterStatus(host: Host, cluster: ClusterId): ClusterStatus | undefined {
  const [status, setStatus] = useState<ClusterStatus>();
  useEffect(() => {
    const aborting = new AbortController();
    host.request(listClusters, {}, aborting.signal).then(
      (clusters) => setStatus((known) => known ?? clusters.find((each) => each.cluster === cluster)),
      () => undefined, // A panel works without: what fails later says why.
    );
    const stop = host.on(clusterChanged, (changed) => {
      if (changed.cluster === cluster) setStatus(changed);
    });
    return () => {
      stop();
      aborting.abort();
    };
  }, [host, cluster]);
  return status;
}

/** What is being done about a connection that is not up, and why it is so. */
export function statusText({ state, attempt, retryInMs, problem }: ClusterStatus): string {
  const why = problem === undefined ? "" : ` ${problem}`;
  switch (state) {
    case "connecting":
      return `Connecting…${why}`;
    case "retrying": {
      const when = retryInMs === undefined ? "" : ` in ${Math.ceil(retryInMs / 1_000)} s`;
      return `Trying again${when}${attempt === undefined ? "" : ` (attempt ${attempt})`}.${why}`;
    }
    case "rejected":
      return `The peer does not accept us.${why}`;
    case "down":
      return `Nobody tries to connect.${why}`;
    case "up":
      return "";
  }
}
