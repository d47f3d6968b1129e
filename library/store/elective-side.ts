/** What the handle of an authority or a standby stands on: the one or the other, whatever it is at the time. */
import type { AuthorityStart } from "../core/store/authority.ts";
import type { Version } from "../core/store/change.ts";
import type { Table } from "../core/store/table.ts";
import type { Desk } from "./desk.ts";
import type { Follower } from "./follower.ts";
import type { Host } from "./host.ts";
import { localReadPort, localWritePort, remotePorts } from "./ports.ts";
import type { Promoted } from "./promotions.ts";
import type { Side, Succession, Waiting } from "./side.ts";
import type { Traffic } from "./traffic.ts";
import type { WriteAnswer } from "./writer.ts";

export interface ElectiveParts {
  readonly traffic: Traffic;
  readonly topic: string;
  readonly isPersistent: boolean;
  readonly succession: () => Succession;
  /** While it is the authority. */
  readonly ruling: () => { readonly host: Host; readonly desk: Desk } | undefined;
  /** Since when, as authority, we are not sure to be it; `undefined`: we are. */
  readonly unsureSinceMs: () => number | undefined;
  /** While another one is. */
  readonly follower: () => Follower | undefined;
  /** Before either. */
  readonly start: () => AuthorityStart;
  /** What a write is answered while it follows nobody. */
  readonly refusal: () => WriteAnswer | undefined;
  /** Resolves when it is the authority or follows one, with false when it is closed. */
  readonly begun: () => Promise<boolean>;
  readonly promote: (force: boolean, timeoutMs: number) => Promise<Promoted>;
  readonly leave: () => void;
  readonly close: (graceMs: number) => Promise<void>;
}

export function electiveSide(parts: ElectiveParts): Side {
  const { traffic, topic, isPersistent, unsureSinceMs, follower, start, promote, leave, close } = parts;
  const replica = () => follower()?.replica;
  const copy = (): Table => replica()?.table ?? start().table;
  const initial = (): Version => start().version;
  const remote = remotePorts(traffic, topic, () => {});
  const local = parts.ruling;
  const nowMs = (): number => traffic.node.clock.nowMs();
  return {
    get role() {
      return local() === undefined ? "standby" : "authority";
    },
    get version() {
      return local()?.host.version ?? replica()?.version ?? initial();
    },
    get state() {
      return local() === undefined
        ? (follower()?.state ?? "syncing")
        : unsureSinceMs() === undefined
          ? "live"
          : "stale";
    },
    get lag() {
      return local() === undefined ? (replica()?.lag ?? 0) : 0;
    },
    get ageMs() {
      if (local() === undefined) return replica()?.ageMs(nowMs()) ?? 0;
      const sinceMs = unsureSinceMs();
      return sinceMs === undefined ? 0 : nowMs() - sinceMs;
    },
    isPersistent,
    get succession() {
      return parts.succession();
    },
    table: {
      get: (key) => {
        const own = local();
        if (own === undefined) return copy().get(key);
        const entry = own.host.authority.table.get(key); // most are never due, and the clock takes longer than all the rest
        return entry?.expiresAtMs === undefined ? entry : own.host.authority.get(key, nowMs());
      },
      size: () => local()?.host.authority.size(nowMs()) ?? copy().size,
      entries: () => local()?.host.authority.entries(nowMs()) ?? copy(),
    },
    writePort: {
      get window() {
        return local() === undefined ? remote.writePort.window : Number.MAX_SAFE_INTEGER;
      },
      isOpen: () => local() !== undefined || parts.refusal() !== undefined || remote.writePort.isOpen(),
      send: (request, onAnswer, onFailure) => {
        const own = local();
        const refusal = own === undefined ? parts.refusal() : undefined;
        if (refusal !== undefined) onAnswer(refusal);
        else if (own === undefined) remote.writePort.send(request, onAnswer, onFailure);
        else localWritePort(own.host, () => own.desk.durability).send(request, onAnswer, onFailure);
      },
      push: () => local()?.host.push(),
    },
    readPort: {
      isOpen: () => local() !== undefined || remote.readPort.isOpen(),
      ask: (name, args, timeoutMs) => {
        const own = local();
        return own === undefined
          ? remote.readPort.ask(name, args, timeoutMs)
          : localReadPort(own.desk, traffic.node.clock).ask(name, args, timeoutMs);
      },
    },
    reached: (version, by) => (local() === undefined ? shown(parts, version, by) : undefined),
    promote,
    leave,
    close,
  };
}

/** What we are may change meanwhile: who shows it in the end is another than who was asked first. */
function shown(parts: ElectiveParts, version: Version, by: string): Waiting | undefined {
  const first = parts.follower();
  let current = first?.reached(version, by);
  if (first !== undefined && current === undefined) return undefined;
  let isCancelled = false;
  const look = async (): Promise<boolean> => {
    for (;;) {
      if ((await current?.promise) === true) return true;
      if (isCancelled || !(await parts.begun())) return false;
      if (parts.ruling() !== undefined) return true;
      const own = parts.follower();
      current = own?.reached(version, by);
      if (own !== undefined && current === undefined) return true;
    }
  };
  const cancel = (): void => {
    isCancelled = true;
    current?.cancel();
  };
  return { promise: look(), cancel };
}
