/** A message that came in: its values are built from the bytes when they are first asked for. */
import type { Time, Value } from "./core/values/index.ts";
import type { Origin } from "./messages.ts";
import type { Stream } from "./streams.ts";
import { viewOf } from "./wire/codec.ts";
import { routing } from "./wire/frames.ts";
import type { Shape } from "./wire/shape.ts";
import { timeOfWire } from "./wire/time.ts";

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
  readonly #end: number;
  #values: readonly Value[] | undefined;
  #time: Time | undefined;

  /** `start` is that of the frame, `end` that of its body, which must fit the shape. */
  constructor(stream: Stream, shape: Shape, bytes: Uint8Array, start: number, end: number, hops: number) {
    this.stream = stream;
    this.shape = shape;
    this.hops = hops;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  get origin(): Origin {
    return this.stream.origin;
  }

  get time(): Time {
    this.#time ??= this.#readTime();
    return this.#time;
  }

  /** Reading them lets go of the bytes, or the whole chunk would live as long as this message. */
  protected readValues(): readonly Value[] {
    if (this.#values === undefined) {
      this.#time ??= this.#readTime();
      this.#values = this.shape.valuesOf(this.#bytes!, this.#start + routing.bytes, this.#end);
      this.#bytes = undefined;
    }
    return this.#values;
  }

  #readTime(): Time {
    const view = viewOf(this.#bytes!);
    const at = this.#start + routing.time;
    return timeOfWire({ high: view.getUint32(at), low: view.getUint32(at + 4) });
  }
}
