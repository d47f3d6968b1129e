/**
 * One link, from its first byte to its last: the preface, the handshake, then frames until it closes.
 *
 * Invariant: nothing but a handshake is taken before both sides accepted each other; `ended` is told exactly once.
 * A mistake of the peer closes this link and touches nobody else.
 */
import type { Access } from "./core/access.ts";
import { type FailureCode, SwitchyardError, whatFailed } from "./core/errors.ts";
import { Handshake, type HandshakeEffect, type Hello, nonceBytes } from "./core/handshake.ts";
import type { ConnectionId } from "./core/interest.ts";
import { Keepalive } from "./core/keepalive.ts";
import { limits } from "./core/limits.ts";
import type { Credentials, Role } from "./core/proof.ts";
import type { Dispatch } from "./dispatch.ts";
import { Neighbour } from "./neighbour.ts";
import type { Node } from "./node.ts";
import { Outbox } from "./outbox.ts";
import { software } from "./software.ts";
import { describeStranger } from "./stranger.ts";
import type { Link } from "./transports/transport.ts";
import { readControl } from "./wire/codec.ts";
import { type ControlFrame, FrameKind, isMessageKind, preface, protocolVersions } from "./wire/frames.ts";
import { readFarewell, readHandshake, writeFarewell, writeHandshake } from "./wire/handshake-frames.ts";
import { Splitter } from "./wire/splitter.ts";

export interface PeerLinkOptions {
  readonly node: Node;
  readonly dispatch: Dispatch;
  readonly id: ConnectionId;
  readonly link: Link;
  /** For messages: the location. */
  readonly where: string;
  readonly role: Role;
  readonly credentials: Credentials | undefined;
  readonly handshakeMs: number;
  readonly autoPublish: boolean;
  readonly autoSubscribe: boolean;
  readonly published: Set<string>;
  /** A reason to turn the peer away, which has proven what it must. */
  refuse(peer: Hello): Promise<Refusal | undefined>;
  /** What a peer that is let in may do. */
  accessOf(peer: Hello): Access;
  up(peer: Hello, neighbour: Neighbour): void;
  /** The link of a neighbour that was up is lost. True: it is tried again, so what is for it is kept. */
  lost(neighbour: Neighbour, error: SwitchyardError | undefined): boolean;
  /** A message for the peer was dropped: the queue was full, or the link was lost. */
  dropped(): void;
  /** Without an error: in good order. */
  ended(error: SwitchyardError | undefined): void;
}

export interface Refusal {
  readonly code: FailureCode;
  readonly reason: string;
}

export class PeerLink {
  readonly #options: PeerLinkOptions;
  readonly #handshake: Handshake;
  readonly #keepalive: Keepalive;
  readonly #splitter: Splitter;
  readonly #outbox: Outbox;
  #neighbour: Neighbour | undefined;
  #expectedPreface = 0;
  #cancelTimer: () => void;
  #error: SwitchyardError | undefined;
  /** Why the peer says that it closes. */
  #farewell: SwitchyardError | undefined;
  #isEnding = false;
  #isAbandoned = false;
  #isReading = true;
  #isQueueKept = false;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
    const { node, link, role, credentials, handshakeMs } = options;
    const { min: minVersion, max: maxVersion } = protocolVersions;
    const nonce = node.chance.bytes(nonceBytes);
    const hello = { ...node.origin, minVersion, maxVersion, software, features: [], nonce };
    this.#handshake = new Handshake(
      { ...hello, hasToken: credentials !== undefined },
      { role, credentials, binding: link.security?.binding },
    );
    this.#keepalive = new Keepalive(node.clock.nowMs());
    this.#splitter = new Splitter(limits.handshakeFrameBytes, (bytes, start, end) => this.#take(bytes, start, end));
    this.#outbox = this.#makeOutbox();
    this.#cancelTimer = node.clock.after(handshakeMs, () =>
      this.fail("TIMED_OUT", `handshake with ${options.where} after ${handshakeMs} ms`),
    );
    link.start({
      received: (chunk) => this.#received(chunk),
      drained: () => this.#drained(),
      closed: (error) => this.#closed(error),
    });
    link.send(preface.slice());
    this.#carryOut(this.#handshake.start());
  }

  get outbox(): Outbox {
    return this.#outbox;
  }

  /** Ends it for a reason that is the peer's or the link's; a peer that we are connected with is told. */
  fail(code: FailureCode, what: string): void {
    if (this.#isEnding) return;
    this.#error = new SwitchyardError(code, what);
    this.#isEnding = true; // first of all: what is said now may be too much for the queue
    if (this.#neighbour !== undefined) this.#send(writeFarewell({ code, reason: what }));
    this.#outbox.flush();
    this.#detach();
    if (code === "PEER_SILENT")
      this.#options.link.destroy(); // nobody is there to end its half
    else this.#options.link.close(); // not destroy: the peer shall read why
    this.#cancelTimer();
    this.#cancelTimer = this.#options.node.clock.after(limits.handshakeMs, () => this.#options.link.destroy());
  }

  /** Ends it at once and without a word, in good order: somebody else needs its place. */
  abandon(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#isAbandoned = true;
    this.#detach();
    this.#options.link.destroy();
  }

  /** Sends what waits, says goodbye and closes; `graceMs` at most. `ended` follows. */
  close(graceMs: number): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#cancelTimer();
    this.#cancelTimer = this.#options.node.clock.after(graceMs, () => this.#options.link.destroy());
    if (this.#neighbour !== undefined) this.#neighbour.send(FrameKind.bye, []);
    this.#closeWhenSent();
  }

  #closeWhenSent(): void {
    this.#outbox.flush();
    if (this.#outbox.queuedBytes > 0) return; // `drained` comes again
    this.#detach();
    this.#options.link.close();
  }

  #received(chunk: Uint8Array): void {
    const { node } = this.#options;
    this.#keepalive.heard(node.clock.nowMs());
    if (this.#neighbour !== undefined) this.#neighbour.receivedBytes += chunk.length;
    const bytes = chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const rest = this.#expectedPreface < preface.length ? this.#passPreface(bytes) : bytes;
    if (rest === undefined || this.#error !== undefined) return;
    node.messages.departures.beginInput();
    if (!this.#splitter.push(rest)) this.fail("BAD_FRAME", `${this.#who()} announced a frame of impossible length`);
    node.messages.departures.endInput();
  }

  /** What follows the preface; `undefined` while it is not complete, or not one. */
  #passPreface(chunk: Uint8Array): Uint8Array | undefined {
    let at = 0;
    while (at < chunk.length && this.#expectedPreface < preface.length) {
      if (chunk[at] !== preface[this.#expectedPreface]) {
        this.fail("NOT_A_PEER", `${this.#options.where} answered ${describeStranger(chunk)}`);
        return undefined;
      }
      at += 1;
      this.#expectedPreface += 1;
    }
    return at < chunk.length ? chunk.subarray(at) : undefined;
  }

  /** One whole frame. False: this link is done for. */
  #take(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#isEnding) return false;
    const kind = bytes[start]!;
    if (isMessageKind(kind) && this.#neighbour !== undefined) {
      if (this.#options.node.reception.receive(this.#neighbour, bytes, start, end)) return this.#error === undefined;
      this.fail("BAD_FRAME", `${this.#who()} sent a message that is none`);
      return false;
    }
    this.#takeControl(kind, bytes, start, end);
    return this.#error === undefined;
  }

  #takeControl(kind: number, bytes: Uint8Array, start: number, end: number): void {
    const frame = readControl(bytes, start, end);
    if (frame === undefined) {
      this.fail("BAD_FRAME", `${this.#who()} sent a malformed frame of kind ${kind}`);
      return;
    }
    try {
      const handshake = readHandshake(frame);
      if (handshake !== undefined) this.#carryOut(this.#handshake.receive(handshake));
      else if (this.#neighbour === undefined) this.fail("BAD_FRAME", `${this.#who()} sent kind ${kind} too early`);
      else if (kind === FrameKind.bye) this.#takeFarewell(frame.fields);
      else this.#options.dispatch.receive(this.#neighbour, frame);
    } catch (error) {
      if (!(error instanceof SwitchyardError)) throw error;
      this.fail(error.code, `${this.#who()}: ${whatFailed(error)}`);
    }
  }

  /** The first word counts; nothing but the end of the link is to follow it. */
  #takeFarewell(fields: ControlFrame["fields"]): void {
    const farewell = readFarewell(fields);
    if (farewell === undefined && this.#neighbour !== undefined) this.#neighbour.hasLeft = true;
    if (farewell === undefined) return;
    const { code, reason } = farewell;
    this.#farewell ??= new SwitchyardError(code, `${this.#who()} closed the connection, saying: ${reason}`);
  }

  #carryOut(effects: readonly HandshakeEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") this.#send(writeHandshake(effect.message));
      else if (effect.kind === "fail") this.fail(effect.code, `${this.#options.where}: ${effect.reason}`);
      else if (effect.kind === "ask") this.#ask(effect.peer);
      else if (effect.kind === "sync") this.#sync();
      else this.#up();
    }
  }

  #send({ kind, fields }: ReturnType<typeof writeHandshake>): void {
    const { arena } = this.#options.node.messages;
    arena.control({ kind, fields });
    this.#outbox.append(arena.bytes, arena.start, arena.end);
    this.#outbox.flush();
  }

  #ask(peer: Hello): void {
    this.#options.refuse(peer).then(
      (refusal) => {
        if (!this.#isEnding) this.#carryOut(this.#handshake.decide(refusal?.reason, refusal?.code));
      },
      () => {
        if (!this.#isEnding) this.#carryOut(this.#handshake.decide("the listener's accept failed"));
      },
    );
  }

  /** Both sides are welcome: the neighbour is told all that it must know, then that we are ready. */
  #sync(): void {
    const { node, id, autoPublish, autoSubscribe, published } = this.#options;
    const { id: peerId, name: peerName } = this.#handshake.peer!;
    const outbox = this.#outbox;
    const neighbour = new Neighbour(
      {
        ...{ id, peerId, peerName, autoPublish, autoSubscribe, outbox },
        access: this.#options.accessOf(this.#handshake.peer!),
        isProven: this.#options.link.security?.certificate !== undefined,
        arena: node.messages.arena,
        onQueued: (each) => node.messages.departures.queued(each),
        setReading: (isReading) => this.#setReading(isReading),
        giveUp: (stalledMs) => this.fail("PEER_SLOW", `${this.#who()} took nothing for ${stalledMs} ms`),
      },
      published,
    );
    this.#neighbour = neighbour;
    this.#splitter.maxFrameBytes = limits.frameBytes;
    node.connected(neighbour);
    node.interest.connect(neighbour);
    this.#carryOut(this.#handshake.synced());
  }

  #up(): void {
    this.#watch();
    this.#options.up(this.#handshake.peer!, this.#neighbour!);
  }

  /** Plans the next look at whether the peer is alive. */
  #watch(): void {
    const { clock } = this.#options.node;
    this.#cancelTimer();
    const delayMs = Math.max(this.#keepalive.deadlineMs - clock.nowMs(), 1);
    this.#cancelTimer = clock.after(Math.min(delayMs, limits.pingAfterMs), () => this.#check());
  }

  #check(): void {
    const nowMs = this.#options.node.clock.nowMs();
    if (!this.#isReading) {
      this.#keepalive.heard(nowMs); // it is we who do not listen
      this.#neighbour?.send(FrameKind.pong, []); // and the peer shall know that we are here
    }
    const verdict = this.#keepalive.check(nowMs);
    if (verdict === "dead") {
      this.fail("PEER_SILENT", `${this.#who()} for ${limits.deadAfterMs} ms`);
      return;
    }
    if (verdict === "ping") this.#neighbour?.send(FrameKind.ping, []);
    this.#watch();
  }

  #setReading(isReading: boolean): void {
    this.#isReading = isReading;
    if (this.#isEnding) return;
    if (isReading) this.#options.link.resume();
    else this.#options.link.pause();
  }

  #drained(): void {
    this.#outbox.drained();
    if (this.#neighbour !== undefined) this.#options.node.messages.patience.flushed(this.#neighbour);
    if (this.#isEnding && this.#error === undefined) this.#closeWhenSent();
  }

  #closed(error: SwitchyardError | undefined): void {
    this.#isEnding = true;
    this.#cancelTimer();
    this.#detach(error);
    if (!this.#isQueueKept) this.#outbox.close();
    this.#options.ended(this.#isAbandoned ? undefined : (this.#error ?? this.#farewell ?? error ?? this.#earlyEnd()));
  }

  /** The peer hung up before it said who it is. */
  #earlyEnd(): SwitchyardError | undefined {
    if (this.#handshake.state === "up") return undefined;
    const what = this.#expectedPreface === 0 ? "closed without a word" : "closed during the handshake";
    return new SwitchyardError(
      this.#expectedPreface === 0 ? "NOT_A_PEER" : "PEER_LOST",
      `${this.#options.where} ${what}`,
    );
  }

  #detach(error = this.#error): void {
    const neighbour = this.#neighbour;
    if (neighbour === undefined) return;
    this.#neighbour = undefined;
    this.#isQueueKept = neighbour.isOpen && this.#options.lost(neighbour, error);
    this.#options.node.disconnected(neighbour, this.#isQueueKept);
  }

  #makeOutbox(): Outbox {
    const { node, link } = this.#options;
    const { queueMessages, queueBytes, onOverflow } = node.options;
    return new Outbox({
      maxMessages: queueMessages,
      maxBytes: queueBytes,
      highWaterBytes: limits.highWaterBytes,
      policy: onOverflow,
      send: (bytes) => link.send(bytes),
      isDroppable: (bytes, start) => node.messages.isDroppable(bytes[start]!),
      dropped: (bytes, start) => this.#dropped(bytes, start),
      overflowed: () => this.fail("PEER_SLOW", `${this.#who()} with ${this.#outbox.queuedBytes} bytes waiting`),
    });
  }

  #dropped(bytes: Uint8Array, start: number): void {
    const { messages, isClosed } = this.#options.node;
    const name = this.#handshake.peer?.name ?? this.#options.where;
    const reason = this.#neighbour !== undefined ? "slow" : isClosed ? "closed" : "connection";
    const stream = messages.countDropped(name, reason, bytes, start);
    if (stream === undefined) return;
    this.#options.dropped();
    this.#neighbour?.noteDropped(stream.number);
  }

  #who(): string {
    const peer = this.#handshake.peer;
    return peer === undefined ? this.#options.where : `${peer.name} (${this.#options.where})`;
  }
}
