/** A message that came in: its values are built from the bytes when they are first asked for. */

import type { Origin } from "./core/origin.ts";
import type { Time, Value } from "./core/values/index.ts";
import type { Stream } from "./streams.ts";
import { frameLength } from "./wire/codec.ts";
import { header, routing } from "./wire/frames.ts";
import type { Shape } from "./wire/shape.ts";
import { timeOfWire } from "./wire/time.ts";
import { viewOf } from "./wire/view.ts";

/** Node's name for the method that tells `console.log` what to show. */
export const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** A base class, against our habit: one object less for each message that comes in. */
export abstract class Arrival {
  protected readonly stream: Stream;
  protected readonly shape: Shape;
  /** Connections it came over. */
  readonly hops: number;
  #bytes: Uint8Array | undefined;
  readonly #start: number;
  #values: readonly Value[] | undefined;
  /** Both halves of the time, signed: so they take no memory of their own. */
  #timeHigh = 0;
  #timeLow = 0;

  /** `start` is that of the frame, whose body must fit the shape. */
  constructor(stream: Stream, shape: Shape, bytes: Uint8Array, start: number, hops: number) {
    this.stream = stream;
    this.shape = shape;
    this.hops = hops;
    this.#bytes = bytes;
    this.#start = start;
  }

  get origin(): Origin {
    return this.stream.origin;
  }

  get time(): Time {
    if (this.#bytes !== undefined) this.#keepTime();
    return timeOfWire({ high: this.#timeHigh, low: this.#timeLow });
  }

  /**
   * The body as it came over the wire, a view to be copied by whoever keeps it; `undefined` once the values have been
   * read, which lets go of the bytes.
   */
  get raw(): Uint8Array | undefined {
    const bytes = this.#bytes;
    if (bytes === undefined) return undefined;
    const start = this.#start;
    const padding = bytes[start + header.padding]! & 7;
    return bytes.subarray(start + routing.bytes, start + frameLength(bytes, start) - padding);
  }

  /** Reading them lets go of the bytes, or the whole chunk would live as long as this message. */
  protected readValues(): readonly Value[] {
    if (this.#values === undefined) {
      this.#keepTime();
      this.#values = this.shape.valuesOf(this.#bytes!, this.#start + routing.bytes);
      this.#bytes = undefined;
    }
    return this.#values;
  }

  #keepTime(): void {
    const view = viewOf(this.#bytes!);
    const at = this.#start + routing.time;
    this.#timeHigh = view.getInt32(at);
    this.#timeLow = view.getInt32(at + 4);
  }
}
