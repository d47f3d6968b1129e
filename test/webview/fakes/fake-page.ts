/**
 * What the editor puts into a webview before the panel's own script: `acquireVsCodeApi`, and a way to the worker.
 *
 * `window.fake` is for the tests: it steers the worker and remembers what passed by.
 */
import type { Control } from "./fake-server.worker.ts";

export interface FakePage {
  control(order: Control): void;
  /** Sends the panel a message that nobody should send. */
  inject(message: unknown): void;
  /** Requests that the panel made, oldest first: the last 500. */
  readonly requests: { readonly method: string; readonly params: unknown }[];
  /** Most reads that were on their way at one time. */
  mostReads: number;
  /** Durations of main-thread tasks over 50 ms. */
  readonly longTasksMs: number[];
  /** When the first row was drawn, after the page began to load; 0 until then. */
  firstRowMs: number;
  state: unknown;
}

declare global {
  interface Window {
    fake: FakePage;
    acquireVsCodeApi: () => unknown;
  }
}

const worker = new Worker("/worker.js");
const reads = new Set<number>();

window.fake = {
  control: (order) => worker.postMessage({ control: order }),
  inject: (message) => window.postMessage(message, "*"),
  requests: [],
  mostReads: 0,
  longTasksMs: [],
  firstRowMs: 0,
  state: JSON.parse(sessionStorage.getItem("state") ?? "null"),
};

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.fake.longTasksMs.push(duration);
}).observe({ type: "longtask", buffered: true });

const untilFirstRow = new MutationObserver(() => {
  if (document.querySelector("[data-row]") === null) return;
  window.fake.firstRowMs = performance.now();
  untilFirstRow.disconnect();
});
untilFirstRow.observe(document, { childList: true, subtree: true, attributes: true });

worker.addEventListener("message", ({ data }) => {
  reads.delete((data as { id: number }).id);
  window.postMessage(data, "*");
});

window.acquireVsCodeApi = () => ({
  postMessage: (message: { id: number; method: string; params: unknown }) => {
    const { fake } = window;
    if (message.method === "switchyard/monitor/read") reads.add(message.id);
    fake.mostReads = Math.max(fake.mostReads, reads.size);
    fake.requests.push(message);
    if (fake.requests.length > 500) fake.requests.shift();
    worker.postMessage(message);
  },
  getState: () => window.fake.state,
  setState: (state: unknown) => {
    window.fake.state = state;
    sessionStorage.setItem("state", JSON.stringify(state));
  },
});
