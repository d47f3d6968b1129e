/**
 * Ports: a number and the protocol it belongs to.
 *
 * Invariant: the number is within 0 to 65535 and the protocol is one that Zeek knows.
 */
import { badValue, outOfRange } from "./describe.ts";
import { inspect } from "./inspect.ts";
import type { Json } from "./types.ts";

/** In the order of Zeek's own numbers for them, 0 to 3. */
export const protocols = ["unknown", "tcp", "udp", "icmp"] as const;
export type Protocol = (typeof protocols)[number];

const portMax = 65_535;

export class Port {
  readonly number: number;
  readonly protocol: Protocol;

  /** @throws SwitchyardError `OUT_OF_RANGE`, `BAD_VALUE` */
  constructor(number: number, protocol: Protocol) {
    if (!Number.isInteger(number) || number < 0 || number > portMax)
      throw outOfRange("port", number, `0 to ${portMax}`);
    if (!protocols.includes(protocol)) throw badValue("port", protocol, protocols.join(", "));
    this.number = number + 0;
    this.protocol = protocol;
    Object.freeze(this);
  }

  get kind(): "port" {
    return "port";
  }

  toString(): string {
    return `${this.number}/${this.protocol}`;
  }

  toJSON(): Json {
    return { port: this.toString() };
  }

  [inspect](): string {
    return `port ${this.toString()}`;
  }
}

/** The port that `text` is, or `undefined`. */
export function parsePort(text: string): Port | undefined {
  const [, digits, protocol] = /^(\d{1,5})\/(tcp|udp|icmp|unknown)$/.exec(text) ?? [];
  return digits === undefined || Number(digits) > portMax ? undefined : new Port(Number(digits), protocol as Protocol);
}

/**
 * A port from its text, or from a number and a protocol.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE`
 */
export function port(from: Port | string): Port;
export function port(number: number, protocol: Protocol): Port;
export function port(from: Port | string | number, protocol?: Protocol): Port {
  if (from instanceof Port) return from;
  if (typeof from === "number" && protocol !== undefined) return new Port(from, protocol);
  const parsed = typeof from === "string" ? parsePort(from) : undefined;
  if (parsed === undefined) throw badValue("port", from, "text such as 80/tcp, or a number and a protocol");
  return parsed;
}
