/**
 * The language server: the editor protocol bound to its handlers, over LSP.
 *
 * Any editor may be the client: nothing is asked of it, and what it asks wrongly is answered with a failure.
 * Invariant: no failure of a handler ends the process; when the client goes, so does everything that was opened for it.
 */
import {
  type Connection,
  createConnection,
  type InitializeResult,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { systemClock, version } from "../library/index.ts";
import { Binding } from "./binding.ts";
import { DemoCluster } from "./demo-cluster.ts";
import { bindClusters } from "./handlers/clusters.ts";
import { bindDemo } from "./handlers/demo.ts";
import { bindEvents } from "./handlers/events.ts";
import { bindMonitor } from "./handlers/monitor.ts";
import { bindTopology } from "./handlers/topology.ts";
import { clusterChanged } from "./protocol/clusters.ts";
import { monitorChanged } from "./protocol/monitor.ts";
import { topologyChanged } from "./protocol/topology.ts";
import { Sessions } from "./sessions.ts";

/**
 * Serves the client at the other end of `--stdio` or `--node-ipc`, whichever this process was started with.
 * The process ends with the client, or when the client says so.
 */
export function runLanguageServer(): void {
  const connection = createConnection();
  const demo = new DemoCluster();
  serve(connection, demo);
  for (const end of ["SIGTERM", "SIGINT", "disconnect"]) process.once(end, () => process.exit()); // told to, or orphaned
  process.on("exit", () => demo.kill());
  process.on("unhandledRejection", (reason) => connection.console.error(String(reason)));
  connection.listen();
}

/** Binds every request of the editor protocol. What it opens is closed by the client's `shutdown`, or by `close`. */
export function serve(connection: Connection, demo: DemoCluster): { close(): Promise<void> } {
  const binding = new Binding(connection);
  const sessions = new Sessions(
    {
      clusterChanged: (status) => binding.tell(clusterChanged, status),
      topologyChanged: (cluster, version) => binding.tell(topologyChanged, { cluster, version }),
      monitorChanged: (monitor, version) => binding.tell(monitorChanged, { monitor, version }),
      log: (text) => binding.log(text),
    },
    systemClock,
  );
  bindClusters(binding, sessions);
  bindTopology(binding, sessions);
  bindMonitor(binding, sessions);
  bindEvents(binding, sessions);
  bindDemo(binding, demo);

  const close = async (): Promise<void> => {
    await Promise.all([sessions.close(), demo.stop()]);
  };
  connection.onInitialize(() => introduction);
  connection.onShutdown(close);
  return { close };
}

const introduction: InitializeResult = {
  capabilities: { textDocumentSync: TextDocumentSyncKind.None },
  serverInfo: { name: "switchyard", version },
};
