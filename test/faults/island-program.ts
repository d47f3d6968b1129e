/** A node that is the authority, or a standby, of many stores, as a process of its own: for tests of two that meet. */

import { join } from "node:path";
import { createInterface } from "node:readline";
import { Context, type Store, SwitchyardError, systemChance } from "../../library/index.ts";
import type { Told } from "../rig/program.ts";

export interface IslandTask {
  readonly name: string;
  readonly role: "authority" | "standby";
  readonly listen: string;
  readonly dial: readonly string[];
  /** Has a folder for each store. */
  readonly folder: string;
  readonly stores: number;
  readonly onHeirLost?: "proof" | "wait" | "continue";
}

/** One of its stores. */
export interface IslandStore {
  readonly role: string;
  readonly version: { readonly epoch: number; readonly revision: number };
  readonly digest: string;
  readonly size: number;
  /** The last that it told of itself in the succession. */
  readonly term: string;
  /** Names of those that were told to be authorities beside each other. */
  readonly conflict: readonly string[];
  /** How much was told to be lost here; -1 where nothing was told. */
  readonly diverged: number;
}

const task = JSON.parse(process.argv[2] ?? "{}") as IslandTask;
const context = new Context({ name: task.name, chance: { ...systemChance, next: () => 0 } });
const stores: Store[] = [];
const terms: string[] = [];
const conflicts = new Map<string, readonly string[]>();
const diverged = new Map<string, number>();

function say(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function open(index: number): Promise<void> {
  const { folder, onHeirLost } = task;
  const durability = "process"; // processes are killed here, machines are not
  const options = { persistent: true, path: join(folder, `${index}`), durability, onHeirLost } as const;
  const topic = `kept-${index}`;
  const isFirst = task.role === "authority";
  const opening = isFirst
    ? context.stores.openAuthoritative(topic, options)
    : context.stores.openStandby(topic, options);
  const store = await opening;
  store.on("term", (state) => {
    terms[index] = state;
  });
  store.on("diverged", ({ count }) => diverged.set(topic, count));
  stores[index] = store;
}

async function stateOf(store: Store, index: number): Promise<IslandStore> {
  const { role, version, topic } = store;
  return {
    ...{ role, version, digest: await store.digest(), size: store.sizeSync(), term: terms[index] ?? "" },
    ...{ conflict: conflicts.get(topic) ?? [], diverged: diverged.get(topic) ?? -1 },
  };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: unknown) => (error instanceof SwitchyardError ? error.code : String(error)),
  );

const orders: Readonly<Record<string, (told: Told) => Promise<Readonly<Record<string, unknown>>>>> = {
  status: async () => ({ stores: await Promise.all(stores.map(stateOf)) }),
  /** So many entries more in each store, under names of our own. */
  write: async ({ life, entries }) => {
    const writes = (entries as readonly number[]).flatMap((most, index) =>
      Array.from({ length: most }, (_, i) => stores[index]!.insert(`${task.name} ${String(life)} ${i}`, i)),
    );
    await Promise.all(writes);
    return {};
  },
  /** Whether each takes a write. */
  try: async () => ({
    codes: await Promise.all(stores.map((store) => codeOf(store.insert("tried", task.name, { timeoutMs: 2_000 })))),
  }),
  promote: async ({ store }) => ({ code: await codeOf(stores[Number(store)]!.promote()) }),
  dial: async ({ location }) => ({ code: await codeOf(context.connections.open(String(location), { retry: true })) }),
};

async function main(): Promise<void> {
  context.on("error", () => {}); // conflicts among them, which are told as such
  context.on("authority-conflict", ({ topic, authorities }) => {
    conflicts.set(
      topic,
      authorities.map(({ name }) => name),
    );
  });
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      const told = JSON.parse(line) as Told;
      void orders[told.kind]!(told).then((answer) => say({ kind: told.kind, ...answer }));
    })
    .on("close", () => process.exit());
  const { location } = await context.connections.listen(task.listen);
  for (const each of task.dial) void context.connections.open(each, { retry: true }).catch(() => {});
  await Promise.all(Array.from({ length: task.stores }, (_, index) => open(index)));
  say({ kind: "ready", location });
}

void main();
