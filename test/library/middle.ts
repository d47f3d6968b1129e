/**
 * Somebody in the middle: two real nodes, and one who reads, keeps and changes whatever they say to each other.
 *
 * Nothing waits for time or chance: bytes move when a test settles. The one in the middle sees frames, not chunks.
 */
import { Context, type Link, type LinkEvents, type ListenOptions } from "../../library/index.ts";
import { preface } from "../../library/wire/frames.ts";
import { Splitter } from "../../library/wire/splitter.ts";
import { SeededChance } from "../simulator/chance.ts";
import { StandingClock } from "./stage.ts";

/** A node's end of a link; the other end is in the hands of the one in the middle. */
export class MiddleLink implements Link {
  readonly remote = "the middle";
  /** Frames that the node sent, in order. */
  readonly sent: Uint8Array[] = [];
  isClosed = false;
  /** Gets each frame that the node sends, as it does. */
  onFrame: (frame: Uint8Array) => void = () => {};
  onClosed: () => void = () => {};
  #events: LinkEvents | undefined;
  readonly #held: Uint8Array[] = [];
  #skip = preface.length;
  #isEnding = false;
  readonly #splitter = new Splitter(2 ** 24, (bytes, start, end) => {
    const frame = Uint8Array.from(bytes.subarray(start, end));
    this.sent.push(frame);
    this.onFrame(frame);
    return true;
  });

  start(events: LinkEvents): void {
    this.#events = events;
  }

  send(bytes: Uint8Array): boolean {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    if (!this.isClosed) this.#splitter.push(bytes.slice(skipped));
    return true;
  }

  pause(): void {}
  resume(): void {}

  close(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    queueMicrotask(() => {
      this.#events?.closed();
      this.onClosed();
    });
  }

  /** What the node is to get, when the test settles. */
  give(...frames: readonly Uint8Array[]): void {
    this.#held.push(...frames);
  }

  /** Closed from the other side, behind what it is still to get. */
  end(): void {
    this.#isEnding = true;
  }

  /** False: there was nothing to move. */
  move(): boolean {
    const next = this.#events === undefined ? undefined : this.#held.shift();
    if (next === undefined) {
      if (this.#isEnding) this.destroy();
      return false;
    }
    if (!this.isClosed) this.#events?.received(next.slice());
    return true;
  }
}

/** What goes on to the other side instead of this frame, the `index`th of its side. */
export type Meddling = (frame: Uint8Array, from: "opener" | "listener", index: number) => readonly Uint8Array[];

export class Middle {
  readonly clock = new StandingClock();
  /** Links that nodes opened, in order. */
  readonly opened: MiddleLink[] = [];
  readonly accepted: MiddleLink[] = [];
  readonly #chance: SeededChance;
  readonly #contexts: Context[] = [];
  #accept: ((link: Link) => void) | undefined;
  /** What happens to a link that a node opened; by default it is joined with the listener. */
  onOpened: (link: MiddleLink) => void = (link) => this.join(link, this.call(), (frame) => [frame]);

  constructor(seed: number) {
    this.#chance = new SeededChance(seed);
  }

  node(name: string): Context {
    const context = new Context({
      ...{ name, clock: this.clock, chance: this.#chance.fork() },
      transports: [
        {
          schemes: ["middle"],
          connect: () => {
            const link = new MiddleLink();
            this.opened.push(link);
            link.give(preface);
            this.onOpened(link);
            return Promise.resolve(link);
          },
          listen: (location, accept) => {
            this.#accept = accept;
            return Promise.resolve({ location: location.href, close: () => Promise.resolve() });
          },
        },
      ],
    });
    this.#contexts.push(context);
    return context;
  }

  async listen(context: Context, options: ListenOptions): Promise<void> {
    await context.connections.listen("middle://here", options);
  }

  /** The listener's end of a link that the one in the middle opens. */
  call(): MiddleLink {
    const link = new MiddleLink();
    this.accepted.push(link);
    link.give(preface);
    this.#accept?.(link);
    return link;
  }

  join(opener: MiddleLink, listener: MiddleLink, meddle: Meddling): void {
    pass(opener, listener, (frame, index) => meddle(frame, "opener", index));
    pass(listener, opener, (frame, index) => meddle(frame, "listener", index));
  }

  /** Lets all that is under way come to its end. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 8; quiet++) {
      for (const link of [...this.opened, ...this.accepted]) while (link.move()) quiet = 0;
      await Promise.resolve();
      this.clock.run();
    }
  }

  /** Whoever is up with whom, as `name of name`. */
  up(): string[] {
    return this.#contexts.flatMap(({ name, connections }) =>
      connections
        .all()
        .filter(({ state }) => state === "up")
        .map(({ peer }) => `${name} with ${peer?.name} ${peer?.id}`),
    );
  }
}

function pass(
  from: MiddleLink,
  to: MiddleLink,
  meddle: (frame: Uint8Array, index: number) => readonly Uint8Array[],
): void {
  let index = 0;
  from.onFrame = (frame) => to.give(...meddle(frame, index++));
  for (const frame of from.sent) from.onFrame(frame); // what was said before they were joined
  from.onClosed = () => to.end();
}
