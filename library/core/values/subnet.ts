/**
 * Subnets: an address and how many of its leading bits count.
 *
 * Invariant: the other bits of the address are zero, and `length` is within the address's own family.
 */
import { Address, addr, parseAddress } from "./address.ts";
import { badValue, outOfRange } from "./describe.ts";
import { inspect } from "./inspect.ts";
import type { Json } from "./types.ts";

export class Subnet {
  /** Its first address. */
  readonly address: Address;
  /** 0 to 32 for v4, 0 to 128 for v6. */
  readonly length: number;

  /** Clears the bits of `address` beyond `length`. @throws SwitchyardError `OUT_OF_RANGE` */
  constructor(address: Address, length: number) {
    const width = address.isV4 ? 32 : 128;
    if (!Number.isInteger(length) || length < 0 || length > width) throw outOfRange("subnet", length, `0 to ${width}`);
    this.address = new Address(mask(address.bits, width - length));
    this.length = length;
    Object.freeze(this);
  }

  get kind(): "subnet" {
    return "subnet";
  }

  /** `10.0.0.0/8` or `2001:db8::/32`, without brackets. */
  get text(): string {
    return `${this.address.text}/${this.length}`;
  }

  contains(address: Address): boolean {
    if (address.isV4 !== this.address.isV4) return false;
    return mask(address.bits, (address.isV4 ? 32 : 128) - this.length) === this.address.bits;
  }

  /** The text form of values, which has v6 in brackets. */
  toString(): string {
    return this.address.isV4 ? this.text : `[${this.address.text}]/${this.length}`;
  }

  toJSON(): Json {
    return { subnet: this.text };
  }

  [inspect](): string {
    return `subnet ${this.toString()}`;
  }
}

function mask(bits: number | bigint, hostBits: number): number | bigint {
  if (typeof bits === "bigint") return (bits >> BigInt(hostBits)) << BigInt(hostBits);
  return hostBits === 32 ? 0 : ((bits >>> hostBits) << hostBits) >>> 0;
}

/** The subnet that `text` is, v6 with or without brackets, or `undefined`. */
export function parseSubnet(text: string): Subnet | undefined {
  const [, bracketed, bare, digits] = /^(?:\[([^\]]*)\]|([^/[\]]*))\/(\d{1,3})$/.exec(text) ?? [];
  const written = bracketed ?? bare;
  if (written === undefined || (bracketed !== undefined && !bracketed.includes(":"))) return undefined;
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  // A mapped v4 address that was written as v6 counts its length as v6, too.
  const length = Number(digits) - (address.isV4 && written.includes(":") ? 96 : 0);
  return length < 0 || length > (address.isV4 ? 32 : 128) ? undefined : new Subnet(address, length);
}

/**
 * A subnet from its text, or from an address and a length. Bits of the address beyond the length are cleared.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE`
 */
export function subnet(from: Subnet | string): Subnet;
export function subnet(address: Address | string, length: number): Subnet;
export function subnet(from: Subnet | Address | string, length?: number): Subnet {
  if (from instanceof Subnet) return from;
  if (length !== undefined) return new Subnet(addr(from), length);
  const parsed = typeof from === "string" ? parseSubnet(from) : undefined;
  if (parsed === undefined) throw badValue("subnet", from, "text such as 10.0.0.0/8 or 2001:db8::/32");
  return parsed;
}
