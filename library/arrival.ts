/** A message that came in: its values are built from the bytes when they are first asked for. */
import type { Time, Value } from "./core/values/index.ts";
import type { Origin } from "./messages.ts";
import type { Stream } from "./streams.ts";
import type { WireTime } from "./wire/codec.ts";
import type { Shape } from "./wire/shape.ts";
import { timeOfWire } from "./wire/time.ts";

/** Node's name for the method that tells `console.log` what to show. */
export const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

export class Arrival {
  readonly stream: Stream;
  readonly shape: Shape;
  /** Connections it came over. */
  readonly hops: number;
  readonly #wireTime: WireTime;
  #bytes: Uint8Array | undefined;
  readonly #start: number;
  readonly #end: number;
  #values: readonly Value[] | undefined;

  /** `start` and `end` are those of the body, which must fit the shape. */
  constructor(
    stream: Stream,
    shape: Shape,
    hops: number,
    wireTime: WireTime,
    bytes: Uint8Array,
    start: number,
    end: number,
  ) {
    this.stream = stream;
    this.shape = shape;
    this.hops = hops;
    this.#wireTime = wireTime;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  get origin(): Origin {
    return this.stream.origin;
  }

  get time(): Time {
    return timeOfWire(this.#wireTime);
  }

  get values(): readonly Value[] {
    if (this.#values === undefined) {
      this.#values = this.shape.valuesOf(this.#bytes!, this.#start, this.#end);
      this.#bytes = undefined; // or the whole chunk would live as long as this message
    }
    return this.#values;
  }
}
