/**
 * What goes wrong around a store, as chance has it: links, partitions, stops, kills, power, disks, clocks; and what people
 * do meanwhile: promote, close, open anew.
 *
 * Invariant: only as much at once as the promises allow. Where nothing is kept on disk one seat is dead at a time, and only
 * while the other one has all.
 */
import type { SeededChance } from "../simulator/chance.ts";
import type { World } from "../simulator/world.ts";
import type { Company, Place } from "./company.ts";

export const troubleKinds = [
  ...(["cut", "parted", "one-way", "stopped", "killed", "killed all", "power lost", "write interrupted"] as const),
  ...(["unsynced lost", "disk full", "wall set", "promoted", "handed over", "opened anew"] as const),
] as const;
export type Trouble = (typeof troubleKinds)[number];

export class Troubles {
  readonly seen = new Set<Trouble>();
  readonly #company: Company;
  readonly #world: World;
  readonly #chance: SeededChance;

  constructor(company: Company) {
    this.#company = company;
    this.#world = company.world;
    this.#chance = company.world.chance;
  }

  /** One of all, or none. */
  strike(): void {
    const kind = this.#chance.integer(0, 29);
    if (kind < 3) this.#cut();
    else if (kind < 6) this.#part();
    else if (kind < 8) this.#stop();
    else if (kind < 10) this.#kill(this.#chance.pick(this.#company.seats));
    else if (kind < 11) this.#killAll();
    else if (kind < 12) this.#fillDisk();
    else if (kind < 14) this.#promote();
    else if (kind < 15) this.#close();
    else if (kind < 16) this.#reopenClient();
    else if (kind < 20) this.#mend();
    else if (kind < 23) this.#raise();
  }

  /** All is well from now on. */
  mendAll(): void {
    const { router, places } = this.#company;
    for (const { name, disk } of places) {
      this.#world.network.join(name, router.name);
      this.#world.continueProcess(name);
      disk.fail(undefined);
    }
    this.#raise();
  }

  /** Before the company begins: clocks that differ. */
  setClocks(): void {
    for (const { name } of this.#company.places) this.#world.clockOf(name).pace = this.#chance.between(0.93, 1.07);
  }

  setWall(): void {
    const { name } = this.#chance.pick(this.#company.seats);
    this.#world.clockOf(name).setWall(this.#chance.pick([-3_600_000, 3_600_000, 5_000, -5_000]));
    this.seen.add("wall set");
  }

  #cut(): void {
    const { name } = this.#chance.pick(this.#company.places);
    if (this.#world.network.cut(name, this.#company.router.name) > 0) this.seen.add("cut");
  }

  #part(): void {
    const { network } = this.#world;
    const { name } = this.#chance.pick(this.#company.places);
    const { name: router } = this.#company.router;
    if (this.#chance.flip(0.7)) {
      network.part(name, router);
      this.seen.add("parted");
      return;
    }
    if (this.#chance.flip()) network.deafen(name, router);
    else network.deafen(router, name);
    this.seen.add("one-way");
  }

  #stop(): void {
    const { name } = this.#chance.pick(this.#company.places);
    this.#world.stopProcess(name);
    this.#world.time.after(this.#chance.between(100, 6_000), () => this.#world.continueProcess(name));
    this.seen.add("stopped");
  }

  #kill(place: Place): void {
    const { isPersistent, isWhole, seats } = this.#company;
    if (place.node === undefined || (!isPersistent && !(isWhole && this.#isCalm))) return;
    const isPower = isPersistent && this.#chance.flip();
    const { losses, interrupted } = place.disk;
    this.#company.kill(place, isPower ? "power" : "process");
    this.seen.add(isPower ? "power lost" : "killed");
    if (place.disk.losses > losses) this.seen.add("unsynced lost");
    if (place.disk.interrupted > interrupted) this.seen.add("write interrupted");
    if (seats.every(({ node }) => node === undefined)) this.seen.add("killed all");
  }

  /** Nothing keeps those who live from each other. */
  get #isCalm(): boolean {
    return this.#company.places.every(({ name }) => !this.#world.clockOf(name).isStopped);
  }

  #killAll(): void {
    if (this.#company.isPersistent) for (const place of this.#company.seats) this.#kill(place);
  }

  #fillDisk(): void {
    if (!this.#company.isPersistent) return;
    const { disk } = this.#chance.pick(this.#company.seats);
    disk.fail("NO_SPACE");
    this.#world.time.after(this.#chance.between(50, 4_000), () => disk.fail(undefined));
    this.seen.add("disk full");
  }

  #promote(): void {
    const { stores } = this.#company;
    if (stores.length === 0) return;
    const promotion = this.#chance.pick(stores).promote({ timeoutMs: 4_000 });
    promotion.then(
      () => this.seen.add("promoted"),
      () => {}, // nobody was there to agree, or it took too long
    );
  }

  #close(): void {
    const place = this.#chance.pick(this.#company.seats);
    const { isPersistent, isWhole } = this.#company;
    if (place.store === undefined || (!isPersistent && !isWhole)) return;
    const wasAuthority = place.store.role === "authority";
    void this.#company.reopen(place, this.#chance.between(0, 3_000));
    if (wasAuthority) this.seen.add("handed over");
  }

  #reopenClient(): void {
    const place = this.#chance.pick(this.#company.clients);
    if (place.store === undefined) return;
    void this.#company.reopen(place, this.#chance.between(0, 500));
    this.seen.add("opened anew");
  }

  #mend(): void {
    for (const { name } of this.#company.places) this.#world.network.join(name, this.#company.router.name);
  }

  /** The dead live again. */
  #raise(): void {
    for (const place of this.#company.seats) if (place.node === undefined) this.#company.start(place);
  }
}
