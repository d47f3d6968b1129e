/** The bounds of one listener: what may be asked for, and what is so by default. */
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";

export interface ListenLimits {
  /** Connections through this listener, those in their handshake included. Default 10,240. */
  readonly connections?: number;
  /** Handshakes under way at once; for one more an old one makes room. Default 64. */
  readonly handshakes?: number;
  /** Connections that one address may begin in a second, this machine's own excepted. Default 20. */
  readonly handshakesPerSecond?: number;
  /** How long a handshake may take. Default 5000. */
  readonly handshakeMs?: number;
}

const defaults: Required<ListenLimits> = {
  connections: limits.connections,
  handshakes: limits.handshakes,
  handshakesPerSecond: limits.handshakesPerSecond,
  handshakeMs: limits.handshakeMs,
};

export function limitsOf(given: ListenLimits = {}): Required<ListenLimits> {
  return { ...defaults, ...given };
}

/** @throws SwitchyardError `BAD_ARGUMENT` */
export function checkListenLimits(given: ListenLimits = {}): void {
  for (const [name, bound] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) throw new SwitchyardError("BAD_ARGUMENT", `no limit is called ${name}`);
    if (typeof bound !== "number" || !Number.isFinite(bound) || bound < 1) {
      throw new SwitchyardError("BAD_ARGUMENT", `the limit ${name} must be a number of 1 or more`);
    }
  }
}
