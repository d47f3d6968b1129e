/** Connecting and disconnecting. */
import type { Binding } from "../binding.ts";
import { flag, list, object, oneOf, optional, text } from "../checks.ts";
import { type ConnectParams, connect, disconnect, listClusters, type TlsSettings } from "../protocol/clusters.ts";
import type { Sessions } from "../sessions.ts";

/** More are not kept in sight by anybody. */
const mostPins = 100;

const tls = object<TlsSettings>({
  ca: optional(text),
  cert: optional(text),
  key: optional(text),
  serverName: optional(text),
  pins: optional(list(text, 1, mostPins)),
  minVersion: optional(oneOf("TLSv1.2", "TLSv1.3")),
});

const wanted = object<ConnectParams>({
  name: text,
  location: text,
  tls: optional(tls),
  token: optional(text),
  skipVerify: optional(flag),
});

export function bindClusters(binding: Binding, sessions: Sessions): void {
  binding.answer(connect, wanted, (params, signal) => sessions.connect(params, signal));

  binding.answer(disconnect, object({ cluster: text }), async ({ cluster }) => {
    await sessions.disconnect(cluster);
    return null;
  });

  binding.answer(listClusters, object({}), () => sessions.clusters().map(({ status }) => status));
}
