/** T11: readers that stop reading, over every transport and with every policy: the others do not notice. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { type Connection, Context, inproc, ipc, type OverflowPolicy, string, tcp, ws } from "../../library/index.ts";
import { cases } from "../rig/cases.ts";
import { heldBytes } from "../rig/memory.ts";
import { Account } from "./account.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "switchyard-stalled-"));
afterAll(() => rmSync(folder, { recursive: true }));

const policies: readonly OverflowPolicy[] = ["drop-oldest", "drop-newest", "disconnect"];
let listeners = 0;
const locations = [
  () => "tcp://127.0.0.1:0",
  () => `ipc://${folder}/${listeners++}.sock`,
  () => "ws://127.0.0.1:0",
  () => `inproc://stalled-${listeners++}`,
] as const;
const stalledCounts = [1, 5] as const;

const peers = 10;
const queueBytes = 2 * 1024 * 1024;
const filling = string("x".repeat(1_000));
const batch = 100;

/** One that listens to the source, until it stalls. */
class Reader {
  readonly account: Account;
  readonly context: Context;
  /** The connection as the source has it. */
  readonly ofSource: Connection;
  #wake: () => void = () => {};

  private constructor(context: Context, ofSource: Connection, account: Account) {
    this.context = context;
    this.ofSource = ofSource;
    this.account = account;
  }

  static async join(source: Context, location: string, index: number, account: Account): Promise<Reader> {
    const context = new Context({ name: `reader-${index}`, transports: [tcp(), ipc(), ws(), inproc()] });
    const accepted = new Promise<Connection>((resolve) => {
      source.on("peer", (connection) => {
        if (connection.peer?.id === context.id) resolve(connection);
      });
    });
    await context.connections.open(location);
    await account.keepAt(context);
    return new Reader(context, await accepted, account);
  }

  /** Reads nothing more after the next event that says so. */
  async stall(): Promise<void> {
    const awake = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await this.context.events.on("stall", () => awake);
  }

  wake(): void {
    this.#wake();
  }
}

/** What this process may hold beyond the queues: the pieces in the links, and what the test itself takes down. */
const slackBytes = 6 * 1024 * 1024;

describe("T11: readers that stall", () => {
  cases(
    "M5: hurt themselves only, and are counted to the last message",
    { ci: 24, soak: 240, withinMs: 120_000 },
    async (_, index) => {
      const policy = policies[index % 3]!;
      const location = locations[Math.floor(index / 3) % 4]!();
      const stalled = stalledCounts[Math.floor(index / 12) % 2]!;
      const source = new Context({
        name: "source",
        queueBytes,
        onOverflow: policy,
        transports: [tcp(), ipc(), ws(), inproc()],
      });
      const readers: Reader[] = [];
      try {
        const listener = await source.connections.listen(location);
        // One account raises; the others are told how much that was.
        for (let i = 0; i < peers; i++) {
          readers.push(await Reader.join(source, listener.location, i, new Account("event", "t", filling)));
        }
        await checkCrowd(source, readers, stalled, policy);
      } catch (cause) {
        throw new Error(`${policy}, ${location}, ${stalled} of ${peers} stalled`, { cause });
      } finally {
        for (const reader of readers) reader.wake();
        await Promise.all([source, ...readers.map(({ context }) => context)].map((each) => each.close({ graceMs: 0 })));
      }
    },
  );
});

async function checkCrowd(
  source: Context,
  readers: readonly Reader[],
  stalled: number,
  policy: OverflowPolicy,
): Promise<void> {
  const sluggards = readers.slice(0, stalled);
  const others = readers.slice(stalled);
  const raised = new Account("event", "t", filling);
  for (const reader of sluggards) await reader.stall();
  source.events.raise("stall", { name: "stall", args: [], time: undefined });
  const before = await heldBytes();
  /** How much had been raised when the first was dropped for each of them. */
  const firstDrop = new Map<Reader, number>();
  const enough = policy === "disconnect" ? 1 : 1_000;
  const isOver = (): boolean => sluggards.every(({ ofSource }) => ofSource.stats().droppedMessages >= enough);
  while (!isOver()) {
    for (let j = 0; j < batch; j++) {
      raised.raise(source, 1);
      for (const each of sluggards) {
        if (!firstDrop.has(each) && each.ofSource.stats().droppedMessages > 0) firstDrop.set(each, raised.raised);
      }
    }
    await source.drained();
    await new Promise((resolve) => setImmediate(resolve));
    for (const { ofSource } of sluggards) checkQueue(ofSource);
    if (raised.raised > 300_000) throw new Error("nothing is ever dropped");
  }
  const newest = raised.raised - 1;
  await until("the others have it all", () => others.every(({ account }) => account.last === newest));
  const peakBytes = (await heldBytes()) - before; // the queues of the stalled are full now
  const mostBytes = stalled * queueBytes * 1.25 + slackBytes;
  if (peakBytes > mostBytes) throw new Error(`${peakBytes} bytes are held, ${mostBytes} may be`);

  for (const reader of sluggards) reader.wake();
  const isIdle = ({ ofSource }: Reader): boolean => ofSource.state === "closed" || ofSource.stats().queuedBytes === 0;
  await until("the stalled have caught up", () => sluggards.every(isIdle));
  await until(
    "the stalled are back",
    () => source.connections.all().filter(({ state }) => state === "up").length === peers,
  );
  raised.raise(source, 1);
  const last = raised.raised - 1;
  await until("the last event arrives", () => readers.every(({ account }) => account.last === last));

  for (const { account } of readers) account.checkOrder();
  for (const { account } of others) checkCount("another", account.received.length, raised.raised);
  for (const reader of sluggards) {
    const { received } = reader.account;
    const { droppedMessages } = reader.ofSource.stats();
    if (policy === "disconnect") {
      const upTo = firstDrop.get(reader)!; // from then on it was no peer, until it came back
      const early = received.filter((number) => number < upTo).length;
      checkCount("given up", early + droppedMessages, upTo);
    } else {
      checkCount("stalled", received.length + droppedMessages, raised.raised);
      checkCount("told to be missing", reader.account.missing, droppedMessages);
    }
  }
}

function checkQueue(connection: Connection): void {
  const { queuedBytes: waiting } = connection.stats();
  if (waiting > queueBytes) throw new Error(`${waiting} bytes wait for one peer`);
}

function checkCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found} in place of ${expected}`);
}
