/**
 * The stores that `switchyard node` keeps: as their authority, as a standby, or as their witness.
 *
 * Invariant: a standby waits for an authority as long as it takes, and says so once.
 */
import {
  type Context,
  type FailureCode,
  type StandbyOptions,
  type Store,
  SwitchyardError,
} from "../../library/index.ts";
import type { NodeConfig } from "./node-config/node-config.ts";
import type { StoreConfig } from "./node-config/store-config.ts";
import type { Shell } from "./shell.ts";
import { divergedWords, silenceWords, termWords } from "./store-facts.ts";
import { printable } from "./style.ts";

export interface KeptStores {
  readonly stores: readonly { readonly topic: string; readonly role: "authority" | "standby" | "witness" }[];
  /** Rejects when a standby meets what waiting does not mend; otherwise never settles. */
  readonly failed: Promise<never>;
}

/** How long an authority may take before it is said what it waits for: a witness that has just started says nothing for 1.5 s. */
const patienceMs = 2_000;
/** How long a standby may take before the node is ready without it. */
const firstWaitMs = 5_000;

/** What a standby may wait for. */
const passing: ReadonlySet<FailureCode> = new Set<FailureCode>(["NO_AUTHORITY", "NO_WITNESS"]);

/** Resolves when witnesses and authorities are open, and each standby was tried once. */
export async function keepStores(shell: Shell, context: Context, config: NodeConfig): Promise<KeptStores> {
  for (const { topic, persistent } of config.witness) await context.stores.openWitness(topic, { path: persistent });
  for (const entry of config.store) {
    const opening = context.stores.openAuthoritative(entry.topic, optionsOf(entry));
    tellOf(shell, await tellingOfWait(shell, entry, opening));
  }
  const standbys = config.standby.map((entry) => standBy(shell, context, entry));
  await Promise.all(standbys.map(({ tried }) => tried));
  const failed = new Promise<never>((_resolve, reject) => {
    for (const { done } of standbys) done.catch(reject);
  });
  failed.catch(() => undefined); // told to whoever waits for it
  return {
    stores: [
      ...config.store.map(({ topic }) => ({ topic, role: "authority" as const })),
      ...config.standby.map(({ topic }) => ({ topic, role: "standby" as const })),
      ...config.witness.map(({ topic }) => ({ topic, role: "witness" as const })),
    ],
    failed,
  };
}

/** A node is the authority of a store, or a standby. @throws SwitchyardError `BAD_ARGUMENT` */
export function checkStoresOnce({ store, standby, witness }: NodeConfig): void {
  for (const entries of [[...store, ...standby], witness]) {
    const topics = entries.map(({ topic }) => topic);
    const twice = topics.find((topic, at) => topics.indexOf(topic) !== at);
    if (twice === undefined) continue;
    const what = entries === witness ? "its witness once" : "its authority or a standby, once";
    throw new SwitchyardError("BAD_ARGUMENT", `store ${twice} is given twice; a node is ${what}`);
  }
}

function optionsOf(entry: StoreConfig): StandbyOptions {
  const { topic: _, persistent, ...options } = entry;
  return { ...options, ...(persistent !== undefined && { persistent: true, path: persistent }) };
}

/** An authority that does not know yet whether it is one says what it waits for: the node is not ready before. */
async function tellingOfWait(shell: Shell, { topic, arbiter }: StoreConfig, opening: Promise<Store>): Promise<Store> {
  const what = arbiter === undefined ? "until it is known who goes on" : "until its witness answers";
  const timer = setTimeout(() => shell.say(`${printable(topic)}: waits ${what}`), patienceMs);
  try {
    return await opening;
  } finally {
    clearTimeout(timer);
  }
}

function standBy(shell: Shell, context: Context, entry: StoreConfig) {
  const attempt = async (): Promise<FailureCode | undefined> => {
    try {
      const options = { ...optionsOf(entry), openTimeoutMs: firstWaitMs };
      tellOf(shell, await context.stores.openStandby(entry.topic, options));
      return undefined;
    } catch (error) {
      if (shell.stopped.aborted) return undefined;
      if (error instanceof SwitchyardError && passing.has(error.code)) return error.code;
      throw error;
    }
  };
  const first = attempt();
  const goOn = async (): Promise<void> => {
    const failure = await first;
    if (failure === undefined) return;
    const topic = printable(entry.topic);
    const who = failure === "NO_WITNESS" ? "neither its witness nor an authority" : "no authority";
    shell.say(`${topic}: ${who} answers yet; waiting until one does`);
    while ((await attempt()) !== undefined);
    if (!shell.stopped.aborted) shell.say(`${topic}: standing by`);
  };
  const done = goOn();
  done.catch(() => undefined); // told by `tried`, or to whoever waits for it
  return { tried: first.then(() => undefined), done };
}

/** What people should know of it. */
function tellOf(shell: Shell, store: Store): void {
  const topic = printable(store.topic);
  store.on("term", (state, epoch) => {
    if (state !== "closed") shell.say(printable(`${store.topic}: ${state}, epoch ${epoch}${termWords(store)}`));
  });
  store.on("state", (state) => {
    const silence = state === "stale" ? silenceWords(store) : undefined;
    if (silence !== undefined) shell.say(printable(silence));
  });
  store.on("diverged", (diverged) => shell.say(divergedWords(store.topic, diverged)));
  store.on("clockJump", (jumpMs) => shell.say(`${topic}: the clock jumped by ${Math.round(jumpMs)} ms`));
}
