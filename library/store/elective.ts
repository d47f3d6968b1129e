/**
 * A handle that may be the authority: it is one while its term says so, and a replica that waits for its turn else.
 *
 * Invariant: there is a host or a follower, never both; which, the term decides. What is acknowledged and answered is
 * asked of the term each time.
 */
import { type FailureCode, SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import { Authority, type AuthorityStart } from "../core/store/authority.ts";
import type { Durability } from "../core/store/change.ts";
import { entryCheck } from "../core/store/schema.ts";
import type { TermEffect, TermMessage, TermRecord, TermState } from "../core/store/term-messages.ts";
import type { ReceivedEvent } from "../events.ts";
import { Desk } from "./desk.ts";
import type { ElectiveOptions } from "./elective-options.ts";
import { electiveSide } from "./elective-side.ts";
import { EpochLives } from "./epoch-lives.ts";
import { Follower } from "./follower.ts";
import { type Asker, Host } from "./host.ts";
import { KnownResults } from "./known-results.ts";
import { Lookers } from "./lookers.ts";
import { writeWhole } from "./opening.ts";
import { PreparedBatches, readPrepared } from "./prepared.ts";
import { ResultsHandover } from "./results-handover.ts";
import type { Side } from "./side.ts";
import { StandbyDisk } from "./standby-disk.ts";
import { TermDriver } from "./term-driver.ts";
import { termGate } from "./term-gate.ts";
import { readTermRecord, termRecordText, writeEpochs } from "./term-record.ts";

interface Ruling {
  readonly host: Host;
  readonly desk: Desk;
  isClosed: boolean;
  /** It listens. */
  isOpen: boolean;
  readonly endings: (() => void)[];
}

/** States in which we are the authority. `handing-over` is one of before: it stays what it was. */
const ruling: ReadonlySet<TermState> = new Set(["alone", "protected", "unprotected", "waiting-for-heir", "conflicted"]);
const following: ReadonlySet<TermState> = new Set(["follower", "heir", "closed"]);

export class Elective {
  readonly driver: TermDriver;
  readonly #options: ElectiveOptions;
  readonly #prepared = new PreparedBatches();
  readonly #lives: EpochLives;
  /** What we know of outcomes while another one is the authority. */
  readonly #known = new KnownResults();
  readonly #handover: ResultsHandover;
  #disk: StandbyDisk | undefined;
  /** What the disk has, or will have soon. */
  #record: TermRecord | undefined;
  #ruling: Ruling | undefined;
  #follower: Follower | undefined;
  /** What there is before either, and between the two. */
  #start: AuthorityStart;
  #former: AuthorityStart | undefined;
  readonly #lookers: Lookers;
  #isSynced = false;
  #toldHeld = -1;
  #isBusy = false;
  #isClosed = false;
  /** Of what we have, the authority's history lacks some: the next copy begins with nothing. */
  #isForked = false;
  #isDiskForked = false;

  constructor(options: ElectiveOptions) {
    this.#options = options;
    this.#start = options.start;
    const { traffic, topic, role, term, start, opened } = options;
    const { id, name } = traffic.node.origin;
    const remembered = readTermRecord(opened?.head.record);
    this.#record = remembered.record;
    this.#lives = new EpochLives(remembered.epochs);
    const epoch = Math.max(opened?.head.highestEpoch ?? 0, start.version.epoch);
    const epochs = this.#lives.of(start.epochs, undefined);
    const wasAuthority = role === "authority" && epoch > 0;
    this.#lookers = new Lookers(traffic.node, `store ${topic}`);
    this.#handover = new ResultsHandover(traffic, topic, this.#known, () => this.#hold());
    this.driver = new TermDriver({
      ...{ traffic, topic },
      term: {
        ...term,
        self: { node: name, life: id },
        role,
        record: remembered.record ?? (wasAuthority ? { epoch, role: "authority", heir: undefined, epochs } : undefined),
        remembers: opened !== undefined,
        isPersistent: opened !== undefined,
        holdings: { version: start.version, epochs, isLive: false },
      },
      persist: async (record) => {
        const lineage = opened?.head.lineage ?? "";
        this.#record = record;
        const { epochs: all, epoch: highestEpoch } = record;
        await opened?.writeHead({ epochs: all, highestEpoch, lineage, record: termRecordText(record) });
        this.#lives.had(all);
      },
      hold: (message) => {
        if (message.kind === "announce") this.#lives.announced(message.from.life, message.epochs);
        this.#hold(this.#isToBeHeir(message) && !this.#handover.isDone(message.from.life, message.epoch));
      },
      change: (message) => this.#honest(message),
      onEffect: (effect) => this.#take(effect),
      onLooked: () => {
        this.#ruling?.host.look();
        const life = this.#follower?.replica.authority?.node;
        if (life !== undefined && this.driver.term.state === "heir") this.#handover.begin(life, this.driver.term.epoch);
      },
      onSaid: (said) => this.#hear(said),
    });
  }

  /** Resolves when the peers know that we take part, and we are the authority, or the copy is whole. */
  async begin(timeoutMs: number): Promise<void> {
    await this.driver.start();
    await this.until(() => this.#ruling?.isOpen === true || this.#isSynced, timeoutMs);
  }

  /** @throws SwitchyardError `NO_AUTHORITY` where it is not so in time, `CLOSED` */
  until(isSo: () => boolean, timeoutMs: number): Promise<void> {
    return this.#lookers.until(isSo, timeoutMs);
  }

  /**
   * Asks for the role, or takes it. Resolves when we have it.
   * @throws SwitchyardError `CONFLICT`, `NO_AUTHORITY`
   */
  async promote(force: boolean, timeoutMs: number): Promise<void> {
    const { term } = this.driver;
    this.driver.carryOut(force ? term.force(this.driver.nowMs()) : term.promote(this.driver.nowMs()));
    await this.until(() => this.#ruling?.isOpen === true && term.state !== "conflicted", timeoutMs);
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    this.#lookers.look();
    const opened = this.#options.opened;
    await this.#stepDown(graceMs);
    this.driver.close();
    this.#follower?.close();
    this.#handover.close();
    this.#disk?.close();
    const closing = opened?.close();
    closing?.catch((error) => this.#options.traffic.node.fail(error));
    if (graceMs > 0) await closing?.catch(() => {});
  }

  #take(effect: Exclude<TermEffect, { kind: "send" | "act" }>): void {
    if (effect.kind === "state") this.#change();
    if (effect.kind === "diverged") this.#tellDiverged(effect.afterRevision);
    this.#options.onTerm(effect);
    this.#lookers.look();
  }

  #tellDiverged(afterRevision: number): void {
    const { table } = this.#ruling?.host.authority ?? this.#former ?? this.#start; // we may not have stepped down yet
    this.#options.onDiverged([...table].filter(({ revision }) => revision > afterRevision));
    this.#isForked = true;
    this.#isDiskForked = this.#options.opened !== undefined;
    if (this.#follower === undefined) return;
    this.#follower.close(); // it may have taken the same numbers for the same history
    this.#follower = undefined;
    this.#change();
  }

  /** Brings what we do in line with what we are; one change after the other. */
  #change(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#settle()
      .catch((error) => this.#options.traffic.node.fail(error))
      .finally(() => {
        this.#isBusy = false;
        if (!this.#isClosed && this.#isOutOfLine()) this.#change();
      });
  }

  #isOutOfLine(): boolean {
    const { state } = this.driver.term;
    if (ruling.has(state))
      return this.#ruling === undefined || this.#ruling.host.version.epoch < this.driver.term.epoch;
    return following.has(state) && state !== "closed" && this.#follower === undefined;
  }

  async #settle(): Promise<void> {
    if (this.#isClosed) return;
    const { state, epoch } = this.driver.term;
    if (ruling.has(state)) {
      if (this.#ruling === undefined) await this.#stepUp();
      else if (this.#ruling.host.version.epoch < epoch) this.#ruling.host.beginEpoch(epoch);
    } else if (following.has(state)) {
      await this.#stepDown(2_000);
      if (state !== "closed" && this.#follower === undefined) await this.#follow();
    }
    this.#ruling?.host.look();
  }

  async #stepUp(): Promise<void> {
    const { traffic, topic, schema, opened, durability, onChange, onClockJump } = this.#options;
    const { clock } = traffic.node;
    const start = this.#heirloom();
    await opened?.writeHead(opened.head); // behind all that was prepared
    const isDiskBehind = this.#isDiskForked || opened?.head.version.revision !== start.version.revision;
    if (opened !== undefined && isDiskBehind) await writeWhole(opened, start);
    this.#isDiskForked = false;
    const authority = new Authority<Asker>({
      ...{
        nowMs: clock.nowMs(),
        wallMs: clock.wallMs(),
        start: start.epochs.length > 0 || start.version.revision > 0 ? start : undefined,
      },
      check: schema && entryCheck(schema),
    });
    authority.beginEpoch(this.driver.term.epoch);
    const host = new Host({
      traffic,
      topic,
      authority,
      storage: opened,
      onChange,
      onClockJump,
      gate: termGate(this.driver, () => this.#hold()),
    });
    const safety = (): Durability => (this.driver.term.heirLife === undefined ? durability : "replicated");
    const desk = new Desk(host, safety, () => clock.nowMs());
    const own: Ruling = { host, desk, isClosed: false, isOpen: false, endings: [] };
    this.#ruling = own;
    this.#hold();
    await host.settled(); // what was due is gone
    const endings = await Promise.all([
      traffic.listen("read", topic, (said, reply) => desk.read(said, reply)),
      traffic.listen("write", topic, (said, reply) => desk.write(said, reply)),
    ]);
    own.endings.push(...endings);
    if (own.isClosed) for (const end of endings) end();
    else {
      own.isOpen = true;
      host.start();
      this.#lookers.look();
    }
  }

  /** What we begin with as authority: what a replica shows, and what was prepared besides. */
  #heirloom(): AuthorityStart {
    const follower = this.#follower;
    if (follower === undefined) return this.#start;
    const { version, epochs, table } = follower.replica;
    follower.close();
    this.#follower = undefined;
    this.#disk?.close();
    this.#disk = undefined;
    const revision = this.#prepared.applyTo(table, version.revision);
    return { version: { epoch: version.epoch, revision }, epochs, table, results: [...this.#known.upTo(revision)] };
  }

  async #stepDown(graceMs: number): Promise<void> {
    const own = this.#ruling;
    if (own === undefined) return;
    own.isClosed = true;
    this.#ruling = undefined;
    for (const end of own.endings) end();
    this.#former = startOf(own.host.authority); // while the last batch ends, too, somebody may ask for it
    await own.host.close(graceMs);
    this.#start = startOf(own.host.authority);
    this.#former = this.#start;
  }

  async #follow(): Promise<void> {
    const { traffic, topic, onChange, onEffect } = this.#options;
    if (this.#isForked) this.#start = startOf(new Authority({ nowMs: 0, wallMs: 0 })); // of that history nothing counts
    this.#isForked = false;
    const { version, epochs, table, results } = this.#start;
    const known = [...results];
    this.#start = { version, epochs, table, results: known };
    for (const each of known) this.#known.add(each);
    this.#disk = this.#openDisk();
    const follower = new Follower({
      ...{ traffic, topic },
      onChange: (change, before, at) => {
        this.#disk?.changed(change);
        onChange(change, before, at);
      },
      start: version.revision === 0 ? undefined : { version, epochs, entries: table },
      onEffect: (effect) => {
        if (this.#follower !== follower) return;
        this.#disk?.take(effect, follower.replica.version);
        if (effect.kind === "advanced" || effect.kind === "synced" || effect.kind === "state") this.#hold();
        if (effect.kind === "synced") {
          this.#isSynced = true;
          this.#lookers.look();
        }
        onEffect(effect);
      },
    });
    this.#follower = follower;
    await follower.start();
  }

  #openDisk(): StandbyDisk | undefined {
    const { opened, durability, traffic, topic } = this.#options;
    if (opened === undefined) return undefined;
    return new StandbyDisk({
      ...{ opened, durability, isForked: this.#isDiskForked },
      whole: () => {
        const { version, epochs, table } = this.#follower?.replica ?? this.#start;
        return { version, epochs, table, results: this.#known.upTo(version.revision) };
      },
      writeEpochs: () => {
        const { epochs = [], authority } = this.#follower?.replica ?? {};
        return writeEpochs(opened, this.#lives.of(epochs, authority?.node), this.#record);
      },
      onSynced: () => this.#hold(),
      onFailure: (cause) =>
        traffic.node.fail(new SwitchyardError(codeOf(cause), `store ${topic}, a standby`, { cause })),
      later: (run) => void traffic.node.clock.after(limits.storeAnnounceMs, run),
    });
  }

  /** We were named heir, by this very message or before. */
  #isToBeHeir(message: TermMessage): boolean {
    return message.kind === "ping" && message.heir === this.#options.traffic.node.origin.id;
  }

  /** An heir that does not know all outcomes yet holds nothing, as far as the authority is concerned. */
  #honest(message: TermMessage): TermMessage {
    const { node } = this.#follower?.replica.authority ?? { node: "" };
    if (message.kind !== "pong" || this.driver.term.state !== "heir") return message;
    return this.#handover.isDone(node, message.epoch) ? message : { ...message, held: { epoch: 0, revision: 0 } };
  }

  /** Tells the term what we hold, and the authority, if we are its heir. */
  #hold(isNew = false): void {
    const { term } = this.driver;
    const own = this.#ruling?.host;
    if (own !== undefined) {
      const version = { epoch: own.version.epoch, revision: own.certainRevision };
      term.hold({ version, epochs: term.epochs, isLive: false });
      return;
    }
    const replica = this.#follower?.replica;
    if (replica === undefined) return;
    const { epoch, revision } = replica.version;
    const held = Math.min(this.#prepared.heldRevision(revision), this.#disk?.synced ?? Number.POSITIVE_INFINITY);
    const isKnown = term.state !== "heir" || this.#handover.isDone(replica.authority?.node ?? "", epoch);
    const isLive = replica.state === "live" && epoch === term.epoch && isKnown && !isNew;
    const epochs = this.#lives.of(replica.epochs, replica.authority?.node);
    term.hold({ version: { epoch, revision: held }, epochs, isLive });
    if (term.state !== "heir" || !isKnown) return;
    if (held > this.#toldHeld) this.#tellHeld(epoch, held);
    this.driver.arm();
  }

  #tellHeld(epoch: number, revision: number): void {
    this.#toldHeld = revision;
    const { id, name } = this.#options.traffic.node.origin;
    this.driver.send(undefined, { kind: "held", from: { node: name, life: id }, epoch, revision });
  }

  #hear({ name, args, origin }: ReceivedEvent): void {
    const batch = name === "prepare" ? readPrepared(args.slice(1)) : undefined;
    const replica = this.#follower?.replica;
    if (batch === undefined || replica === undefined) return;
    if (!this.driver.term.mayPrepare(batch.version.epoch, origin.id)) return;
    this.#handover.begin(origin.id, batch.version.epoch);
    for (const each of batch.results) this.#known.add(each);
    const isNext = replica.version.epoch === batch.version.epoch && this.#prepared.add(batch, replica.version.revision);
    if (isNext) this.#disk?.prepared(batch);
    this.#toldHeld = -1; // what we said before may be lost
    this.#hold();
  }

  side(): Side {
    const { traffic, topic, opened } = this.#options;
    return electiveSide({
      ...{ traffic, topic, isPersistent: opened !== undefined },
      ruling: () => this.#ruling,
      follower: () => this.#follower,
      start: () => this.#start,
      promote: (force, timeoutMs) => this.promote(force, timeoutMs),
      close: (graceMs) => this.close(graceMs),
    });
  }
}

function startOf(authority: Authority<Asker>): AuthorityStart {
  const { table, version, epochs } = authority;
  return { table, version, epochs, results: authority.results() };
}

function codeOf(error: unknown): FailureCode {
  return error instanceof SwitchyardError ? error.code : "INTERNAL";
}
