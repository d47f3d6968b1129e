/**
 * Extension and server in a thread of their own, for panels in a page: answers the requests of the contract.
 *
 * A test steers it with messages of kind `control`. It tells of changes as the contract says: at most every 100 ms,
 * and only after the last was answered by a read.
 */
import { type ClusterStatus, clusterChanged, listClusters } from "../../../server/protocol/clusters.ts";
import { askSurvey, checkArguments, findReceivers, raiseEvent } from "../../../server/protocol/events.ts";
import {
  clearMonitor,
  type LossCause,
  monitorChanged,
  readMonitor,
  readRow,
} from "../../../server/protocol/monitor.ts";
import { copyText, raiseAgain } from "../../../webview/host.ts";
import { FakeRing, type ReadParams } from "./fake-ring.ts";

/** What a test may ask for. */
export type Control =
  | { readonly kind: "start"; readonly maxRows: number; readonly startMs: number }
  | { readonly kind: "push"; readonly count: number }
  | { readonly kind: "rate"; readonly perSecond: number }
  | { readonly kind: "disconnect"; readonly ms: number }
  | { readonly kind: "lose" }
  | { readonly kind: "drop"; readonly count: number; readonly cause?: LossCause }
  | { readonly kind: "status"; readonly status: Partial<ClusterStatus> }
  | { readonly kind: "receivers"; readonly receivers: readonly string[]; readonly known: boolean }
  | { readonly kind: "fail"; readonly method: string; readonly code: string; readonly message: string }
  /** Answers nothing of this method any more, or again. */
  | { readonly kind: "mute"; readonly method: string; readonly isMuted: boolean };

const tickMs = 10;
const notifyMs = 100;

let ring = new FakeRing(100_000, 0);
let status: ClusterStatus = { cluster: "cluster-1", name: "demo", location: "tcp://127.0.0.1:9999", state: "up" };
let reachable = { receivers: ["logger", "manager"] as readonly string[], known: true };
let perSecond = 0;
let owed = 0;
let isTold = false;
let toldMs = 0;
let toldVersion = -1;
const failures = new Map<string, { readonly code: string; readonly message: string }>();
const muted = new Set<string>();

class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const answers: Readonly<Record<string, (params: Record<string, unknown>) => unknown>> = {
  [readMonitor.method]: (params) => {
    isTold = false;
    try {
      return ring.read(params as unknown as ReadParams);
    } catch (error) {
      throw new Refusal("BAD_ARGUMENT", error instanceof Error ? error.message : String(error));
    }
  },
  [readRow.method]: ({ row }) => ring.detail(Number(row)),
  [clearMonitor.method]: () => {
    ring.clear();
    return null;
  },
  [listClusters.method]: () => [status],
  [checkArguments.method]: ({ text }) => checked(String(text)),
  [findReceivers.method]: () => reachable,
  [raiseEvent.method]: ({ topic }) => {
    if (String(topic).includes("*")) throw new Refusal("BAD_TOPIC", "not a topic; use 1 to 1024 bytes without '*'");
    return { peers: reachable.receivers.length === 0 ? 0 : 1 };
  },
  [askSurvey.method]: ({ name }) => ({
    answers: reachable.receivers.map((node, place) => ({
      ...{ node, nodeId: `id-${node}`, hops: 1, afterMs: 3.2 + place * 1_200 },
      ...{ name: place === 0 ? name : "busy", text: `${place}, "fine"` },
    })),
    leftOut: 0,
  }),
  [raiseAgain.method]: () => null,
  [copyText.method]: () => null,
};

/** A toy: a `!` is the mistake, digits are counts, all else is a string. */
function checked(text: string): unknown {
  const position = text.indexOf("!");
  if (position >= 0) return { problem: { message: "“!” begins no value", position } };
  const parts = text.split(",").filter((part) => part.trim() !== "");
  return { types: parts.map((part) => (/^\s*\d+\s*$/.test(part) ? "count" : "string")) };
}

function control(order: Control): void {
  switch (order.kind) {
    case "start":
      ring = new FakeRing(order.maxRows, order.startMs);
      break;
    case "push":
      ring.push(order.count);
      break;
    case "rate":
      perSecond = order.perSecond;
      break;
    case "disconnect":
      ring.disconnect(order.ms);
      break;
    case "lose":
      ring.lose();
      break;
    case "drop":
      ring.lostMessages(order.count, order.cause);
      break;
    case "status":
      status = { ...status, ...order.status };
      postMessage({ method: clusterChanged.method, params: status });
      break;
    case "receivers":
      reachable = order;
      break;
    case "fail":
      failures.set(order.method, order);
      break;
    case "mute":
      if (order.isMuted) muted.add(order.method);
      else muted.delete(order.method);
      break;
  }
}

function answer(id: number, method: string, params: Record<string, unknown>): void {
  if (muted.has(method)) return;
  const failure = failures.get(method);
  failures.delete(method);
  const handle = answers[method];
  try {
    if (failure !== undefined) throw new Refusal(failure.code, failure.message);
    if (handle === undefined) throw new Refusal("BAD_ARGUMENT", `no such method: ${method}`);
    postMessage({ id, result: handle(params) });
  } catch (error) {
    const code = error instanceof Refusal ? error.code : "INTERNAL";
    postMessage({ id, failure: { code, message: error instanceof Error ? error.message : String(error) } });
  }
}

function tick(): void {
  owed += (perSecond * tickMs) / 1_000;
  const count = Math.floor(owed);
  owed -= count;
  if (count > 0) ring.push(count);
  const nowMs = performance.now();
  if (isTold || ring.version === toldVersion || nowMs < toldMs + notifyMs) return;
  isTold = true;
  toldMs = nowMs;
  toldVersion = ring.version;
  postMessage({ method: monitorChanged.method, params: { monitor: "monitor-1", version: ring.version } });
}

addEventListener("message", ({ data }: MessageEvent) => {
  const message = data as { id: number; method: string; params: Record<string, unknown>; control?: Control };
  if (message.control === undefined) answer(message.id, message.method, message.params);
  else control(message.control);
});
setInterval(tick, tickMs);
