/**
 * The extension's features in the fake editor, with a server that a test directs.
 *
 * Invariant: `close` ends all that was opened, as the editor does when it deactivates us.
 */
import type { Disposable, LogOutputChannel, Memento, Uri as RealUri, SecretStorage } from "vscode";
import { accessOf } from "../../extension/access.ts";
import type { Activation } from "../../extension/activation.ts";
import { Clusters } from "../../extension/clusters.ts";
import * as connectFeature from "../../extension/features/connect.ts";
import * as log from "../../extension/features/log.ts";
import * as monitor from "../../extension/features/monitor.ts";
import * as raise from "../../extension/features/raise.ts";
import * as status from "../../extension/features/status.ts";
import * as token from "../../extension/features/token.ts";
import * as tree from "../../extension/features/tree.ts";
import { Panels } from "../../extension/panels.ts";
import { Tokens } from "../../extension/tokens.ts";
import { Topologies } from "../../extension/topologies.ts";
import { type ClusterStatus, connect, disconnect } from "../../server/protocol/clusters.ts";
import { getTopology, type Topology, watchTopology } from "../../server/protocol/topology.ts";
import { editor, type FakeTreeView } from "./editor.ts";
import { FakeServer } from "./server.ts";
import { topology } from "./topology.ts";
import { fakeLog, Uri } from "./vscode.ts";

export class FakeWorkbench {
  readonly server = new FakeServer();
  readonly activation: Activation;
  readonly subscriptions: Disposable[] = [];
  /** What the server knows of each cluster, by id. */
  readonly pictures = new Map<string, Topology>();
  #lastId = 0;

  constructor() {
    const { server, subscriptions } = this;
    this.#answerAsServer();
    const extensionUri = Uri.file("/extension") as unknown as RealUri;
    const tokens = new Tokens(editor.secrets as unknown as SecretStorage);
    const clusters = new Clusters(server, (profile) => accessOf(profile, tokens));
    const topologies = new Topologies(server, clusters);
    const panels = new Panels({ server, clusters, extensionUri });
    subscriptions.push(clusters, topologies, panels);
    this.activation = {
      subscriptions,
      extensionUri,
      workspaceState: memory(),
      globalState: memory(),
      log: fakeLog() as unknown as LogOutputChannel,
      server,
      clusters,
      tokens,
      topologies,
      panels,
    };
  }

  activate(): this {
    for (const feature of [log, tree, status, monitor, raise, token, connectFeature]) feature.activate(this.activation);
    return this;
  }

  get tree(): FakeTreeView {
    const view = editor.trees.get("switchyard.clusters");
    if (view === undefined) throw new Error("there is no tree");
    return view;
  }

  get statusText(): string | undefined {
    const [item] = editor.statusItems;
    return item?.isShown === true ? item.text : undefined;
  }

  close(): void {
    for (const subscription of this.subscriptions.toReversed()) subscription.dispose();
  }

  #answerAsServer(): void {
    this.server.answer(connect, ({ name, location }): ClusterStatus => {
      const cluster = `c${++this.#lastId}`;
      if (!this.pictures.has(cluster)) this.pictures.set(cluster, topology([], { cluster }));
      return { cluster, name, location, state: "up" };
    });
    this.server.answer(disconnect, () => null);
    this.server.answer(watchTopology, () => null);
    this.server.answer(getTopology, ({ cluster }) => this.pictures.get(cluster) ?? topology([], { cluster }));
  }
}

function memory(): Memento {
  const kept = new Map<string, unknown>();
  return {
    keys: () => [...kept.keys()],
    get: <T>(key: string, instead?: T) => (kept.get(key) as T | undefined) ?? instead,
    update: async (key: string, value: unknown) => {
      kept.set(key, value);
    },
  } as Memento;
}
