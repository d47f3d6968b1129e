/**
 * A TCP proxy on loopback that does to the bytes between two nodes what a bad network does.
 *
 * Invariant: bytes that come out are those that went in, in order, from the beginning; after they were swallowed, none
 * comes out any more. Knows nothing of frames.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * What happens to the bytes of one direction. `pass`; `hold`: nothing is read, so the sender fills up; `swallow`: all is
 * read and none goes on; `drip`: one byte at a time; `slow`: 4 KiB at a time, a turn of the event loop for each.
 */
export type Manner = "pass" | "hold" | "swallow" | "drip" | "slow";

export type Direction = "toListener" | "toOpener";

const slowBytes = 4_096;

export class FaultProxy {
  readonly manners: Record<Direction, Manner> = { toListener: "pass", toOpener: "pass" };
  /** Connections that it took since it was opened. */
  taken = 0;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  #server: Server | undefined;
  #port = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  /** In front of whoever listens at this location. */
  static async open(location: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(Number(new URL(location).port));
    await proxy.listen();
    return proxy;
  }

  get location(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  /** Connections that are open. */
  get size(): number {
    return this.#pairs.size;
  }

  /** Takes connections again, at the same port. */
  async listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ noDelay: true }, (socket) => this.#take(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
  }

  /** Takes no more connections: they are refused. Those there are stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  behave(manner: Manner, directions: readonly Direction[] = ["toListener", "toOpener"]): void {
    for (const direction of directions) this.manners[direction] = manner;
    for (const pair of this.#pairs) for (const direction of directions) pair[direction].resume();
  }

  /** Ends all connections in good order, as far as TCP can tell. */
  cut(): void {
    for (const pair of this.#pairs) pair.cut();
  }

  /** Resets all connections. */
  reset(): void {
    for (const pair of this.#pairs) pair.reset();
  }

  /** Resets each connection when so many more bytes have gone this way: in the middle of a frame, mostly. */
  resetAfter(bytes: number, direction: Direction): void {
    for (const pair of this.#pairs) pair[direction].leftBytes = bytes;
  }

  close(): void {
    this.refuse();
    this.reset();
  }

  #take(opener: Socket): void {
    this.taken += 1;
    const listener = connect({ port: this.#target, host: "127.0.0.1", noDelay: true });
    const pair: Pair = new Pair(opener, listener, this.manners, () => this.#pairs.delete(pair));
    this.#pairs.add(pair);
  }
}

class Pair {
  readonly toListener: Way;
  readonly toOpener: Way;
  readonly #sockets: readonly Socket[];

  constructor(opener: Socket, listener: Socket, manners: Record<Direction, Manner>, gone: () => void) {
    this.#sockets = [opener, listener];
    this.toListener = new Way(
      opener,
      listener,
      () => manners.toListener,
      () => this.reset(),
    );
    this.toOpener = new Way(
      listener,
      opener,
      () => manners.toOpener,
      () => this.reset(),
    );
    for (const socket of this.#sockets) {
      socket.on("error", () => this.reset());
      socket.on("close", () => {
        if (this.#sockets.every((each) => each.destroyed)) gone();
      });
    }
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroySoon();
  }

  reset(): void {
    for (const socket of this.#sockets) if (!socket.destroyed) socket.resetAndDestroy();
  }
}

/** One direction of one connection. */
class Way {
  /** Bytes that may still go this way before the connection is reset. */
  leftBytes = Number.POSITIVE_INFINITY;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #manner: () => Manner;
  readonly #reset: () => void;
  readonly #waiting: Buffer[] = [];
  #isMoving = false;
  #isSwallowing = false;
  #isEnded = false;

  constructor(from: Socket, to: Socket, manner: () => Manner, reset: () => void) {
    this.#from = from;
    this.#to = to;
    this.#manner = manner;
    this.#reset = reset;
    from.on("data", (chunk: Buffer) => this.#arrived(chunk));
    from.on("end", () => {
      this.#isEnded = true;
      this.#move();
    });
    to.on("drain", () => this.#move());
    this.resume();
  }

  /** The manner has changed. */
  resume(): void {
    this.#isSwallowing ||= this.#manner() === "swallow";
    if (this.#manner() === "hold") this.#from.pause();
    else if (!this.#from.destroyed) this.#from.resume();
    this.#move();
  }

  #arrived(chunk: Buffer): void {
    if (this.#isSwallowing) return;
    this.#waiting.push(chunk);
    this.#move();
  }

  #move(): void {
    while (!this.#isMoving && this.#waiting.length > 0 && this.#mayWrite()) this.#write(this.#next());
    if (this.#isEnded && this.#waiting.length === 0 && !this.#isSwallowing && this.#manner() !== "hold") this.#to.end();
  }

  #mayWrite(): boolean {
    if (this.#isSwallowing || this.#manner() === "hold" || this.#to.destroyed) return false;
    if (!this.#to.writableNeedDrain) return true;
    this.#from.pause();
    return false;
  }

  #next(): Buffer {
    const manner = this.#manner();
    const chunk = this.#waiting.shift()!;
    const most = Math.min(manner === "drip" ? 1 : manner === "slow" ? slowBytes : chunk.length, this.leftBytes);
    if (most < chunk.length) this.#waiting.unshift(chunk.subarray(most));
    return chunk.subarray(0, most);
  }

  #write(chunk: Buffer): void {
    this.leftBytes -= chunk.length;
    if (chunk.length > 0) this.#to.write(chunk);
    if (this.leftBytes <= 0) {
      this.#to.write(Buffer.alloc(0), () => this.#reset());
      this.#isSwallowing = true;
      return;
    }
    const manner = this.#manner();
    if (manner === "pass") this.#from.resume();
    else this.#rest();
  }

  /** A turn of the event loop, so that the other end sees the piece alone. */
  #rest(): void {
    this.#isMoving = true;
    this.#from.pause();
    setImmediate(() => {
      this.#isMoving = false;
      if (this.#waiting.length === 0 && this.#manner() !== "hold") this.#from.resume();
      this.#move();
    });
  }
}
