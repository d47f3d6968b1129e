/**
 * What must arrive, at the nodes it comes to: acknowledged to who wrote it, and what is sent again on its way.
 *
 * Acknowledgements go back the way their stream comes, several at once and a little late; each says up to where a
 * subscriber has everything. What is sent again is for one subscriber alone, and goes towards it by the shortest way.
 * Invariant: only a node that wants something acknowledges it: what others claim for it is dropped.
 */
import type { Clock } from "./clock.ts";
import { mayUse } from "./core/access.ts";
import { isNodeId, isNodeName } from "./core/handshake.ts";
import { limits } from "./core/limits.ts";
import { checkRaisable, quoted } from "./core/topic.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Reception } from "./reception.ts";
import type { Resends } from "./resends.ts";
import type { RouteTable } from "./routes.ts";
import type { Stream, StreamTable } from "./streams.ts";
import { isIndex, malformed } from "./wire/fields.ts";
import { type Field, FrameKind, header, routing } from "./wire/frames.ts";
import { readShapeFields, Shape } from "./wire/shape.ts";
import { viewOf } from "./wire/view.ts";

export interface AcknowledgementsOptions {
  readonly self: string;
  readonly clock: Clock;
  readonly routes: RouteTable;
  readonly streams: StreamTable;
  readonly neighbours: ReadonlySet<Neighbour>;
  readonly reception: Reception;
  readonly resends: Resends;
  /** Told what a neighbour passed on that is not let in. */
  readonly refused: (from: Neighbour, what: string) => void;
}

export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;
  /** Streams of which something came that was not acknowledged, and from where. */
  readonly #owed = new Map<Stream, Neighbour>();
  #cancelTimer: (() => void) | undefined;

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  /** A message of the stream came from that neighbour, or one `isMissing` and is to be sent again. */
  note(stream: Stream, from: Neighbour, isMissing: boolean): void {
    if (isMissing) {
      this.#send(from, [this.#pieceOf(stream, true)]);
      return;
    }
    stream.unacknowledged += 1;
    this.#owed.set(stream, from);
    if (stream.unacknowledged >= limits.acknowledgeMessages) this.flush();
    else this.#cancelTimer ??= this.#options.clock.after(limits.acknowledgeMs, () => this.flush());
  }

  /** Acknowledges whatever came. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const pieces = new Map<Neighbour, Field[]>();
    for (const [stream, from] of this.#owed) {
      stream.unacknowledged = 0;
      const piece = this.#pieceOf(stream, false);
      const known = pieces.get(from);
      if (known === undefined) pieces.set(from, [piece]);
      else known.push(piece);
    }
    this.#owed.clear();
    for (const [from, each] of pieces) this.#send(from, each);
  }

  /** `[origin's id, serial, reader's id, next, is something missing?]` */
  #pieceOf(stream: Stream, isMissing: boolean): Field {
    const next = stream.disorder?.firstMissing ?? stream.next;
    return [stream.origin.id, stream.serial, this.#options.self, next, isMissing];
  }

  #send(to: Neighbour, pieces: readonly Field[]): void {
    if (this.#options.neighbours.has(to)) to.send(FrameKind.acknowledge, pieces); // otherwise what comes again is acknowledged
  }

  /** Acknowledgements of somebody behind a neighbour, or itself. @throws SwitchyardError `BAD_FRAME` */
  acknowledged(from: Neighbour, fields: readonly Field[]): void {
    for (const field of fields) {
      const [origin, serial, reader, next, isMissing] = Array.isArray(field) ? (field as readonly Field[]) : [];
      if (!isNodeId(origin) || !isIndex(serial) || !isNodeId(reader)) throw malformed("acknowledge");
      if (!isIndex(next, 2 ** 32) || typeof isMissing !== "boolean") throw malformed("acknowledge");
      if (!this.#options.routes.isBehind(from, reader)) continue;
      if (origin === this.#options.self) this.#options.resends.acknowledged(serial, reader, next, isMissing);
      else this.#passBack(from, origin, serial, field);
    }
  }

  #passBack(from: Neighbour, origin: string, serial: number, piece: Field): void {
    const stream = this.#options.streams.known(origin, serial);
    const upstream = stream?.route?.from ?? stream?.upstream;
    if (upstream !== undefined && upstream !== from) this.#send(upstream, [piece]);
  }

  /** Something that is sent again: for us, or to be passed on. @throws SwitchyardError `BAD_FRAME`, `BAD_TOPIC` */
  resent(from: Neighbour, fields: readonly Field[]): void {
    const [target, hops, id, name, topic, serial, sequence, message] = fields;
    if (!isNodeId(target) || !isIndex(hops, 256) || !isNodeId(id) || typeof name !== "string")
      throw malformed("resend");
    if (!isNodeName(name) || typeof topic !== "string" || !isIndex(serial) || !isIndex(sequence, 2 ** 32)) {
      throw malformed("resend");
    }
    if (message !== null && !(message instanceof Uint8Array)) throw malformed("resend");
    checkRaisable(topic);
    if (id === this.#options.self) return; // it came round
    if (!mayUse(from.access, id === from.peerId ? "publish" : "forward", topic)) {
      this.#options.refused(from, `what was sent again of ${name} under ${quoted(topic)}`);
      return;
    }
    const stream = this.#options.streams.foreign({ id, name }, topic, serial, sequenceOf(message, sequence), true);
    if (target !== this.#options.self) {
      this.#passOn(from, stream, target, hops, fields);
      return;
    }
    if (!this.#options.routes.isFollowing(topic) || stream.isBarred) return;
    if ((stream.anchor ?? from) !== from && id !== from.peerId) return; // its origin says itself what it sent
    if (message === null) this.#options.reception.giveUpBefore(stream, sequence);
    else this.#take(from, stream, message, hops, fields);
  }

  #take(from: Neighbour, stream: Stream, message: Uint8Array, hops: number, fields: readonly Field[]): void {
    const shape = new Shape(readShapeFields([0, 0, ...fields.slice(8)]));
    const bytes = Uint8Array.from(message); // of our own
    const end = bytes.length - ((bytes[header.padding] ?? 0) & 7);
    const isWhole = end > routing.bytes && (viewOf(bytes).getUint32(0) & 0xff_ff_ff) === bytes.length;
    if (!isWhole || bytes[0] !== shape.definition.kind || !shape.fits(bytes, routing.bytes, end))
      throw malformed("resend");
    stream.upstream ??= from;
    this.#options.reception.resent(from, stream, shape, bytes, hops);
  }

  #passOn(from: Neighbour, stream: Stream, target: string, hops: number, fields: readonly Field[]): void {
    stream.upstream = from; // the acknowledgement comes back this way
    stream.route = undefined;
    const to = this.#options.routes.towards(target, stream, from);
    if (to !== undefined && hops < limits.hops) to.send(FrameKind.resend, [target, hops + 1, ...fields.slice(2)]);
  }

  /** The node is closed. */
  stop(): void {
    this.flush();
    this.#cancelTimer?.();
    this.#cancelTimer = () => {};
  }
}

/** Where a stream begins for us that we did not know. */
function sequenceOf(message: Uint8Array | null, from: number): number {
  return message === null || message.length < routing.bytes ? from : viewOf(message).getUint32(routing.sequence);
}
