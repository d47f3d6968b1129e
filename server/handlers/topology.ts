/** What the nodes of a cluster tell of themselves. */
import type { Binding } from "../binding.ts";
import { flag, object, text } from "../checks.ts";
import { getTopology, watchTopology } from "../protocol/topology.ts";
import type { Sessions } from "../sessions.ts";

export function bindTopology(binding: Binding, sessions: Sessions): void {
  binding.answer(getTopology, object({ cluster: text }), ({ cluster }) => sessions.cluster(cluster).topology.picture());

  binding.answer(watchTopology, object({ cluster: text, watch: flag }), ({ cluster, watch }) => {
    sessions.cluster(cluster).topology.watch(watch);
    return null;
  });
}
