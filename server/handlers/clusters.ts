/** Connecting and disconnecting. */
import type { Binding } from "../binding.ts";
import { object, text } from "../checks.ts";
import { connect, disconnect, listClusters } from "../protocol/clusters.ts";
import type { Sessions } from "../sessions.ts";

export function bindClusters(binding: Binding, sessions: Sessions): void {
  binding.answer(connect, object({ name: text, location: text }), ({ name, location }, signal) =>
    sessions.connect(name, location, signal),
  );

  binding.answer(disconnect, object({ cluster: text }), async ({ cluster }) => {
    await sessions.disconnect(cluster);
    return null;
  });

  binding.answer(listClusters, object({}), () => sessions.clusters().map(({ status }) => status));
}
