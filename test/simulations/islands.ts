/**
 * Two islands: nodes that are authoritative for the same store, each with a disk of its own and writers, and no way to each
 * other until they meet.
 *
 * Invariant: every content that an authority ever had is written down as it comes to be, so whatever a copy shows is either
 * one of them or wrong; and so is every write that was acknowledged.
 */
import type { Context } from "../../library/context.ts";
import { formatValue } from "../../library/core/values/index.ts";
import { type ReadEntry, StoreExportReader } from "../../library/store/export-lines.ts";
import type { StoreEvents } from "../../library/store/told.ts";
import type { Store } from "../../library/store.ts";
import type { AuthorityConflict } from "../../library/stores.ts";
import { SimulatedDisk } from "../simulator/disk.ts";
import type { World } from "../simulator/world.ts";

type Told<Name extends keyof StoreEvents> = Parameters<StoreEvents[Name]>[0];

export class Island {
  readonly name: string;
  readonly disk: SimulatedDisk;
  /** What the authority here had, after each change of it. */
  readonly contents = new Set<string>();
  /** Keys whose insertion was acknowledged here, and is not undone by us. */
  readonly acknowledged = new Set<string>();
  /** Of these, those that were acknowledged when it was known that there is another authority. */
  readonly late = new Set<string>();
  readonly conflicts: AuthorityConflict[] = [];
  readonly diverged: Told<"diverged">[] = [];
  readonly resets: Told<"reset">[] = [];
  readonly #world: World;
  readonly #isPersistent: boolean;
  #node: Context | undefined;
  #store: Store | undefined;
  #model = new Map<string, string>();
  #writes = 0;

  constructor(
    world: World,
    name: string,
    isPersistent = true,
    disk = new SimulatedDisk(world.time, world.chance.fork()),
  ) {
    this.#world = world;
    this.name = name;
    this.disk = disk;
    this.#isPersistent = isPersistent;
  }

  get node(): Context {
    return this.#node!;
  }

  get store(): Store {
    return this.#store!;
  }

  /** A life of the node; `name`: of it, if it is not that of the island. */
  async begin(name = this.name): Promise<void> {
    this.launch(name);
    await this.open();
  }

  launch(name = this.name): void {
    this.#node = this.#world.node({ name, storage: this.disk.storage });
    this.#node.on("authority-conflict", (conflict) => this.conflicts.push(conflict));
  }

  async open(): Promise<void> {
    const options = this.#isPersistent ? { persistent: true, path: "t" } : {};
    const store = await this.node.stores.openAuthoritative("t", { ...options, timeoutMs: 60_000 });
    this.#store = store;
    this.#model = new Map([...store.entriesSync()].map(({ key, value }) => [formatValue(key), formatValue(value)]));
    this.contents.add(contentOf(store));
    store.on("diverged", (diverged) => this.diverged.push(diverged));
    store.on("reset", (reset) => this.resets.push(reset));
    store.on("change", (change) => {
      if (this.resets.length > 0) return;
      if (change.kind === "clear") this.#model.clear();
      else if (change.value === undefined) this.#model.delete(formatValue(change.key));
      else this.#model.set(formatValue(change.key), formatValue(change.value));
      this.contents.add(textOf(this.#model));
    });
  }

  kill(): void {
    this.#world.kill(this.node);
    this.disk.kill();
  }

  /** Inserts a key that nobody else has; resolves when that is over, in whatever way: with the code of the failure. */
  async write(): Promise<string> {
    const key = `${this.name} ${this.#writes++}`;
    try {
      await this.store.insert(key, this.#writes);
      this.acknowledged.add(key);
      if (this.conflicts.length > 0) this.late.add(key);
      return "";
    } catch (error) {
      return (error as { code: string }).code;
    }
  }

  async writeSome(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      void this.write();
      await this.#world.settle(this.#world.chance.between(0, 30));
    }
  }
}

/** Entries as people see them, in order. */
export function contentOf(store: Store): string {
  return textOf(new Map([...store.entriesSync()].map(({ key, value }) => [formatValue(key), formatValue(value)])));
}

function textOf(content: ReadonlyMap<string, string>): string {
  return [...content]
    .map(([key, value]) => `${key} = ${value}`)
    .sort()
    .join("\n");
}

/** Gives them a way to each other over so many routers; resolves when it is there. */
export async function bridge(world: World, east: Island, west: Island, routers: number): Promise<void> {
  let end = east.node;
  for (let i = 0; i < routers; i++) {
    const router = world.node();
    router.topics.forward("*");
    await world.join(router, end);
    end = router;
  }
  const ends = world.chance.shuffled([end, west.node]);
  await world.join(ends[0]!, ends[1]!);
}

/** The entries and removed keys of files that were kept. @throws where one is not whole */
export function savedIn(islands: readonly Island[]): { readonly entries: Set<string>; readonly removed: Set<string> } {
  const [entries, removed] = [new Set<string>(), new Set<string>()];
  for (const { disk } of islands) {
    for (const [path, text] of disk.kept) {
      const reader = new StoreExportReader(path);
      for (const line of text.trimEnd().split("\n")) {
        const read = reader.read(line);
        if (read !== undefined) (read.kind === "entry" ? entries : removed).add(String((read as ReadEntry).key));
      }
      reader.finish();
    }
  }
  return { entries, removed };
}

/** Looks each ms for so long: what the loser shows is what it had, until a reset, and then what the winner had. */
export async function watch(world: World, loser: Island, winner: Island, durationMs: number): Promise<void> {
  const endMs = world.time.nowMs + durationMs;
  while (world.time.nowMs < endMs) {
    await world.settle(1);
    const content = contentOf(loser.store);
    const isReset = loser.resets.length > 0;
    const hadIt = isReset ? winner.contents.has(content) : loser.contents.has(content);
    if (hadIt) continue;
    const other = isReset ? loser.contents.has(content) : winner.contents.has(content);
    throw new Error(
      `${loser.name} shows ${other ? "the other's table" : "what nobody had"} ${isReset ? "after" : "before"} the reset:\n${content}`,
    );
  }
}
