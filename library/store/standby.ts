/**
 * What a handle is while another one is the authority: a copy that follows, what the authority prepared to it, what it
 * knows of outcomes, and the disk that keeps all that. Between the two it is what there was before.
 *
 * Invariant: what it tells the term that it holds, it would begin with as authority.
 */
import { type FailureCode, SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { AuthorityStart } from "../core/store/authority.ts";
import { type Epoch, type Place, placeOf } from "../core/store/epochs.ts";
import { Table } from "../core/store/table.ts";
import type { Party, TermMessage } from "../core/store/term-messages.ts";
import { type Unmatched, unmatchedOf } from "../core/store/unmatched.ts";
import type { ReceivedEvent } from "../events.ts";
import type { Lead, OpenStorage } from "../storage/storage.ts";
import type { ElectiveOptions } from "./elective-options.ts";
import { Follower } from "./follower.ts";
import { KnownResults } from "./known-results.ts";
import { Parting } from "./parting.ts";
import { again } from "./ports.ts";
import { PreparedBatches, readPrepared } from "./prepared.ts";
import type { Remembered } from "./remembered.ts";
import { ResultsHandover } from "./results-handover.ts";
import { type Whole, writeWhole } from "./rewriting.ts";
import type { Ruling } from "./ruling.ts";
import { StandbyDisk } from "./standby-disk.ts";
import type { TermDriver } from "./term-driver.ts";
import type { WriteAnswer } from "./writer.ts";

export interface StandbyParts {
  readonly options: ElectiveOptions;
  readonly remembered: Remembered;
  readonly driver: () => TermDriver;
  /** What it holds has changed: the term wants to be told, by `hold`. */
  readonly onHeld: () => void;
  /** The copy is whole. */
  readonly onSynced: () => void;
  /** What could not be saved is to be tried again, by `follow`. */
  readonly onRetry: () => void;
}

export class Standby {
  readonly #parts: StandbyParts;
  readonly #options: ElectiveOptions;
  readonly #prepared = new PreparedBatches();
  /** What we know of outcomes while another one is the authority. */
  readonly #known = new KnownResults();
  readonly #handover: ResultsHandover;
  #follower: Follower | undefined;
  #disk: StandbyDisk | undefined;
  /** What there is before a copy follows, and where it begins. */
  #start: AuthorityStart;
  /** We had `start` as authority in this life: it knows which keys it removed. */
  #former: Ruling | undefined;
  readonly #parting: Parting;
  #isSynced = false;
  #toldHeld = -1;
  /** What we have after this revision the authority's history lacks: the next copy takes nothing from it. */
  #fork: number | undefined;
  #isDiskForked = false;
  #isClosed = false;

  constructor(parts: StandbyParts) {
    const { traffic, topic, start } = parts.options;
    this.#parts = parts;
    this.#options = parts.options;
    this.#start = start;
    this.#parting = new Parting(parts.options, parts.onRetry);
    const keep = (kept: () => void): void => this.#keepKnown(kept);
    this.#handover = new ResultsHandover(traffic, topic, this.#known, keep, () => parts.onHeld());
  }

  get follower(): Follower | undefined {
    return this.#follower;
  }

  get start(): AuthorityStart {
    return this.#start;
  }

  /** The copy was whole once. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Is it time to follow? Not before it is known what of what we have others lack, and that is saved. */
  get mayFollow(): boolean {
    return this.#follower === undefined && !this.#parts.driver().term.isUnmatched && !this.#parting.isPaused;
  }

  /** What only we had cannot be saved. */
  get isUnsaved(): boolean {
    return this.#parting.isUnsaved;
  }

  /** Entries that only we had, and that are saved. */
  get diverged(): number {
    return this.#parting.saved;
  }

  /** What a write is answered; `undefined`: the authority answers it. */
  get refusal(): WriteAnswer | undefined {
    if (this.#follower !== undefined) return undefined;
    const what = `store ${this.#options.topic}`;
    if (this.#parting.isUnsaved) return { kind: "refused", code: "DIVERGED_UNSAVED", what };
    return this.#parting.isPending || this.#parts.driver().term.isUnmatched ? again : undefined;
  }

  /** Saves first what others lack; where that cannot be, nothing follows, until `onRetry`. */
  async follow(): Promise<void> {
    if (!(await this.#parting.save())) return;
    if (this.#fork === undefined && !this.#isDiskForked) await this.#matched(); // else the disk says so until it has another table
    if (!this.#isClosed) await this.#beginCopy();
  }

  async #matched(): Promise<void> {
    const { traffic } = this.#options;
    await this.#parts.remembered.matched().catch((error) => traffic.node.fail(error)); // then it is matched again
  }

  async #beginCopy(): Promise<void> {
    const { traffic, topic, onChanges, onEffect } = this.#options;
    const fork = this.#fork;
    const { version, epochs, table } = this.#begin();
    this.#disk = this.#openDisk();
    const follower = new Follower({
      ...{ traffic, topic },
      onChanges: (run) => {
        this.#disk?.changed(run.changes);
        onChanges(run);
      },
      start: version.revision === 0 ? undefined : { version, epochs, entries: table, fork },
      isFrozen: () => this.#parts.driver().term.state === "taking-over",
      onEffect: (effect) => {
        if (this.#follower !== follower) return;
        this.#disk?.take(effect, follower.replica.version);
        if (effect.kind === "advanced" || effect.kind === "synced" || effect.kind === "state") this.#parts.onHeld();
        if (effect.kind === "synced") {
          this.#isSynced = true;
          this.#parts.onSynced();
        }
        onEffect(effect);
      },
    });
    this.#follower = follower;
    this.#handover.keepAgain();
    await follower.start();
  }

  #keepKnown(kept: () => void): void {
    const version = this.#follower?.replica.version;
    if (this.#options.opened === undefined) kept();
    else if (version !== undefined) this.#disk?.keep(version, (revision) => this.#handover.upTo(revision), kept);
  }

  /** What we begin with as authority: what the copy shows, and what was prepared besides. The disk has it, too. */
  async inherit(): Promise<AuthorityStart> {
    const { opened } = this.#options;
    this.#parting.cancel();
    this.#fork = undefined;
    const isDiskOutdated = this.#isDiskForked || this.#disk?.isOutdated === true;
    this.#leave();
    await this.#parts.remembered.settled(); // behind all that was prepared, which nobody sees before
    const start = this.#addPrepared();
    const isDiskBehind = isDiskOutdated || opened?.head.version.revision !== start.version.revision;
    if (opened !== undefined && isDiskBehind) {
      const lead = (): Lead => this.#parts.remembered.leadOf(opened, start.epochs);
      await writeWhole(opened, { ...start, results: () => start.results, lead });
    }
    this.#isDiskForked = false;
    return start;
  }

  /** We were the authority, and had this. */
  ruled(former: Ruling): void {
    this.#start = former.start;
    this.#former = former;
  }

  /** Follows nobody: it is not known yet what of what we have others lack. */
  halt(): void {
    if (this.#follower === undefined) return;
    this.#leave();
    this.#former = undefined;
  }

  /** The one that goes on has another history after this revision. */
  part(winner: Party, after: number): void {
    this.halt(); // it may take the same numbers for the same history
    this.#fork = after < this.#start.version.revision ? after : undefined; // else the copy is right, and the disk is not
    this.#isDiskForked = this.#options.opened !== undefined;
    this.#parting.begin(winner, () => this.#unmatched(after));
  }

  #unmatched(after: number): Unmatched {
    if (this.#former !== undefined) return this.#former.unmatched(after);
    const { version, table: shown } = this.#start;
    const revision = this.#prepared.heldRevision(version.revision);
    if (revision === version.revision) return unmatchedOf(shown, version, undefined, after);
    const table = new Table(); // with what nobody here has seen yet
    for (const entry of shown) table.restore(entry);
    this.#prepared.applyTo(table, version.revision);
    return unmatchedOf(table, { ...version, revision }, undefined, after);
  }

  /** The authority prepares a batch. */
  hear({ name, args, origin }: ReceivedEvent): void {
    const batch = name === "prepare" ? readPrepared(args.slice(1)) : undefined;
    const replica = this.#follower?.replica;
    if (batch === undefined || replica === undefined) return;
    if (!this.#parts.driver().term.mayPrepare(batch.version.epoch, origin.id)) return;
    this.#handover.begin(origin.id, batch.version.epoch, replica.version.revision);
    for (const each of batch.results) this.#known.add(each);
    const isOurs = replica.isOf(origin.id, batch.version.epoch);
    const isNext = isOurs && this.#prepared.add(batch, replica.version.revision);
    if (isNext) this.#disk?.prepared(batch);
    this.#toldHeld = -1; // what we said before may be lost
    this.#parts.onHeld();
  }

  /** The term may have made us heir. */
  look(): void {
    const { version, authority } = this.#follower?.replica ?? {};
    const { term } = this.#parts.driver();
    if (authority === undefined || version === undefined || term.state !== "heir") return;
    this.#handover.begin(authority.node, term.epoch, version.revision);
  }

  /** Will it make us heir of one whose outcomes we do not know yet? */
  isUnknown(message: TermMessage): boolean {
    const isToBeHeir = message.kind === "ping" && message.heir === this.#options.traffic.node.origin.id;
    return isToBeHeir && !this.#handover.isDone(message.from.life, message.epoch);
  }

  /** An heir that does not know all outcomes yet holds nothing, as far as the authority is concerned. */
  honest(message: TermMessage): TermMessage {
    const { node } = this.#follower?.replica.authority ?? { node: "" };
    if (message.kind !== "pong" || this.#parts.driver().term.state !== "heir") return message;
    return this.#handover.isDone(node, message.epoch)
      ? message
      : { ...message, held: { epoch: 0, revision: 0, by: "" } };
  }

  /** Tells the term what we hold, and the authority, if we are its heir. */
  hold(isUnknown: boolean): void {
    const replica = this.#follower?.replica;
    if (replica === undefined) return;
    const driver = this.#parts.driver();
    const { term } = driver;
    const { epoch, revision } = replica.version;
    const begins = this.#prepared.heldRevision(revision);
    const held = Math.min(begins, this.#disk?.synced ?? Number.POSITIVE_INFINITY);
    const isKnown = term.state !== "heir" || this.#handover.isDone(replica.authority?.node ?? "", epoch);
    const isCurrent = replica.state === "live" && epoch === term.epoch && this.#disk?.isOutdated !== true;
    const isLive = isCurrent && isKnown && !isUnknown;
    term.hold({ version: { epoch, revision: held }, epochs: replica.epochs, isLive, begins });
    if (term.state !== "heir" || !isKnown) return;
    if (held > this.#toldHeld) this.#tellHeld(placeOf(replica.epochs, { epoch, revision: held }));
    driver.arm();
  }

  close(): void {
    this.#isClosed = true;
    this.#parting.close();
    this.#follower?.close();
    this.#handover.close();
    this.#disk?.close();
  }

  #tellHeld(held: Place): void {
    this.#toldHeld = held.revision;
    const { id, name } = this.#options.traffic.node.origin;
    this.#parts.driver().send(undefined, { kind: "held", from: { node: name, life: id }, ...held });
  }

  /** Follows nobody any more; what the copy showed is shown on. */
  #leave(): void {
    const follower = this.#follower;
    if (follower === undefined) return;
    const { version, epochs, table } = follower.replica;
    follower.close();
    this.#follower = undefined;
    this.#disk?.close();
    this.#disk = undefined;
    this.#start = { version, epochs, table, results: [...this.#handover.upTo(version.revision)] };
  }

  /** What was prepared is part of what there is, and told like any other change. */
  #addPrepared(): AuthorityStart {
    const { table, version, epochs } = this.#start;
    const runs = this.#prepared.applyTo(table, version.revision);
    this.#prepared.clear();
    const revision = runs.at(-1)?.version.revision;
    if (revision === undefined) return this.#start;
    this.#start = { table, version: { ...version, revision }, epochs, results: [...this.#handover.upTo(revision)] };
    for (const run of runs) this.#options.onChanges(run);
    return this.#start;
  }

  /** Where the copy begins. */
  #begin(): AuthorityStart {
    const known = this.#fork === undefined ? [...this.#start.results] : []; // of that history no outcome counts
    if (this.#fork !== undefined) this.#handover.clear();
    this.#fork = undefined;
    this.#former = undefined;
    this.#prepared.clear();
    for (const each of known) this.#known.add(each);
    this.#start = { ...this.#start, results: known };
    return this.#start;
  }

  #lead(opened: OpenStorage): Lead {
    return this.#parts.remembered.leadOf(opened, this.#follower?.replica.epochs ?? []);
  }

  #openDisk(): StandbyDisk | undefined {
    const { opened, durability, traffic, topic } = this.#options;
    if (opened === undefined) return undefined;
    return new StandbyDisk({
      ...{ opened, durability, isForked: this.#isDiskForked },
      whole: (): Whole => {
        const { version, epochs, table } = this.#follower?.replica ?? this.#start;
        const lead = (then: readonly Epoch[]): Lead => this.#parts.remembered.leadOf(opened, then);
        return { version, epochs, table, results: (revision) => this.#handover.upTo(revision), lead };
      },
      writeEpochs: () => opened.writeHead(this.#lead(opened)),
      outcomes: (after, revision) => (after < this.#handover.reachesTo ? this.#known.between(after, revision) : []),
      onSynced: () => this.#parts.onHeld(),
      onFailure: (cause) =>
        traffic.node.fail(new SwitchyardError(codeOf(cause), `store ${topic}, a standby`, { cause })),
      later: (run) => void traffic.node.clock.after(limits.storeAnnounceMs, run),
    });
  }
}

function codeOf(error: unknown): FailureCode {
  return error instanceof SwitchyardError ? error.code : "INTERNAL";
}
