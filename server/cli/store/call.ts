/**
 * What the verbs of `switchyard store` are called with, and the store they work on.
 *
 * Invariant: a store that is opened here is closed when the verb is done, in whatever way.
 */

import type { Context } from "../../../library/index.ts";
import { checkTopic, type Durability, type OpenStoreOptions, type Store } from "../../../library/index.ts";
import { join, withNode } from "../joining.ts";
import { minding, type Shell } from "../shell.ts";

export interface StoreOptionValues {
  readonly expire?: number;
  readonly ifAbsent?: true;
  readonly ifValue?: string;
  readonly prefix?: string;
  readonly count?: number;
  readonly yes?: true;
  readonly force?: true;
  readonly node?: string;
  readonly replace?: true;
  readonly removals?: true;
  readonly durability?: Durability;
  readonly timeout?: number;
  readonly json?: true;
  readonly quiet?: true;
  readonly name?: string;
}

export interface StoreCall {
  readonly shell: Shell;
  readonly location: string;
  readonly topic: string;
  /** As many as the verb takes. */
  readonly operands: readonly string[];
  readonly options: StoreOptionValues;
}

/** Works on the store, with a node of its own. Once it is open, `use` minds `shell.stopped` itself. */
export async function withStore<Result>(
  { shell, location, topic, options }: StoreCall,
  how: Pick<OpenStoreOptions, "mode" | "access">,
  use: (store: Store, context: Context) => Promise<Result>,
): Promise<Result> {
  checkTopic(topic);
  return withNode(shell, { command: "store", name: options.name }, async (context) => {
    await join(shell, context, location);
    const { timeout, durability } = options;
    const wanted = { ...how, timeoutMs: timeout, openTimeoutMs: timeout, durability };
    return use(await minding(shell, context.stores.open(topic, wanted)), context);
  });
}

/** As `withStore`, for what may be broken off at any time: whoever does not want to wait for it presses Ctrl-C. */
export function withAnswer(
  call: StoreCall,
  how: Pick<OpenStoreOptions, "mode" | "access">,
  use: (store: Store, context: Context) => Promise<void>,
): Promise<void> {
  return withStore(call, how, (store, context) => minding(call.shell, use(store, context)));
}
