/**
 * What must arrive, at the node that wrote it: kept until every subscriber has acknowledged it, and sent again meanwhile.
 *
 * Subscribers are known by the interest that was told: each piece names who wants something. One that cannot be reached
 * is waited for, and one that acknowledges nothing for too long is given up, which is counted.
 * Invariant: `bytes` is the sum over all spools; beyond the bound nothing more is taken.
 */
import type { Clock } from "./clock.ts";
import { ahead } from "./core/disorder.ts";
import type { DropLedger } from "./core/drop-ledger.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Route, RouteTable } from "./routes.ts";
import { Spool } from "./spool.ts";
import type { Stream } from "./streams.ts";
import { type Field, FrameKind, routing } from "./wire/frames.ts";
import { shapeFields } from "./wire/shape.ts";
import { viewOf } from "./wire/view.ts";

export interface ResendsOptions {
  readonly clock: Clock;
  readonly routes: RouteTable;
  readonly drops: DropLedger;
  readonly spoolBytes: number;
  /** Did this node take back all that made it want the topic? */
  readonly hasLeft: (id: string, topic: string) => boolean;
  readonly nameOf: (id: string) => string;
  /** A stream of ours that must arrive. */
  readonly ownStream: (serial: number) => Stream | undefined;
  /** There is room again, or nothing left. */
  readonly flowing: () => void;
}

/** How often it is looked whether somebody waits for too long. */
const lookMs = 500;

export class Resends {
  readonly #options: ResendsOptions;
  /** Streams with something that is not acknowledged, by their serial. */
  readonly #streams = new Map<number, Stream>();
  /** By stream: for which state of the routes its subscribers are known. */
  readonly #met = new WeakMap<Stream, number>();
  #bytes = 0;
  #cancelTimer: (() => void) | undefined;
  #isStopped = false;

  constructor(options: ResendsOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Messages that some subscriber has not acknowledged. */
  get messages(): number {
    let sum = 0;
    for (const { spool } of this.#streams.values()) sum += spool!.messages;
    return sum;
  }

  /** False: writers had better wait. */
  get isFlowing(): boolean {
    return this.#bytes <= this.#options.spoolBytes / 2;
  }

  /** Does anybody wait for messages of the stream, reachable or not? */
  isOwed(stream: Stream, route: Route): boolean {
    this.#meet(stream, route);
    return (stream.spool?.readers.size ?? 0) > 0;
  }

  /** Keeps a message that is about to be sent. False: writers had better wait. @throws SwitchyardError `SPOOL_FULL`, `TOO_LARGE` */
  keep(stream: Stream, route: Route, bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.isOwed(stream, route)) return true;
    const length = end - start;
    if (length > limits.frameBytes - limits.resendOverheadBytes) {
      throw new SwitchyardError("TOO_LARGE", `${length} bytes under ${stream.topic}`);
    }
    const spool = stream.spool!;
    if (this.#bytes + length > this.#options.spoolBytes) this.#giveUpLost();
    if (this.#bytes + length > this.#options.spoolBytes) {
      throw new SwitchyardError("SPOOL_FULL", `${this.#bytes} bytes wait for who subscribes to ${stream.topic}`);
    }
    this.#change(stream, () => spool.keep(stream.next, bytes, start, end, this.#options.clock.nowMs()));
    this.#watch();
    return this.isFlowing;
  }

  /** A subscriber has everything before `next`; with `isMissing` it asks for what follows. */
  acknowledged(serial: number, reader: string, next: number, isMissing: boolean): void {
    const stream = this.#streams.get(serial) ?? this.#options.ownStream(serial);
    if (stream?.spool === undefined) return;
    const nowMs = this.#options.clock.nowMs();
    let goesOn = false;
    this.#change(stream, () => {
      goesOn = stream.spool!.acknowledge(reader, next, nowMs);
    });
    if (isMissing) this.#withhold(stream, reader, next);
    if (goesOn || isMissing) this.#resend(stream, reader, true);
  }

  /** Resolves when everything is acknowledged or given up. */
  get isEmpty(): boolean {
    return this.#streams.size === 0;
  }

  /** What is left counts as dropped. Returns how many messages that are. */
  stop(): number {
    this.#isStopped = true;
    this.#cancelTimer?.();
    let left = 0;
    for (const stream of [...this.#streams.values()]) {
      for (const id of [...stream.spool!.readers.keys()]) left += this.#giveUp(stream, id, "closed");
    }
    return left;
  }

  /** Brings the subscribers of a stream up to date. */
  #meet(stream: Stream, route: Route): void {
    if (this.#met.get(stream) === route.generation) return;
    this.#met.set(stream, route.generation);
    const ids = new Set(this.#options.routes.subscribersOf(stream, route).map(({ id }) => id));
    if (ids.size === 0 && stream.spool === undefined) return;
    stream.spool ??= new Spool();
    const { spool } = stream;
    const nowMs = this.#options.clock.nowMs();
    for (const id of [...spool.readers.keys()]) {
      if (ids.has(id)) continue;
      if (this.#options.hasLeft(id, stream.topic)) this.#change(stream, () => spool.forget(id));
      else spool.miss(id, nowMs);
    }
    spool.meet([...ids], stream.next, nowMs, this.#options.nameOf);
  }

  #watch(): void {
    if (this.#isStopped) return;
    this.#cancelTimer ??= this.#options.clock.after(lookMs, () => this.#look());
  }

  #look(): void {
    this.#cancelTimer = undefined;
    const { clock, routes } = this.#options;
    const nowMs = clock.nowMs();
    for (const stream of [...this.#streams.values()]) {
      this.#meet(stream, routes.route(stream, undefined));
      const spool = stream.spool!;
      for (const [id, { heardMs, goneSinceMs }] of [...spool.readers]) {
        const mostMs = goneSinceMs === undefined ? limits.unacknowledgedMs : limits.lostReaderMs;
        if (nowMs - (goneSinceMs ?? heardMs) > mostMs) this.#giveUp(stream, id, "unacknowledged");
      }
      for (const id of spool.due(nowMs)) this.#resend(stream, id, false);
    }
    if (this.#streams.size > 0) this.#watch();
  }

  /** Whoever cannot be reached must not keep the others waiting. */
  #giveUpLost(): void {
    for (const stream of [...this.#streams.values()]) {
      for (const [id, { goneSinceMs }] of [...stream.spool!.readers]) {
        if (goneSinceMs !== undefined) this.#giveUp(stream, id, "unacknowledged");
      }
    }
  }

  #giveUp(stream: Stream, id: string, reason: "closed" | "unacknowledged"): number {
    const name = stream.spool!.readers.get(id)?.name ?? id;
    let owed = 0;
    this.#change(stream, () => {
      owed = stream.spool!.forget(id);
    });
    stream.dropped += owed;
    this.#options.drops.count(name, stream.topic, reason, owed);
    return owed;
  }

  /** Somebody asks for what we do not have any more, or never owed it: it shall not wait for that. */
  #withhold(stream: Stream, id: string, next: number): void {
    const owed = stream.spool?.readers.get(id)?.next ?? stream.next;
    if (ahead(owed, next) <= 0) return;
    const to = this.#options.routes.towards(id, stream, undefined);
    to?.send(FrameKind.resend, resendFields(id, stream, undefined, owed));
  }

  #resend(stream: Stream, id: string, isAsked: boolean): void {
    const { routes, clock } = this.#options;
    const to = routes.towards(id, stream, undefined);
    if (to === undefined) return;
    const { frames, from } = stream.spool!.resend(id, clock.nowMs(), isAsked);
    if (from !== undefined) to.send(FrameKind.resend, resendFields(id, stream, undefined, from));
    for (const { bytes, start, end } of frames) {
      to.send(FrameKind.resend, resendFields(id, stream, bytes.subarray(start, end), 0));
    }
  }

  /** Something that changes a spool; keeps account of all of them. */
  #change(stream: Stream, change: () => void): void {
    const spool = stream.spool!;
    const wasFlowing = this.isFlowing;
    const before = spool.bytes;
    change();
    this.#bytes += spool.bytes - before;
    if (spool.isEmpty) this.#streams.delete(stream.serial);
    else this.#streams.set(stream.serial, stream);
    if ((!wasFlowing && this.isFlowing) || this.#streams.size === 0) this.#options.flowing();
  }
}

/** `[target, hops, origin's id, origin's name, topic, serial, from, message, shape…]`; without a message, nothing before `from` is to be had. */
function resendFields(target: string, stream: Stream, message: Uint8Array | undefined, from: number): Field[] {
  const { origin, topic, serial } = stream;
  const fields: Field[] = [target, 1, origin.id, origin.name, topic, serial, from, message ?? null];
  if (message === undefined) return fields;
  const shape = stream.shapes[viewOf(message).getUint16(routing.shape)]!;
  return [...fields, ...shapeFields(0, 0, shape.definition).slice(2)];
}
