/** The demo cluster, run by the server as processes of its own on this machine. */
import { request } from "./descriptors.ts";

/** Starts it, or finds the one that this server has started already. */
export const startDemo = request<
  Record<string, never>,
  { readonly location: string; readonly nodes: readonly { readonly name: string; readonly location?: string }[] }
>("switchyard/demo/start");

/** Ends its processes. Harmless when none runs. */
export const stopDemo = request<Record<string, never>, null>("switchyard/demo/stop");
