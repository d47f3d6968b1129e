/**
 * One process of a benchmark: it is told its role and its part, says when it is ready, and reports what it measured.
 *
 * Parent and child talk over Node's own channel; times are those of the machine's monotonic clock, which processes share.
 */

import type { PeerName } from "./peers/peer.ts";

/** What a role is told when it starts. */
export interface Part {
  readonly role: string;
  /** Where to connect; absent for those who listen. */
  readonly location?: string;
  /** Where to listen. */
  readonly listen?: string;
  readonly events: number;
  readonly stringBytes: number;
  /** Connections that a subscriber opens. */
  readonly connections: number;
  /** The subscriber reads topic and name only. */
  readonly headOnly: boolean;
  /** The subscriber takes its time: it does nothing else for a microsecond an event. */
  readonly isSlow: boolean;
  /** Whose client or server this is. */
  readonly peer?: PeerName;
  /** Where the peers' packages are. */
  readonly packages?: string;
}

export interface Usage {
  /** CPU seconds between `go` and the end of the work. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  /** By how much the peak grew after the first tenth of the work; where that was looked at. */
  readonly growthMiB?: number;
}

export type FromRole =
  | { readonly kind: "ready"; readonly location: string }
  | {
      readonly kind: "done";
      readonly startNs: string;
      readonly endNs: string;
      readonly count: number;
      readonly sum: number;
      readonly usage: Usage;
      readonly bytes: number;
      /** Of a store. */
      readonly digest?: string;
      /** How long the event loop was kept from its work at most; where that was looked at. */
      readonly stallMs?: number;
    }
  | { readonly kind: "figures"; readonly figures: Readonly<Record<string, number>> }
  | { readonly kind: "trips"; readonly microseconds: readonly number[]; readonly usage: Usage };

export type ToRole = { readonly kind: "go" } | { readonly kind: "stop" };

export function tell(message: FromRole): void {
  process.send?.(message);
}

/** Resolves when the parent says `kind`. */
export function told(kind: ToRole["kind"]): Promise<void> {
  return new Promise((resolve) => {
    const look = (message: unknown) => {
      if ((message as ToRole).kind !== kind) return;
      process.off("message", look);
      resolve();
    };
    process.on("message", look);
  });
}

export function usageMeter(): () => Usage {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { cpuSeconds: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024 };
  };
}

export function now(): bigint {
  return process.hrtime.bigint();
}
