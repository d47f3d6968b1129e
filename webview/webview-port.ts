/**
 * The message port of a webview in VS Code.
 *
 * Knows of `acquireVsCodeApi`, which the editor allows once for each page, and of nothing else.
 */
import type { Port } from "./message-host.ts";

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

export function webviewPort(): Port {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    listen: (handler) => window.addEventListener("message", ({ data }) => handler(data)),
    state: { get: () => api.getState(), set: (value) => api.setState(value) },
  };
}
