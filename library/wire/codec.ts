/**
 * Frames to bytes and back: the one file that knows msgpackr.
 *
 * msgpackr packs in place, into the buffer we hand it and behind the header we reserve, so an encoded frame is already
 * where it is sent from. It is given only what scan.ts has passed, because by default it builds what a sender asks for.
 */
import { Packr, RESERVE_START_SPACE, REUSE_BUFFER_MODE } from "msgpackr/pack";
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import { type ControlFrame, type Field, header, routing } from "./frames.ts";
import { isWellFormed } from "./scan.ts";
import { viewOf } from "./view.ts";

/** msgpackr keeps the buffer it packs into, and its place there, in the module; so there is one packer. */
const packer = new Packr({ useRecords: false, mapsAsObjects: false, int64AsType: "bigint", useToJSON: false });

/** Where msgpackr left off, in the mode in which it returns the whole buffer. */
type Packed = Buffer & { start: number; end: number };

/** Of the frame that begins there, header and padding included. */
export function frameLength(bytes: Uint8Array, start: number): number {
  return viewOf(bytes).getUint32(start + header.kindAndLength) & 0xff_ff_ff;
}

/** The first buffer is small, each later one twice as long up to this: a node that says little holds little. */
const arenaBytes = 64 * 1024;
const firstArenaBytes = 8 * 1024;
/** msgpackr moves to a buffer of its own when less than this is left, so we get a new one before. */
const arenaReserve = 2048 + 16;
/** It reserves three bytes a character before it writes a string; more than this is not kept ready for it. */
const arenaForesight = 16 * 1024;

/**
 * Buffers in which frames are packed one behind the other, so that a run of them goes out as one slice.
 *
 * A buffer is never used again: its slices may be in flight. What has been packed is never changed.
 */
export class Arena {
  #buffer: Buffer = Buffer.alloc(0);
  #used = 0;
  #nextBytes = firstArenaBytes;
  #reserve = arenaReserve;

  /** The frame packed last. */
  bytes: Uint8Array = this.#buffer;
  start = 0;
  end = 0;

  /** Packs a message: the routing header, then the body. */
  message(
    kind: number,
    body: readonly unknown[],
    shape: number,
    stream: number,
    sequence: number,
    time: WireTime,
  ): void {
    this.#pack(kind, body, routing.bytes);
    const view = viewOf(this.bytes);
    const { start } = this;
    view.setUint16(start + routing.shape, shape);
    view.setUint32(start + routing.stream, stream);
    view.setUint32(start + routing.sequence, sequence);
    view.setInt32(start + routing.time, time.high);
    view.setInt32(start + routing.time + 4, time.low);
  }

  /** Packs a frame between neighbours. */
  control({ kind, fields }: ControlFrame): void {
    this.#pack(kind, fields, header.bytes);
  }

  /** @throws SwitchyardError `TOO_LARGE` */
  #pack(kind: number, body: readonly unknown[], headerBytes: number): void {
    if (this.#buffer.length - this.#used < this.#reserve) this.#renew();
    packer.useBuffer(this.#buffer);
    place.position = this.#used;
    const packed = packer.pack(body, REUSE_BUFFER_MODE | RESERVE_START_SPACE | headerBytes) as Packed;
    const unpadded = packed.end - packed.start;
    const length = (unpadded + 7) & ~7;
    if (length > limits.frameBytes) throw new SwitchyardError("TOO_LARGE", `a message of ${length} bytes`);
    this.#reserve = arenaReserve + Math.min(3 * length, arenaForesight);
    if (packed === this.#buffer) {
      this.#place(packed, packed.start, length);
      this.#used = this.end;
    } else {
      this.#place(grown(packed, packed.start, length), 0, length);
    }
    const view = viewOf(this.bytes);
    view.setUint32(this.start + header.kindAndLength, ((kind << 24) | length) >>> 0);
    view.setUint32(this.start + header.padding, ((length - unpadded) << 24) >>> 0);
    for (let i = this.start + unpadded; i < this.end; i++) this.bytes[i] = 0;
  }

  #renew(): void {
    if (this.#reserve > this.#nextBytes) this.#nextBytes = arenaBytes; // longer messages than a small one is for
    this.#buffer = Buffer.allocUnsafeSlow(this.#nextBytes);
    this.#used = 0;
    this.#nextBytes = Math.min(2 * this.#nextBytes, arenaBytes);
  }

  #place(bytes: Uint8Array, start: number, length: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = start + length;
  }
}

/** msgpackr's place in the buffer, which its types do not mention. */
const place = packer as unknown as { position: number };

/** A pack that outgrew the arena came back in a buffer of msgpackr's own, which it would go on to use. */
function grown(packed: Packed, start: number, length: number): Uint8Array {
  const own = new Uint8Array(length);
  own.set(packed.subarray(start, packed.end));
  return own;
}

/** The upper and lower half of a MessagePack timestamp 64, as signed numbers: V8 keeps those of 32 bits without a box. */
export interface WireTime {
  high: number;
  low: number;
}

const range = { start: 0, end: 0 };

/** The body of a frame that scan.ts has passed. Numbers of 64 bits are bigints. */
export function unpackBody(bytes: Uint8Array, start: number, end: number): unknown[] {
  range.start = start;
  range.end = end;
  return packer.unpack(bytes, range) as unknown[];
}

/**
 * Reads a frame between neighbours from untrusted bytes; `undefined` for a body that breaks the rules.
 * `start` and `end` are those of the whole frame.
 */
export function readControl(bytes: Uint8Array, start: number, end: number): ControlFrame | undefined {
  const bodyEnd = end - (bytes[start + header.padding]! & 7);
  if (end - start > limits.frameBytes || bodyEnd < start + header.bytes) return undefined;
  if (!isWellFormed(bytes, start + header.bytes, bodyEnd)) return undefined;
  return { kind: bytes[start]!, fields: unpackBody(bytes, start + header.bytes, bodyEnd) as Field[] };
}
