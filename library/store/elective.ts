/**
 * A handle that may be the authority: it is one while its term says so (ruling.ts), and a replica that waits for its turn
 * else (standby.ts).
 *
 * Invariant: there is a host or a follower, never both; which, the term decides. What is acknowledged and answered is
 * asked of the term each time.
 */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { TermEffect, TermMessage, TermState } from "../core/store/term-messages.ts";
import type { ElectiveOptions } from "./elective-options.ts";
import { electiveSide } from "./elective-side.ts";
import { Lookers } from "./lookers.ts";
import { Promotions } from "./promotions.ts";
import { Remembered } from "./remembered.ts";
import { expiryOf, Ruling } from "./ruling.ts";
import type { Side, StoreState, Succession } from "./side.ts";
import { Standby } from "./standby.ts";
import { TermDriver } from "./term-driver.ts";
import { within } from "./within.ts";

/** States in which we are the authority. `handing-over` is one of before: it stays what it was. */
const ruling: ReadonlySet<TermState> = new Set(["alone", "protected", "unprotected", "waiting-for-heir", "conflicted"]);
const following: ReadonlySet<TermState> = new Set(["follower", "heir", "closed"]);

export class Elective {
  readonly driver: TermDriver;
  /** What the handle stands on. */
  readonly side: Side;
  readonly #options: ElectiveOptions;
  readonly #remembered: Remembered;
  readonly #lookers: Lookers;
  readonly #standby: Standby;
  #ruling: Ruling | undefined;
  /** The last other authority that was met. */
  #rival: string | undefined;
  readonly #promotions: Promotions;
  #toldState: StoreState = "syncing";
  #isBusy = false;
  #changing: Promise<void> = Promise.resolve();
  /** It follows nobody any more. */
  #isLeaving = false;
  #isClosed = false;

  constructor(options: ElectiveOptions) {
    this.#options = options;
    const { traffic, topic, opened } = options;
    this.#remembered = new Remembered(opened);
    this.#lookers = new Lookers(traffic.node, `store ${topic}`);
    this.#standby = new Standby({
      ...{ options, remembered: this.#remembered, driver: () => this.driver },
      onHeld: () => {
        this.#hold(false);
        this.#tellState();
      },
      onSynced: () => this.#lookers.look(),
      onRetry: () => this.#change(),
    });
    this.driver = this.#drive();
    this.side = this.#makeSide();
    const isOpen = (): boolean => this.#ruling?.isOpen === true;
    this.#promotions = new Promotions({ traffic, topic, driver: this.driver, lookers: this.#lookers, isOpen });
  }

  /**
   * Resolves when the peers know that we take part, and we are the authority, or the copy is whole.
   * @throws SwitchyardError `NO_AUTHORITY` where it is not so in time, `NO_WITNESS` where it is for want of that, `CLOSED`
   */
  async begin(timeoutMs: number): Promise<void> {
    await this.driver.start();
    const isBegun = (): boolean => this.#ruling?.isOpen === true || this.#standby.isSynced;
    await this.until(isBegun, timeoutMs).catch((error: SwitchyardError) => {
      if (error.code !== "NO_AUTHORITY" || !this.driver.isWitnessSilent) throw error;
      throw new SwitchyardError("NO_WITNESS", `store ${this.#options.topic}, ${timeoutMs} ms`);
    });
  }

  /** @throws SwitchyardError `NO_AUTHORITY` where it is not so in time, `CLOSED` */
  until(isSo: () => boolean, timeoutMs: number): Promise<void> {
    return this.#lookers.until(isSo, timeoutMs);
  }

  /** Whoever goes takes no role over, while its last writes are waited for. The authority needs it for these. */
  #leave(): void {
    if (this.#ruling === undefined) this.driver.leave();
  }

  async close(graceMs: number): Promise<void> {
    this.#isLeaving = true;
    if (graceMs > 0 && this.#ruling !== undefined) await this.#leaveToHeir(graceMs);
    this.#isClosed = true;
    this.#lookers.look();
    const { opened, traffic } = this.#options;
    await this.#stepDown(graceMs);
    this.driver.close();
    this.#standby.close();
    const closing = opened?.close();
    closing?.catch((error) => traffic.node.fail(error));
    if (graceMs > 0 && closing !== undefined) await within(traffic.node.clock, graceMs, closing);
  }

  /** Writers wait for the heir no longer than it takes to tell it; without one they wait for the next authority. */
  async #leaveToHeir(graceMs: number): Promise<void> {
    const promoted = await this.#promotions.handOver(graceMs);
    if (promoted !== undefined) await this.#changing;
  }

  #makeSide(): Side {
    const { traffic, topic, opened } = this.#options;
    return electiveSide({
      ...{ traffic, topic, isPersistent: opened !== undefined },
      ruling: () => this.#ruling,
      unsureSinceMs: () => this.driver.term.unsureSinceMs(this.driver.nowMs()),
      follower: () => this.#standby.follower,
      start: () => this.#standby.start,
      refusal: () => this.#standby.refusal,
      succession: () => this.#succession(),
      begun: () => this.#begun(),
      promote: (force, timeoutMs) => this.#promotions.promote(force, timeoutMs),
      leave: () => this.#leave(),
      close: (graceMs) => this.close(graceMs),
    });
  }

  async #begun(): Promise<boolean> {
    const isBegun = (): boolean => this.#isClosed || this.#ruling !== undefined || this.#standby.follower !== undefined;
    await this.#lookers.until(isBegun).catch(() => {}); // the node is closed
    return !this.#isClosed && isBegun();
  }

  #succession(): Succession {
    const { state, heir, heirOf } = this.driver.term;
    const { isUnsaved, diverged } = this.#standby;
    const rival = state === "conflicted" ? this.#rival : undefined;
    return { standing: isUnsaved ? "unsaved" : state, heir: heir?.node, heirOf, rival, diverged };
  }

  #drive(): TermDriver {
    const { traffic, topic, role, term } = this.#options;
    const { id, name } = traffic.node.origin;
    return new TermDriver({
      ...{ traffic, topic },
      term: { ...term, role, self: { node: name, life: id }, ...this.#remembered.begins(this.#options) },
      persist: (record) => this.#remembered.persist(record),
      hold: (message) => this.#holdFor(message),
      change: (message) => this.#standby.honest(message),
      onEffect: (effect) => this.#take(effect),
      onLooked: () => {
        this.#ruling?.host.look();
        this.#standby.look();
        if (this.#isOutOfLine()) this.#change();
        this.#tellState();
      },
      onSaid: (said) => this.#standby.hear(said),
      onAsked: (said, reply) => this.#promotions.hear(said, reply),
    });
  }

  #take(effect: Exclude<TermEffect, { kind: "send" | "act" }>): void {
    if (this.driver.term.isUnmatched) this.#standby.halt();
    if (effect.kind === "conflict") this.#rival = effect.other.node;
    if (effect.kind === "state") this.#change();
    if (effect.kind === "diverged") this.#standby.part(effect.winner, effect.afterRevision);
    this.#options.onTerm(effect);
    this.#lookers.look();
  }

  /** Brings what we do in line with what we are; one change after the other. */
  #change(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#changing = this.#settle()
      .catch((error) => this.#options.traffic.node.fail(error))
      .finally(() => {
        this.#isBusy = false;
        if (!this.#isClosed && this.#isOutOfLine()) this.#change();
        this.#lookers.look();
        this.#tellState();
      });
  }

  /** On its way from one to the other it is neither, which is nobody's concern. */
  #tellState(): void {
    if (!this.#isBusy) this.#tell(this.side.state);
  }

  #tell(state: StoreState): void {
    if (this.#isClosed || state === this.#toldState) return;
    this.#toldState = state;
    this.#options.onState(state);
  }

  #isOutOfLine(): boolean {
    const { state, epoch } = this.driver.term;
    if (ruling.has(state)) return this.#ruling === undefined || this.#ruling.host.version.epoch < epoch;
    return following.has(state) && this.#isToFollow();
  }

  #isToFollow(): boolean {
    return this.driver.term.state !== "closed" && !this.#isLeaving && this.#standby.mayFollow;
  }

  async #settle(): Promise<void> {
    if (this.#isClosed) return;
    const { state, epoch } = this.driver.term;
    if (ruling.has(state)) {
      if (this.#ruling === undefined) await this.#stepUp();
      else if (this.#ruling.host.version.epoch < epoch)
        await this.#ruling.host.beginEpoch(this.driver.term.epochs.at(-1)!);
    } else if (following.has(state)) {
      await this.#stepDown(limits.stepDownMs);
      if (this.#isToFollow()) await this.#standby.follow();
    }
    this.#ruling?.host.look();
  }

  async #stepUp(): Promise<void> {
    const start = await this.#standby.inherit();
    const expiry = await expiryOf(start.table, this.#options.traffic.node.clock);
    if (this.#isClosed) return; // while the disk was waited for
    const own = new Ruling(this.#options, this.driver, { ...start, expiry }, () => this.#hold(false));
    this.#ruling = own;
    this.#hold(false);
    await own.open();
    this.#lookers.look();
  }

  async #stepDown(graceMs: number): Promise<void> {
    const own = this.#ruling;
    if (own === undefined) return;
    this.#ruling = undefined;
    this.#tell("syncing");
    const closed = own.close(graceMs);
    this.#standby.ruled(own); // while the last batch ends, too, somebody may ask for it
    await closed;
    this.#standby.ruled(own);
  }

  /** Before the term hears this. */
  #holdFor(message: TermMessage): void {
    this.#hold(this.#standby.isUnknown(message));
  }

  /** Tells the term what we hold. */
  #hold(isUnknown: boolean): void {
    const own = this.#ruling?.host;
    if (own === undefined) {
      this.#standby.hold(isUnknown);
      return;
    }
    const { term } = this.driver;
    const version = { epoch: own.version.epoch, revision: own.certainRevision };
    term.hold({ version, epochs: term.epochs, isLive: false });
  }
}
