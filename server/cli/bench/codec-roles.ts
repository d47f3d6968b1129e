/**
 * One event to bytes and back, without any link: ours, and the bare array of msgpackr that it is held against.
 *
 * Both carry four numbers of envelope and the arguments. The bare array is not checked when it is read, has no types, and
 * holds the address as a number; ours is checked against its signature and comes back as values.
 */
import { Packr } from "msgpackr/pack";
import { type Address, SwitchyardError, type Value } from "../../../library/index.ts";
import { Arena, FrameKind, routing, Shape, signatureOfAll } from "../../../library/parts.ts";
import { nanoseconds } from "./cpu-time.ts";
import { addressPool, eventName, pick, stringPool, sumOf } from "./event.ts";
import { type Part, tell, told } from "./role.ts";

/** Encoded frames kept, to be decoded again and again. */
const kept = 4096;
const keptMask = kept - 1;

interface Codec<Encoded> {
  /** Bytes of the encoded event `i`. */
  encode(i: number): number;
  /** The event `i`, encoded once more, in bytes that stay. */
  keep(i: number): Encoded;
  /** The first argument; all of them are read. */
  decode(encoded: Encoded): number;
}

export async function measureOwn({ events }: Part): Promise<void> {
  await measure(events, ownCodec());
}

export async function measureArray({ events }: Part): Promise<void> {
  await measure(events, arrayCodec());
}

interface Frame {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

function ownCodec(): Codec<Frame> {
  const strings = stringPool(16);
  const valuesOf = (i: number): Value[] => [i, pick(strings, i), pick(addressPool, i), i * 0.37];
  const definition = { kind: FrameKind.event, name: eventName, writer: "", columns: [] };
  const shape = new Shape({ ...definition, signature: signatureOfAll(valuesOf(1)) });
  const arena = new Arena();
  const time = { high: 1, low: 2 };
  const encode = (i: number) => {
    arena.message(FrameKind.event, shape.bodyOf(valuesOf(i))!, 0, 1, i, time);
    return arena.end - arena.start;
  };
  return {
    encode,
    keep(i) {
      encode(i);
      return { bytes: arena.bytes, start: arena.start, end: arena.end };
    },
    decode({ bytes, start, end }) {
      const padding = bytes[start + routing.padding]!;
      if (!shape.fits(bytes, start + routing.bytes, end - padding)) return Number.NaN;
      return shape.valuesOf(bytes, start + routing.bytes)[0] as number;
    },
  };
}

function arrayCodec(): Codec<Uint8Array> {
  const strings = stringPool(16);
  const numbers = addressPool.map(numberOf);
  const packer = new Packr({ useRecords: false });
  const pack = (i: number) => packer.pack([1, 0, i, 1_700_000_000.5, i, pick(strings, i), pick(numbers, i), i * 0.37]);
  return {
    encode: (i) => pack(i).length,
    keep: pack,
    decode: (bytes) => (packer.unpack(bytes) as number[])[4]!,
  };
}

function numberOf({ text }: Address): number {
  return text.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

async function measure<Encoded>(events: number, codec: Codec<Encoded>): Promise<void> {
  tell({ kind: "ready", location: "" });
  await told("go");
  encodeAll(codec, events / 4);
  let bytes = 0;
  const encodeNs = nanoseconds(events, () => {
    bytes = encodeAll(codec, events);
  });
  const frames = Array.from({ length: kept }, (_, i) => codec.keep(i));
  decodeAll(codec, frames, events / 4);
  let sum = 0;
  const decodeNs = nanoseconds(events, () => {
    sum = decodeAll(codec, frames, events);
  });
  const rounds = Math.floor(events / kept);
  if (sum !== rounds * sumOf(kept) + sumOf(events % kept))
    throw new SwitchyardError("INTERNAL", `void: the sum is ${sum}`);
  const figures = { encodeNs, decodeNs, bothNs: encodeNs + decodeNs, bytesPerEvent: bytes / events };
  tell({ kind: "figures", figures });
  await told("stop");
}

function encodeAll<Encoded>(codec: Codec<Encoded>, events: number): number {
  let bytes = 0;
  for (let i = 0; i < events; i++) bytes += codec.encode(i);
  return bytes;
}

function decodeAll<Encoded>(codec: Codec<Encoded>, frames: readonly Encoded[], events: number): number {
  let sum = 0;
  for (let i = 0; i < events; i++) sum += codec.decode(frames[i & keptMask]!);
  return sum;
}
