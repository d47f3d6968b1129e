/**
 * The stores that `switchyard node` keeps: as their authority, as a standby, or as their witness.
 *
 * Invariant: a standby waits for an authority as long as it takes, and says so once.
 */
import { type Context, type StandbyOptions, type Store, SwitchyardError } from "../../library/index.ts";
import type { NodeConfig } from "./node-config/node-config.ts";
import type { StoreConfig } from "./node-config/store-config.ts";
import type { Shell } from "./shell.ts";
import { divergedWords } from "./store-facts.ts";
import { printable } from "./style.ts";

export interface KeptStores {
  readonly stores: readonly { readonly topic: string; readonly role: "authority" | "standby" | "witness" }[];
  /** Rejects when a standby meets what waiting does not mend; otherwise never settles. */
  readonly failed: Promise<never>;
}

/** How long a standby may take before the node is ready without it. */
const firstWaitMs = 5_000;

/** Resolves when witnesses and authorities are open, and each standby was tried once. */
export async function keepStores(shell: Shell, context: Context, config: NodeConfig): Promise<KeptStores> {
  for (const { topic, persistent } of config.witness) await context.stores.openWitness(topic, { path: persistent });
  for (const entry of config.store) {
    tellOf(shell, await context.stores.openAuthoritative(entry.topic, optionsOf(entry)));
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

function optionsOf(entry: StoreConfig): StandbyOptions {
  const { topic: _, persistent, ...options } = entry;
  return { ...options, ...(persistent !== undefined && { persistent: true, path: persistent }) };
}

function standBy(shell: Shell, context: Context, entry: StoreConfig) {
  const attempt = async (): Promise<boolean> => {
    try {
      const options = { ...optionsOf(entry), openTimeoutMs: firstWaitMs };
      tellOf(shell, await context.stores.openStandby(entry.topic, options));
      return true;
    } catch (error) {
      if (shell.stopped.aborted) return true;
      if (error instanceof SwitchyardError && error.code === "NO_AUTHORITY") return false;
      throw error;
    }
  };
  const first = attempt();
  const goOn = async (): Promise<void> => {
    if (await first) return;
    const topic = printable(entry.topic);
    shell.say(`${topic}: no authority answers yet; waiting until one does`);
    while (!(await attempt()));
    if (!shell.stopped.aborted) shell.say(`${topic}: standing by`);
  };
  const done = goOn();
  done.catch(() => undefined); // told by `tried`, or to whoever waits for it
  return { tried: first, done };
}

/** What people should know of it. */
function tellOf(shell: Shell, store: Store): void {
  const topic = printable(store.topic);
  store.on("term", (state, epoch) => shell.say(`${topic}: ${state}, epoch ${epoch}`));
  store.on("diverged", (diverged) => shell.say(divergedWords(store.topic, diverged)));
  store.on("clockJump", (jumpMs) => shell.say(`${topic}: the clock jumped by ${Math.round(jumpMs)} ms`));
}
