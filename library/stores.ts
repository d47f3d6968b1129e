/** Stores: tables under a topic, of which one node is the authority and any node may have a copy. */
import { SwitchyardError } from "./core/errors.ts";
import type { Change, Durability, Entry, Version } from "./core/store/change.ts";
import { checkTopic } from "./core/topic.ts";
import { Emitter } from "./emitter.ts";
import type { Node } from "./node.ts";
import type { Storage } from "./storage/storage.ts";
import { openAuthoritySide, type Rival } from "./store/authority-side.ts";
import { clientSide, openReplicaSide } from "./store/client-sides.ts";
import {
  type AuthoritativeOptions,
  checkStoreOptions,
  type OpenStoreOptions,
  type StoreOptions,
  timeoutOf,
} from "./store/options.ts";
import type { Side } from "./store/side.ts";
import { type StoreEvents, storeChangeOf } from "./store/told.ts";
import { Traffic } from "./store/traffic.ts";
import { Store } from "./store.ts";

/** Two nodes are authoritative for one store. */
export interface AuthorityConflict {
  readonly topic: string;
  /** Ourselves first. */
  readonly authorities: readonly [Rival, Rival];
}

/** How long a sync store waits for its first copy unless told otherwise. */
const openTimeoutMs = 30_000;

export class Stores {
  readonly #node: Node;
  readonly #traffic: Traffic;
  readonly #storage: Storage | undefined;
  readonly #onConflict: (conflict: AuthorityConflict) => void;
  readonly #open = new Set<Store>();
  readonly #authoritative = new Set<string>();
  /** Rivals that were told of. */
  readonly #rivals = new Set<string>();

  constructor(node: Node, storage: Storage | undefined, onConflict: (conflict: AuthorityConflict) => void) {
    this.#node = node;
    this.#traffic = new Traffic(node);
    this.#storage = storage;
    this.#onConflict = onConflict;
  }

  /** Those that are open here. */
  all(): readonly Store[] {
    return [...this.#open];
  }

  /**
   * Opens a store for which this node is the authority: all writes go through it. There is one for each topic.
   * @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `AUTHORITY_CONFLICT` where this node is the authority already,
   * `LOCKED`, `CORRUPT`, `FORMAT_TOO_NEW`, `NOT_PERMITTED`, `NO_SPACE`, `DISK_FAILED`, `CLOSED`
   */
  async openAuthoritative(topic: string, options: AuthoritativeOptions = {}): Promise<Store> {
    this.#check(topic, options);
    if (options.persistent === true && typeof options.path !== "string") {
      throw new SwitchyardError("BAD_ARGUMENT", `store ${topic} is persistent and has no path`);
    }
    if (this.#authoritative.has(topic)) throw new SwitchyardError("AUTHORITY_CONFLICT", `store ${topic}, twice here`);
    this.#authoritative.add(topic);
    try {
      const handle = this.#handle(topic);
      const isPersistent = options.persistent === true;
      const durability = options.durability ?? (isPersistent ? "disk" : "memory");
      const side = await openAuthoritySide({
        ...{ traffic: this.#traffic, topic, options, durability, onChange: handle.onChange },
        storage: isPersistent ? (this.#storage ?? (await diskStorage())) : undefined,
        onClockJump: (jumpMs) => handle.emitter.emit("clockJump", jumpMs),
        onRival: (rival, version) => this.#rival(topic, rival, version),
      });
      return this.#keep(topic, options, durability, side, handle.emitter);
    } catch (error) {
      this.#authoritative.delete(topic);
      throw error;
    }
  }

  /**
   * Opens a store whose authority is another node, or will be. In `sync` mode it resolves when a whole copy is here, at
   * one version.
   * @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `NO_AUTHORITY` after `openTimeoutMs`, `CLOSED`
   */
  async open(topic: string, options: OpenStoreOptions = {}): Promise<Store> {
    this.#check(topic, options);
    const timeoutMs = timeoutOf(options.openTimeoutMs, openTimeoutMs);
    const { onChange, onState, onReset, emitter } = this.#handle(topic);
    const traffic = this.#traffic;
    const side =
      options.mode === "async"
        ? clientSide(traffic, topic)
        : await openReplicaSide(
            {
              ...{ traffic, topic, onChange },
              onEffect: (effect) => {
                if (effect.kind === "state") onState(effect.state);
                else if (effect.kind === "reset") onReset(effect);
              },
            },
            timeoutMs,
          );
    return this.#keep(topic, options, options.durability ?? "memory", side, emitter);
  }

  /** Closes all, each as `store.close` does. */
  async closeAll(graceMs: number): Promise<void> {
    await Promise.all(this.all().map((store) => store.close(graceMs)));
  }

  #check(topic: string, options: StoreOptions): void {
    this.#node.checkOpen();
    checkTopic(topic);
    checkStoreOptions(options);
  }

  #handle(topic: string) {
    const emitter = new Emitter<StoreEvents>((cause) =>
      this.#node.fail(new SwitchyardError("HANDLER_FAILED", `listener of store ${topic}`, { cause })),
    );
    return {
      emitter,
      onChange: (change: Change, before: Entry | undefined, version: Version): void => {
        if (emitter.has("change")) emitter.emit("change", storeChangeOf(change, before, version));
      },
      onState: (state: Side["state"]): void => emitter.emit("state", state),
      onReset: ({ from, to, isFork }: Parameters<StoreEvents["reset"]>[0]): void =>
        emitter.emit("reset", { from, to, isFork }),
    };
  }

  #keep(
    topic: string,
    options: StoreOptions,
    durability: Durability,
    side: Side,
    emitter: Emitter<StoreEvents>,
  ): Store {
    const store = new Store({
      ...{ node: this.#node, topic, client: this.#newClient(), options, durability, side, emitter },
      onClose: (closed) => {
        this.#open.delete(closed);
        if (side.role === "authority") this.#authoritative.delete(topic);
      },
    });
    this.#open.add(store);
    return store;
  }

  #newClient(): string {
    return Array.from(this.#node.chance.bytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  #rival(topic: string, rival: Rival, version: Version): void {
    const key = `${rival.id} ${topic}`;
    if (this.#rivals.has(key)) return;
    this.#rivals.add(key);
    this.#onConflict({ topic, authorities: [{ ...this.#node.origin, version }, rival] });
  }
}

/** Nobody who keeps nothing on disk loads it. */
async function diskStorage(): Promise<Storage> {
  const { levelStorage } = await import("./storage/level.ts");
  return levelStorage();
}
