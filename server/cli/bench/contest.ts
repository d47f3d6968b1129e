/** What one contestant does in one workload: which roles its processes play, and how much of it. */
import type { PeerName } from "./peers/peer.ts";
import type { RoleName } from "./roles.ts";

export interface Contest {
  readonly shape:
    | "direct"
    | "relay"
    | "fan-out"
    | "one process"
    | "trips"
    | "trips in one process"
    | "alone"
    | "put"
    | "snapshot";
  readonly scheme: "tcp" | "ipc" | "ws" | "inproc";
  readonly roles: {
    readonly publisher: RoleName;
    readonly subscriber?: RoleName;
    readonly router?: RoleName;
    readonly server?: RoleName;
  };
  readonly events: number;
  readonly stringBytes?: number;
  readonly connections?: number;
  readonly headOnly?: boolean;
  readonly isSlow?: boolean;
  /** What each event adds to the sum, where that is not its running number. */
  readonly addend?: number;
  readonly peer?: PeerName;
  /** Where the peers' packages are. */
  readonly packages?: string;
}
