/**
 * Walks untrusted MessagePack before anything is built from it: nothing that passes here can make the decoder build
 * what the sender wants, allocate what it only declares, or read beyond its frame.
 *
 * Accepts nil, booleans, numbers, strings of UTF-8, binary and arrays. Maps and extensions are never part of the protocol.
 * The walk is iterative: its depth is a counter, not the stack.
 */
import { limits } from "../core/limits.ts";
import { isUtf8 } from "./utf8.ts";

type MarkerKind = "bad" | "nil" | "bool" | "unsigned" | "signed" | "float" | "string" | "binary" | "array";

/** What a MessagePack marker begins. */
export const Marker: Readonly<Record<MarkerKind, number>> = {
  bad: 0,
  nil: 1,
  bool: 2,
  /** Integers that are not negative: fixint, uint 8 to 64. */
  unsigned: 3,
  /** Integers that may be negative: negative fixint, int 8 to 64. */
  signed: 4,
  float: 5,
  string: 6,
  binary: 7,
  array: 8,
};

/** Kind by marker byte, as a table: one load instead of a chain of comparisons. */
const kindOf = new Uint8Array(256);
/** Bytes of number or length that follow the marker. */
const extraOf = new Uint8Array(256);

function describeMarkers(from: number, to: number, kind: number, extra = 0): void {
  kindOf.fill(kind, from, to + 1);
  extraOf.fill(extra, from, to + 1);
}
describeMarkers(0x00, 0x7f, Marker.unsigned);
describeMarkers(0x90, 0x9f, Marker.array);
describeMarkers(0xa0, 0xbf, Marker.string);
describeMarkers(0xc0, 0xc0, Marker.nil);
describeMarkers(0xc2, 0xc3, Marker.bool);
for (const [i, extra] of [1, 2, 4].entries()) {
  describeMarkers(0xc4 + i, 0xc4 + i, Marker.binary, extra);
  describeMarkers(0xd9 + i, 0xd9 + i, Marker.string, extra);
}
for (const [i, extra] of [1, 2, 4, 8].entries()) {
  describeMarkers(0xcc + i, 0xcc + i, Marker.unsigned, extra);
  describeMarkers(0xd0 + i, 0xd0 + i, Marker.signed, extra);
}
describeMarkers(0xcb, 0xcb, Marker.float, 8);
describeMarkers(0xdc, 0xdc, Marker.array, 2);
describeMarkers(0xdd, 0xdd, Marker.array, 4);
describeMarkers(0xe0, 0xff, Marker.signed);

/** The walk's place and finds. One walk at a time: a scan never calls out. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** Kind, marker and declared length (bytes of a string, elements of an array) of the item just read. */
  kind = 0;
  marker = 0;
  length = 0;
  /** Elements that this frame may still have. */
  elementsLeft = 0;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.elementsLeft = limits.valueElements;
  }

  /** Reads one item, and passes over its text or number. False when it is malformed; arrays stop behind their header. */
  next(): boolean {
    const { bytes, end } = this;
    if (this.at >= end) return false;
    const marker = bytes[this.at++]!;
    const kind = kindOf[marker]!;
    this.marker = marker;
    this.kind = kind;
    if (kind <= Marker.bool) return kind !== Marker.bad;
    const extra = extraOf[marker]!;
    if (this.at + extra > end) return false;
    if (kind <= Marker.float) {
      this.at += extra;
      return true;
    }
    this.length = this.#declared(marker, extra);
    this.at += extra;
    if (this.length > end - this.at) return false; // each element takes a byte at least
    return kind === Marker.array ? this.#spend() : this.#passText(kind);
  }

  #declared(marker: number, extra: number): number {
    if (extra === 0) return marker & (this.kind === Marker.string ? 0x1f : 0x0f);
    let length = 0;
    for (let i = 0; i < extra; i++) length = length * 256 + this.bytes[this.at + i]!;
    return length;
  }

  #spend(): boolean {
    this.elementsLeft -= this.length;
    return this.elementsLeft >= 0;
  }

  #passText(kind: number): boolean {
    const start = this.at;
    this.at += this.length;
    if (this.length > limits.stringBytes) return false;
    return kind === Marker.binary || (isUtf8(this.bytes, start, this.at) && !this.#hasByteOrderMark(start));
  }

  /** The decoder would drop it: a text that begins with one comes as binary. */
  #hasByteOrderMark(start: number): boolean {
    const { bytes } = this;
    return bytes[start] === 0xef && this.length >= 3 && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  }

  /** Passes over one whole item, nested ones included. */
  skip(): boolean {
    const openArrays: number[] = [];
    let left = 1;
    for (;;) {
      while (left === 0) {
        if (openArrays.length === 0) return true;
        left = openArrays.pop()!;
      }
      left -= 1;
      if (!this.next()) return false;
      if (this.kind !== Marker.array) continue;
      if (openArrays.length >= limits.frameDepth) return false;
      openArrays.push(left);
      left = this.length;
    }
  }
}

const cursor = new Cursor();

/** True when the bytes are exactly one well-formed array: the body of a frame between neighbours. */
export function isWellFormed(bytes: Uint8Array, start: number, end: number): boolean {
  cursor.open(bytes, start, end);
  const first = bytes[start];
  if (first === undefined || kindOf[first] !== Marker.array) return false;
  return cursor.skip() && cursor.at === end;
}
