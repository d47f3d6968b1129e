/**
 * Every frame of the protocol: its kind and where its fixed fields are. docs/wire-protocol.md says the same in words.
 *
 * A frame is a header at fixed offsets, a body of one MessagePack array, and up to 7 bytes of padding that keep the next
 * frame on an 8-byte boundary of the buffer it was packed in. All numbers are big-endian.
 */

/** What both sides send first of all: tells a peer from a web server before anything is parsed. */
export const preface = Uint8Array.of(0x53, 0x57, 0x49, 0x54, 0x43, 0x48, 0x59, 0x0a); // "SWITCHY\n"

/** Versions of the protocol that this code speaks. */
export const protocolVersions = { min: 1, max: 1 } as const;

/** Kinds below `firstMessage` are between two neighbours; kinds from there on carry the routing header and travel on. */
export const FrameKind = {
  hello: 1,
  welcome: 2,
  reject: 3,
  ready: 4,
  ping: 5,
  pong: 6,
  bye: 7,
  interest: 8,
  barrier: 9,
  passed: 10,
  stream: 11,
  shape: 12,
  ask: 13,
  answer: 14,
  proof: 15,
  reply: 16,
  acknowledge: 17,
  resend: 18,
  dropped: 19,
  firstMessage: 32,
  event: 32,
  log: 33,
  question: 34,
  file: 35,
  lastMessage: 63,
} as const;

/** Header of every frame. */
export const header = {
  /** u32: kind in the upper 8 bits, length of the whole frame, padding included, in the lower 24. */
  kindAndLength: 0,
  /** u8: how many bytes of padding end the frame. */
  padding: 4,
  /** Where the body of a frame between neighbours begins. */
  bytes: 8,
} as const;

/** Header of a message: what a router reads and changes; it never looks at the body's meaning. */
export const routing = {
  ...header,
  /** u8: connections crossed so far. Changed in place at each hop. */
  hops: 5,
  /** u16: which of the stream's shapes the body has. */
  shape: 6,
  /** u32: the stream, by the number that the sending neighbour gave it. Changed in place at each hop. */
  stream: 8,
  /** u32: number of the message in its stream, modulo 2^32. */
  sequence: 12,
  /** u64: when it was raised, as MessagePack's 64-bit timestamp: 30 bits of nanoseconds, 34 bits of seconds. */
  time: 16,
  /** Where the body begins. */
  bytes: 24,
} as const;

export function isMessageKind(kind: number): boolean {
  return kind >= FrameKind.firstMessage && kind <= FrameKind.lastMessage;
}

/** A frame between neighbours, as codec.ts reads and writes it: the kind, and the body's fields in order. */
export type Field = null | boolean | number | string | Uint8Array | readonly Field[];

export interface ControlFrame {
  readonly kind: number;
  readonly fields: readonly Field[];
}
