/** What the demo's sensors look at: this machine's network connections and processes. */

export interface SeenConnection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** As the operating system calls it: `ESTABLISHED`. */
  readonly state: string;
  /** Bytes that wait to be sent, and to be read. */
  readonly queuedOut: number;
  readonly queuedIn: number;
}

export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly memoryBytes: number;
}

/** A way to look. Both lists are what is there right now. */
export interface Observer {
  /** Where it looks, for people: `/proc`. */
  readonly source: string;
  readonly connections: () => Promise<readonly SeenConnection[]>;
  readonly processes: () => Promise<readonly SeenProcess[]>;
}

/** What makes a connection the same one when it is seen again. */
export function connectionKey({ localAddress, localPort, remoteAddress, remotePort }: SeenConnection): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

/** What came and went between two looks. */
export interface Change<Thing> {
  readonly appeared: readonly Thing[];
  readonly vanished: readonly Thing[];
}

export function changeBetween<Thing>(
  before: readonly Thing[],
  after: readonly Thing[],
  keyOf: (thing: Thing) => string,
): Change<Thing> {
  const keysBefore = new Set(before.map(keyOf));
  const keysAfter = new Set(after.map(keyOf));
  return {
    appeared: after.filter((thing) => !keysBefore.has(keyOf(thing))),
    vanished: before.filter((thing) => !keysAfter.has(keyOf(thing))),
  };
}
