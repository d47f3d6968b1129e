/**
 * Addresses of IPv4 and IPv6.
 *
 * Invariant: one address has one form. A v4-mapped v6 address is the v4 address, as in Zeek.
 * Knows nothing of host names, zones or subnets.
 */
import { badValue } from "./describe.ts";
import { inspect } from "./inspect.ts";
import type { Json } from "./types.ts";

const mappedPrefix = 0xffffn;

export class Address {
  /** All bits as one unsigned number: a `number` of 32 bits for v4, a `bigint` of 128 bits for v6. */
  readonly bits: number | bigint;
  #text: string | undefined;

  /** Trusts its caller: a u32 for v4, 0 to 2^128 - 1 for v6. Mapped addresses become v4. */
  constructor(bits: number | bigint) {
    this.bits = typeof bits === "bigint" && bits >> 32n === mappedPrefix ? Number(bits & 0xffffffffn) : bits;
    // Not frozen, unlike the others: addresses are in most messages, and freezing one takes longer than making it.
  }

  get kind(): "addr" {
    return "addr";
  }

  get isV4(): boolean {
    return typeof this.bits === "number";
  }

  /** 4 or 16 bytes in network order; the caller may keep and change them. */
  get bytes(): Uint8Array {
    const { bits } = this;
    const bytes = new Uint8Array(typeof bits === "number" ? 4 : 16);
    const view = new DataView(bytes.buffer);
    if (typeof bits === "number") view.setUint32(0, bits);
    else writeV6(view, bits);
    return bytes;
  }

  /** `10.0.0.1` or `2001:db8::1`, the latter as RFC 5952 has it, without brackets. */
  get text(): string {
    this.#text ??= typeof this.bits === "number" ? formatV4(this.bits) : formatV6(this.bits);
    return this.#text;
  }

  /** The text form of values, which has v6 in brackets. */
  toString(): string {
    return this.isV4 ? this.text : `[${this.text}]`;
  }

  toJSON(): Json {
    return { addr: this.text };
  }

  [inspect](): string {
    return `addr ${this.toString()}`;
  }
}

function formatV4(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

function formatV6(bits: bigint): string {
  const groups = groupsOf(bits);
  const { start, end } = longestZeroRun(groups);
  if (end - start < 2) return joinHex(groups, 0, 8);
  return `${joinHex(groups, 0, start)}::${joinHex(groups, end, 8)}`;
}

/** Kept, as a buffer for each address would cost more than all the rest of its text. */
const scratch = new DataView(new ArrayBuffer(16));

/** The eight 16-bit groups of 128 bits. */
function groupsOf(bits: bigint): number[] {
  writeV6(scratch, bits);
  const groups: number[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(scratch.getUint16(at));
  return groups;
}

function writeV6(view: DataView, bits: bigint): void {
  view.setBigUint64(0, bits >> 64n);
  view.setBigUint64(8, bits); // the lower 64 of them
}

/** The first of the longest runs of zeros. */
function longestZeroRun(groups: readonly number[]): { start: number; end: number } {
  let best = { start: 0, end: 0 };
  let start = 0;
  for (let end = 1; end <= groups.length; end++) {
    if (groups[end - 1] !== 0) start = end;
    else if (end - start > best.end - best.start) best = { start, end };
  }
  return best;
}

function joinHex(groups: readonly number[], start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += (i > start ? ":" : "") + groups[i]!.toString(16);
  return text;
}

/** The address that `text` is, without brackets, or `undefined`. */
export function parseAddress(text: string): Address | undefined {
  const bits = text.includes(":") ? parseV6(text) : parseV4(text);
  return bits === undefined ? undefined : new Address(bits);
}

function parseV4(text: string): number | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  let bits = 0;
  for (const octet of octets) {
    // No leading zeros: some readers take them for octal.
    if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    bits = bits * 256 + Number(octet);
  }
  return bits;
}

function parseV6(text: string): bigint | undefined {
  if (text.length > 45) return undefined;
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const front = parseGroups(head, tail === undefined);
  const back = tail === undefined ? [] : parseGroups(tail, true);
  if (front === undefined || back === undefined) return undefined;
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...front, ...Array<number>(missing).fill(0), ...back].reduce(
    (bits, group) => (bits << 16n) | BigInt(group),
    0n,
  );
}

/** Groups of one side of `::`; the last of all may be written as a v4 address. */
function parseGroups(side: string, isLast: boolean): number[] | undefined {
  if (side === "") return [];
  const groups: number[] = [];
  const parts = side.split(":");
  for (const [index, part] of parts.entries()) {
    const v4 = isLast && index === parts.length - 1 ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >>> 16, v4 & 0xffff);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/**
 * An address from its text (v6 with or without brackets), or from 4 or 16 bytes in network order.
 * @throws SwitchyardError `BAD_VALUE`
 */
export function addr(from: Address | string | Uint8Array): Address {
  if (from instanceof Address) return from;
  const address = from instanceof Uint8Array ? fromBytes(from) : fromText(from);
  if (address === undefined) throw badValue("addr", from, "text such as 10.0.0.1 or 2001:db8::1, or 4 or 16 bytes");
  return address;
}

function fromBytes(bytes: Uint8Array): Address | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return new Address(view.getUint32(0));
  if (bytes.length === 16) return new Address((view.getBigUint64(0) << 64n) | view.getBigUint64(8));
  return undefined;
}

function fromText(text: unknown): Address | undefined {
  if (typeof text !== "string") return undefined;
  return text.startsWith("[") && text.endsWith("]") && text.includes(":")
    ? parseAddress(text.slice(1, -1))
    : parseAddress(text);
}
