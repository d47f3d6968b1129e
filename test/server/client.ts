/** A client of the language server, and the server itself, in one process over two pipes. */
import { PassThrough } from "node:stream";
import { onTestFinished } from "vitest";
import {
  createConnection,
  createProtocolConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { DemoCluster } from "../../server/demo-cluster.ts";
import { clusterChanged } from "../../server/protocol/clusters.ts";
import type { Failure, NotificationType, RequestType } from "../../server/protocol/descriptors.ts";
import { monitorChanged } from "../../server/protocol/monitor.ts";
import { topologyChanged } from "../../server/protocol/topology.ts";
import { serve } from "../../server/server.ts";

export interface Client {
  request<Params, Result>(type: RequestType<Params, Result>, params: Params): Promise<Result>;
  /** Like `request`, of something that must fail. */
  failure(type: RequestType<never, unknown>, params: unknown): Promise<Failure>;
  /** The next notification that `isWanted`, those that came before included; each is returned once. */
  next<Params>(type: NotificationType<Params>, isWanted?: (params: Params) => boolean): Promise<Params>;
  /** Waits until what `read` gives is as wanted; asks again after each turn of the event loop. */
  until<T>(read: () => Promise<T>, isWanted: (value: T) => boolean): Promise<T>;
}

/** Everything is closed when the test ends. */
export async function startServer(demo = new DemoCluster()): Promise<Client> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const connection = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  serve(connection, demo);
  connection.listen();

  const client = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const heard: { readonly method: string; readonly params: unknown }[] = [];
  let wake = (): void => {};
  for (const { method } of [clusterChanged, topologyChanged, monitorChanged]) {
    client.onNotification(method, (params: unknown) => {
      heard.push({ method, params });
      wake();
    });
  }
  client.listen();
  await client.sendRequest("initialize", { processId: null, rootUri: null, capabilities: {} });
  onTestFinished(async () => {
    await client.sendRequest("shutdown");
    client.dispose();
    connection.dispose();
  });

  return {
    request: <Params, Result>({ method }: RequestType<Params, Result>, params: Params) =>
      client.sendRequest<Result>(method, params),

    failure: async ({ method }, params) => {
      const answer: unknown = await client.sendRequest(method, params).catch((error: unknown) => error);
      if (answer instanceof ResponseError) return answer.data as Failure;
      throw new Error(`${method} did not fail: ${JSON.stringify(answer)}`);
    },

    next: async <Params>({ method }: NotificationType<Params>, isWanted: (params: Params) => boolean = () => true) => {
      for (;;) {
        const place = heard.findIndex((one) => one.method === method && isWanted(one.params as Params));
        if (place >= 0) return heard.splice(place, 1)[0]?.params as Params;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },

    until: async (read, isWanted) => {
      for (;;) {
        const value = await read();
        if (isWanted(value)) return value;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
