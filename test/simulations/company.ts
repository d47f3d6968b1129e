/**
 * A company of nodes around one store: a router, seats that may be its authority, clients, perhaps a witness; each dials
 * the router by itself, again and again, in each of its lives.
 *
 * Invariant: every handle that is ever opened has the ledger for a listener from then on. What goes wrong is decided
 * elsewhere.
 */
import type { Context } from "../../library/context.ts";
import type { OpenStorage, Storage } from "../../library/storage/storage.ts";
import type { StandbyOptions } from "../../library/store/options.ts";
import type { Store } from "../../library/store.ts";
import { SimulatedDisk } from "../simulator/disk.ts";
import type { World } from "../simulator/world.ts";
import type { StoreLedger } from "./store-ledger.ts";

/** Where a node lives, life after life, with its disk. */
export interface Place {
  readonly name: string;
  readonly disk: SimulatedDisk;
  node: Context | undefined;
  store: Store | undefined;
}

export interface CompanyOptions {
  readonly seats: number;
  readonly clients: number;
  readonly hasWitness: boolean;
  readonly isPersistent: boolean;
  readonly onHeirLost: "proof" | "wait" | "continue";
}

/** How long a node waits before it dials again. */
const dialAgainMs = 300;

export class Company {
  readonly world: World;
  readonly options: CompanyOptions;
  readonly ledger: StoreLedger;
  readonly router: Context;
  readonly seats: readonly Place[];
  readonly clients: readonly Place[];
  readonly witness: Place | undefined;
  #location = "";

  constructor(world: World, options: CompanyOptions, ledger: StoreLedger) {
    this.world = world;
    this.options = options;
    this.ledger = ledger;
    this.router = world.node({ name: "router" });
    this.router.topics.forward("*");
    const places = (count: number, kind: string): Place[] =>
      Array.from({ length: count }, (_, i) => this.#place(`${kind}-${i}`));
    this.seats = places(options.seats, "seat");
    this.clients = places(options.clients, "client");
    this.witness = options.hasWitness ? this.#place("witness") : undefined;
  }

  get isPersistent(): boolean {
    return this.options.isPersistent;
  }

  get places(): readonly Place[] {
    return [...(this.witness ? [this.witness] : []), ...this.seats, ...this.clients];
  }

  /** Handles whose nodes live. */
  get stores(): readonly Store[] {
    return [...this.seats, ...this.clients].flatMap(({ store }) => store ?? []);
  }

  get authorities(): readonly Place[] {
    return this.seats.filter(({ store }) => store?.role === "authority");
  }

  /** Resolves when there is an authority with an heir that is in sync. */
  async begin(): Promise<void> {
    this.#location = (await this.router.connections.listen("sim://router")).location;
    for (const place of this.places) {
      this.start(place);
      if (place === this.seats[0]) await this.world.until(() => place.store !== undefined, 30_000);
    }
    await this.world.until(() => this.isWhole, 60_000);
  }

  get isManned(): boolean {
    return [...this.seats, ...this.clients].every(({ store }) => store !== undefined);
  }

  /** Everybody is there, and the authority has its heir. */
  get isWhole(): boolean {
    return this.isManned && this.seats.some(({ store }) => store?.succession?.standing === "protected");
  }

  /** A life of the node there. */
  start(place: Place): void {
    const node = this.world.node({ name: place.name, storage: this.#storageOf(place) });
    place.node = node;
    const isOn = (): boolean => place.node === node;
    void this.#dial(node, isOn);
    void this.#open(place, node, isOn);
  }

  /** Nobody dials or opens any more. */
  end(): void {
    for (const place of this.places) place.node = undefined;
  }

  /** `power`: of the machine; else the process alone is killed. */
  kill(place: Place, accident: "process" | "power"): void {
    const { node, store } = place;
    if (store !== undefined) this.ledger.buried(store);
    place.node = undefined;
    place.store = undefined;
    if (node !== undefined) this.world.kill(node);
    if (accident === "power") place.disk.crash();
    else place.disk.kill();
  }

  /** Closes its store as programs do, and opens it again after a while. */
  async reopen(place: Place, afterMs: number): Promise<void> {
    const { node, store } = place;
    if (node === undefined || store === undefined) return;
    place.store = undefined;
    this.ledger.buried(store);
    await store.close();
    await this.world.settle(afterMs);
    if (place.node === node) await this.#open(place, node, () => place.node === node);
  }

  #place(name: string): Place {
    const { clock } = this.world.clockOf(name);
    return { name, disk: new SimulatedDisk(clock, this.world.chance.fork()), node: undefined, store: undefined };
  }

  /** Its disk; the ledger sees what is written there. */
  #storageOf({ name, disk }: Place): Storage {
    const open: Storage["open"] = async (path, options) => {
      const opened = await disk.storage.open(path, options);
      const write: OpenStorage["write"] = (batch, durability) => {
        this.ledger.wrote(batch, name);
        return opened.write(batch, durability);
      };
      return Object.create(opened, { write: { value: write } }) as OpenStorage;
    };
    return { ...disk.storage, open };
  }

  async #dial(node: Context, isOn: () => boolean): Promise<void> {
    while (isOn()) {
      try {
        await node.connections.open(this.#location);
        return;
      } catch {
        await this.world.settle(dialAgainMs);
      }
    }
  }

  async #open(place: Place, node: Context, isOn: () => boolean): Promise<void> {
    while (isOn()) {
      try {
        const store = await this.#opened(place, node);
        if (store === undefined) return;
        if (!isOn()) continue;
        place.store = store;
        this.ledger.follow(store, place.name);
        return;
      } catch {
        await this.world.settle(dialAgainMs);
      }
    }
  }

  async #opened(place: Place, node: Context): Promise<Store | undefined> {
    if (place === this.witness) {
      await node.stores.openWitness("t", { path: "w" });
      return undefined;
    }
    const { isPersistent, hasWitness, onHeirLost } = this.options;
    const standing: StandbyOptions = {
      ...{ persistent: isPersistent, path: "t", onHeirLost, openTimeoutMs: 60_000 },
      ...(hasWitness && { arbiter: "witness" as const }),
    };
    if (!this.seats.includes(place)) {
      return node.stores.open("t", { mode: place.name.endsWith("0") ? "sync" : "async" });
    }
    // Without a disk a next life knows nothing of what it was, and must not begin by itself.
    const isFirst = place === this.seats[0] && (isPersistent || this.ledger.isEmpty);
    return isFirst ? node.stores.openAuthoritative("t", standing) : node.stores.openStandby("t", standing);
  }
}
