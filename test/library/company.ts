/**
 * A few real nodes for one test, over `inproc` unless told otherwise, closed when the test ends.
 *
 * To show that something did not arrive, a test raises a last event that does: links keep order, so nobody has to wait
 * for nothing.
 */
import { onTestFinished } from "vitest";
import type { Connection } from "../../library/connection.ts";
import type { ListenOptions, OpenOptions } from "../../library/connections.ts";
import { Context, type ContextOptions } from "../../library/context.ts";
import { event } from "../../library/events.ts";
import { inproc, type Universe } from "../../library/transports/inproc.ts";
import { tcp } from "../../library/transports/tcp.ts";

export class Company {
  readonly #universe: Universe = new Map();
  #locations = 0;

  node(name: string, options: ContextOptions = {}): Context {
    const context = new Context({ name, transports: [inproc(this.#universe), tcp()], ...options });
    onTestFinished(() => context.close());
    return context;
  }

  /** The first connects to the second. Returns the connection as each has it. */
  async join(
    opener: Context,
    listener: Context,
    { open, listen }: { readonly open?: OpenOptions; readonly listen?: ListenOptions } = {},
  ): Promise<readonly [ofOpener: Connection, ofListener: Connection]> {
    const accepted = new Promise<Connection>((resolve) => {
      const onPeer = (connection: Connection): void => {
        if (connection.direction !== "in") return;
        listener.off("peer", onPeer);
        resolve(connection);
      };
      listener.on("peer", onPeer);
    });
    const { location } = await listener.connections.listen(`inproc://at-${this.#locations++}`, listen);
    return [await opener.connections.open(location, open), await accepted];
  }
}

/** What a handler got, as `topic name`, for as long as the test runs. */
export class Inbox {
  readonly seen: string[] = [];
  readonly isKnown: Promise<void>;
  #waiting: { readonly text: string; readonly resolve: () => void }[] = [];

  constructor(context: Context, pattern: string) {
    this.isKnown = context.events.on(pattern, ({ name }, topic) => this.#take(`${topic} ${name}`));
  }

  /** Resolves when this has arrived; with all that had arrived by then. */
  async until(text: string): Promise<readonly string[]> {
    if (!this.seen.includes(text)) await new Promise<void>((resolve) => this.#waiting.push({ text, resolve }));
    return this.seen;
  }

  #take(text: string): void {
    this.seen.push(text);
    for (const { resolve } of this.#waiting.filter((each) => each.text === text)) resolve();
    this.#waiting = this.#waiting.filter((each) => each.text !== text);
  }
}

/** A handler of these events, known to the peers. */
export async function inbox(context: Context, pattern: string): Promise<Inbox> {
  const made = new Inbox(context, pattern);
  await made.isKnown;
  return made;
}

export function raise(context: Context, topic: string, name = "e"): void {
  context.events.raise(topic, event(name));
}
