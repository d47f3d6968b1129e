import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Outbox, type OverflowPolicy } from "../../library/outbox.ts";

const kept = 33;
const droppable = 32;

interface Frame {
  readonly number: number;
  readonly kind: number;
  readonly length: number;
}

/** Writes a frame whose bytes all tell its number. */
function write(into: Uint8Array, at: number, { number, kind, length }: Frame): void {
  into.fill(number & 0xff, at, at + length);
  const view = new DataView(into.buffer);
  view.setUint32(at, ((kind << 24) | length) >>> 0);
  view.setUint32(at + 4, number);
}

function bytesOf(frame: Frame): Uint8Array {
  const bytes = new Uint8Array(frame.length);
  write(bytes, 0, frame);
  return bytes;
}

const maxMessages = 20;
const maxBytes = 20_000;
/** Twenty of these are more than an outbox may keep alive for so few messages. */
const bufferBytes = 100_000;

/** The outbox beside a queue that is a plain list, which says what should be in it. */
class Twins {
  readonly outbox: Outbox;
  readonly policy: OverflowPolicy;
  queue: Frame[] = [];
  appended = 0;
  sent = 0;
  dropped: number[] = [];
  expectedDrops: number[] = [];
  overflows = 0;
  expectedOverflows = 0;
  /** What the link answers to the next writes; then true. */
  answers: boolean[] = [];
  #buffer = new Uint8Array(bufferBytes);
  #used = 0;

  constructor(policy: OverflowPolicy) {
    this.policy = policy;
    this.outbox = new Outbox({
      ...{ maxMessages, maxBytes, highWaterBytes: 10_000, policy },
      send: (bytes) => this.#take(bytes),
      isDroppable: (bytes, start) => bytes[start] === droppable,
      dropped: (bytes, start) => this.dropped.push(numberAt(bytes, start)),
      overflowed: () => this.overflows++,
    });
  }

  get bytes(): number {
    return this.queue.reduce((sum, { length }) => sum + length, 0);
  }

  /** Frames lie behind one another in a buffer, as the arena has them, while there is room. */
  append(kind: number, length: number, isApart: boolean): void {
    const frame = { number: this.appended++, kind, length };
    this.#expectAppended(frame);
    if (isApart || this.#used + length > this.#buffer.length) {
      this.#buffer = new Uint8Array(bufferBytes);
      this.#used = 0;
    }
    const start = this.#used;
    write(this.#buffer, start, frame);
    this.#used += length;
    this.outbox.append(this.#buffer, start, this.#used);
  }

  #isFull(more: number): boolean {
    return this.queue.length >= maxMessages || this.bytes + more > maxBytes;
  }

  #expectAppended(frame: Frame): void {
    if (!this.outbox.isCongested || this.#makesRoomFor(frame)) this.queue.push(frame);
    else this.expectedDrops.push(frame.number);
  }

  #makesRoomFor({ kind, length }: Frame): boolean {
    if (this.policy === "disconnect" && kind === droppable && this.#isFull(length)) this.expectedOverflows++;
    while (this.#isFull(length)) {
      const oldest = this.queue.findIndex((each) => each.kind === droppable);
      if (kind === droppable && (this.policy !== "drop-oldest" || oldest < 0)) return false;
      if (oldest >= 0) {
        this.expectedDrops.push(this.queue.splice(oldest, 1)[0]!.number);
        continue;
      }
      if (this.bytes + length <= maxBytes) return true;
      this.expectedOverflows++;
      return false;
    }
    return true;
  }

  /** Whatever is written must be the head of the queue, whole frames of it, byte for byte. */
  #take(bytes: Uint8Array): boolean {
    let at = 0;
    while (at < bytes.length) {
      const frame = this.queue.shift();
      if (frame === undefined) throw new Error("more was sent than waited");
      expect(Buffer.compare(bytes.subarray(at, at + frame.length), bytesOf(frame))).toBe(0);
      at += frame.length;
      this.sent++;
    }
    return this.answers.shift() ?? true;
  }

  check(): void {
    const { outbox } = this;
    expect(this.dropped).toEqual(this.expectedDrops);
    expect(this.overflows).toBe(this.expectedOverflows);
    expect(outbox.queuedMessages).toBe(this.queue.length);
    expect(outbox.queuedBytes).toBe(this.bytes);
    const bytesKept = this.queue.filter(({ kind }) => kind === kept).reduce((sum, { length }) => sum + length, 0);
    expect(outbox.keptBytes).toBe(bytesKept);
    expect(outbox.sentMessages).toBe(this.sent);
    if (outbox.isCongested) expect(outbox.heldBytes).toBeLessThanOrEqual(1024 * 1024 + 2 * outbox.queuedBytes);
    expect(this.appended).toBe(outbox.sentMessages + outbox.queuedMessages + this.dropped.length);
  }
}

function numberAt(bytes: Uint8Array, start: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(start + 4);
}

type Step =
  | { readonly kind: "append"; readonly frames: readonly [kind: number, length: number, isApart: boolean][] }
  | { readonly kind: "flush" | "drained" | "clear" }
  | { readonly kind: "answers"; readonly answers: boolean[] };

const lengths = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 60 }).map((words) => words * 8), weight: 5 },
  { arbitrary: fc.constantFrom(4088, 4096, 4104, 12_000, 24_000), weight: 1 },
);
const frames = fc.tuple(
  fc.constantFrom(droppable, droppable, kept),
  lengths.filter((length) => length >= 8),
  fc.boolean(),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({ kind: fc.constant("append" as const), frames: fc.array(frames, { maxLength: 12 }) }),
    weight: 6,
  },
  { arbitrary: fc.record({ kind: fc.constantFrom("flush" as const, "drained" as const) }), weight: 4 },
  {
    arbitrary: fc.record({ kind: fc.constant("answers" as const), answers: fc.array(fc.boolean(), { maxLength: 4 }) }),
    weight: 3,
  },
  { arbitrary: fc.record({ kind: fc.constant("clear" as const) }), weight: 1 },
);

function take(twins: Twins, step: Step): void {
  if (step.kind === "append") for (const frame of step.frames) twins.append(...frame);
  else if (step.kind === "answers") twins.answers = step.answers;
  else if (step.kind === "flush") twins.outbox.flush();
  else if (step.kind === "drained") twins.outbox.drained();
  else {
    twins.expectedDrops.push(...twins.queue.splice(0).map(({ number }) => number));
    twins.outbox.clear();
  }
}

describe.each<OverflowPolicy>(["drop-oldest", "drop-newest", "disconnect"])(
  "an outbox with the policy %s",
  (policy) => {
    it("does what a plain list would", () => {
      const run = (all: Step[]): void => {
        const twins = new Twins(policy);
        for (const step of all) {
          take(twins, step);
          twins.check();
        }
      };
      fc.assert(fc.property(fc.array(steps, { maxLength: 30 }), run), { numRuns: 3_000 });
    });

    it("never drops what must arrive", () => {
      const twins = new Twins(policy);
      twins.answers = [false];
      twins.append(kept, 8, true);
      twins.outbox.flush();
      for (let i = 0; i < 100; i++) twins.append(i % 3 === 0 ? kept : droppable, 104, false);
      twins.check();
      expect(twins.dropped.length).toBeGreaterThan(0);
      expect(twins.queue.filter(({ kind }) => kind === kept)).toHaveLength(34);
      twins.outbox.drained();
      twins.check();
      expect(twins.queue).toEqual([]);
    });
  },
);

describe("what goes out", () => {
  it.each([droppable, kept])("leaves in one slice, uncopied, when it lies in one buffer (kind %i)", (kind) => {
    const slices: Uint8Array[] = [];
    const outbox = new Outbox({
      ...{ maxMessages, maxBytes, highWaterBytes: 10_000, policy: "drop-oldest" },
      send: (bytes) => slices.push(bytes) > 0,
      isDroppable: (bytes, start) => bytes[start] === droppable,
      dropped: () => {},
      overflowed: () => {},
    });
    const buffer = new Uint8Array(800);
    for (let i = 0; i < 100; i++) {
      write(buffer, i * 8, { number: i, kind, length: 8 });
      outbox.append(buffer, i * 8, i * 8 + 8);
    }
    outbox.flush();
    expect(slices).toHaveLength(1);
    expect(slices[0]!.buffer).toBe(buffer.buffer);
    expect(slices[0]).toHaveLength(800);
  });

  it("does not keep whole buffers for the sake of a few bytes while the peer is slow", () => {
    const twins = new Twins("drop-oldest");
    twins.answers = [false];
    twins.append(droppable, 8, true);
    twins.outbox.flush();
    for (let i = 0; i < 1_000; i++) twins.append(droppable, 64, true);
    twins.check();
    expect(twins.outbox.queuedMessages).toBe(maxMessages);
    twins.outbox.drained();
    twins.check();
  });
});

it("a closed outbox counts what waited, holds its link no longer, and takes nothing more", () => {
  const told: string[] = [];
  const outbox = new Outbox({
    ...{ maxMessages, maxBytes, highWaterBytes: 10_000, policy: "disconnect" },
    send: () => told.push("sent") > 0,
    isDroppable: () => true,
    dropped: () => told.push("dropped"),
    overflowed: () => expect.unreachable(),
  });
  const append = (): void => outbox.append(bytesOf({ number: 1, kind: droppable, length: 8 }), 0, 8);
  append();
  outbox.close();
  append();
  outbox.drained();
  outbox.flush();
  expect(told).toEqual(["dropped"]);
  expect(outbox).toMatchObject({ queuedMessages: 0, queuedBytes: 0, heldBytes: 0, isAboveHighWater: false });
});
