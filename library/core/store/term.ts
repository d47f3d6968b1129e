/**
 * Who is the authority of one store, as one node sees it: of every node that opened it as authority or standby.
 *
 * Invariant: in `proof` and `wait`, and with an arbiter, no two nodes may answer at the same time; whatever was acknowledged
 * as `replicated` is held by whoever begins the next epoch. docs/decisions/0019-takeover.md has the states, and why.
 * The driver feeds it messages of others, results of acts and the time (monotonic ms), carries out the effects in their
 * order, and calls `check` at `deadlineMs`. Knows nothing of entries, links, disks or timers.
 */
import { SwitchyardError } from "../errors.ts";
import { limits } from "../limits.ts";
import { Acts } from "./acts.ts";
import { AuthorityTerm } from "./authority-term.ts";
import { compareVersions, type Durability, type Version } from "./change.ts";
import { judge } from "./conflict.ts";
import { type Epoch, forkRevision, goOn, type History } from "./epochs.ts";
import { HeirTerm } from "./heir-term.ts";
import { Recovery } from "./recovery.ts";
import type {
  ActResult,
  Holdings,
  Party,
  TermEffect,
  TermMessage,
  TermOptions,
  TermRecord,
  TermState,
} from "./term-messages.ts";
import type { WitnessRecord } from "./witness.ts";

type Of<Kind extends TermMessage["kind"]> = Extract<TermMessage, { kind: Kind }>;
type Body = TermMessage extends infer M ? (M extends TermMessage ? Omit<M, "from" | "epoch"> : never) : never;

type Phase =
  | { readonly kind: "starting" | "follower" | "closed" }
  | { readonly kind: "heir"; readonly term: HeirTerm }
  | {
      readonly kind: "authority";
      readonly term: AuthorityTerm;
      isConflicted: boolean;
      hadHeir: boolean;
      /** A hand-over is under way until then. */
      handsOverUntilMs: number | undefined;
      /** Since when the heir was seen not to answer. */
      lostMs: number | undefined;
    }
  | { readonly kind: "recovering"; readonly recovery: Recovery }
  | { readonly kind: "granting"; readonly to: Party; readonly revision: number; askMs: number };

export class Term {
  /** The epoch that we speak for, or the highest that we heard of. */
  epoch: number;
  epochs: readonly Epoch[];
  state: TermState = "follower";

  readonly #options: TermOptions;
  readonly #self: Party;
  readonly #acts = new Acts();
  #holdings: Holdings;
  #phase: Phase = { kind: "starting" };
  #toldEpoch = -1;
  #announceMs: number;
  /** When an authority was last heard of, or the witness asked. */
  #heardMs: number;
  /** We were asked by an authority that had started again, and will not be heir in this epoch. */
  #resignedEpoch = -1;
  #wasHeirEpoch = -1;
  #askedBy: string | undefined;
  /** Life of the heir that is known to be gone, and not to have taken over. */
  #gone: string | undefined;
  /** What we had as authority, until it is known what of it the next one lacks. */
  #unmatched: History | undefined;
  #newest: Version;
  readonly #met = new Set<string>();

  /** The effects of the start are those of the first `check`, which is due at once. */
  constructor(options: TermOptions, nowMs: number) {
    this.#options = options;
    this.#self = options.self;
    this.#holdings = options.holdings;
    this.epochs = options.record?.epochs ?? options.holdings.epochs;
    this.epoch = Math.max(options.record?.epoch ?? 0, options.holdings.version.epoch);
    this.#newest = options.holdings.version;
    this.#announceMs = nowMs;
    this.#heardMs = nowMs;
  }

  /** When `check` has something to say. Early is harmless. */
  get deadlineMs(): number | undefined {
    const phase = this.#phase;
    const times = [this.#acts.deadlineMs];
    if (phase.kind === "authority") times.push(phase.term.pingMs, this.#announceMs);
    if (!this.#acts.isBusy) times.push(this.#decidesMs(phase));
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** When a phase wants to do something that cannot be done while an act is under way. */
  #decidesMs(phase: Phase): number | undefined {
    switch (phase.kind) {
      case "starting":
        return Number.NEGATIVE_INFINITY;
      case "heir":
        return phase.term.deadlineMs;
      case "recovering":
        return phase.recovery.askMs;
      case "granting":
        return phase.askMs;
      case "follower":
        return this.#options.hasArbiter ? this.#heardMs + limits.lookAroundMs : undefined;
      case "authority":
      case "closed":
        return undefined;
    }
  }

  /** Life of the heir to which `prepare` goes; `undefined`: nobody. */
  get heirLife(): string | undefined {
    return this.#phase.kind === "authority" ? this.#phase.term.heir?.life : undefined;
  }

  /** Can there be a `replicated` acknowledgement without waiting for an appointment? If not, say `UNPROTECTED`. */
  get isProtectable(): boolean {
    return this.heirLife !== undefined;
  }

  check(nowMs: number): TermEffect[] {
    return this.#told(nowMs, [...this.#acts.check(nowMs), ...this.#check(nowMs)]);
  }

  receive(message: TermMessage, nowMs: number): TermEffect[] {
    const { from, epoch } = message;
    if (this.#phase.kind === "closed" || this.#phase.kind === "starting") return [];
    if (from.node === this.#self.node) return []; // an earlier life of ours, or an echo
    if (epoch < this.epoch) return this.#told(nowMs, this.#fence(message));
    const effects = epoch > this.epoch ? this.#fenced(message) : [];
    return this.#told(nowMs, [...effects, ...this.#take(message, nowMs)]);
  }

  done(id: number, result: ActResult, nowMs: number): TermEffect[] {
    return this.#told(nowMs, this.#acts.done(id, result, nowMs));
  }

  /** Tells what the table holds now, as often as it changes: cheap. */
  hold(holdings: Holdings): void {
    this.#holdings = holdings;
    if (this.#phase.kind === "heir") this.#phase.term.hold(holdings.version, holdings.isLive);
  }

  /** May we answer a read, this very moment? Ask with a fresh time right before the answer goes out. */
  mayAnswer(nowMs: number): boolean {
    const phase = this.#phase;
    return (
      phase.kind === "authority" && !this.#acts.stops && phase.handsOverUntilMs === undefined && phase.term.holds(nowMs)
    );
  }

  /**
   * May a write of this revision be committed and acknowledged, this very moment? With `replicated` it is true only when
   * the heir holds it; without an heir never, see `isProtectable`.
   */
  mayAcknowledge(nowMs: number, revision: number, durability: Durability): boolean {
    const phase = this.#phase;
    if (phase.kind !== "authority" || phase.isConflicted || !this.mayAnswer(nowMs)) return false;
    return durability !== "replicated" || (phase.term.isProtected && phase.term.held >= revision);
  }

  /** At the heir: may this batch of the authority `life` be taken? Without it nothing is applied and nothing answered. */
  mayPrepare(epoch: number, life: string): boolean {
    const phase = this.#phase;
    return phase.kind === "heir" && !this.#acts.isBusy && epoch === this.epoch && life === phase.term.authority.life;
  }

  /** The process of this life is gone for sure: its pid of this boot of this machine is no more. */
  gone(life: string, nowMs: number): TermEffect[] {
    // Later than that it may have taken over before it went.
    if (life === this.heirLife && this.#options.onHeirLost !== "wait" && this.#holds(nowMs)) this.#gone = life;
    return this.check(nowMs);
  }

  /**
   * Asks for the role: the heir asks the authority to hand over; one in conflict is picked by it.
   * @throws SwitchyardError `NO_AUTHORITY`, `CONFLICT`: it cannot be had in agreement; see `atRisk` and `force`
   */
  promote(nowMs: number): TermEffect[] {
    const phase = this.#phase;
    if (phase.kind === "authority") return phase.isConflicted ? this.force(nowMs) : [];
    if (phase.kind === "heir") return [this.#send(phase.term.authority.life, { kind: "request" })];
    if (phase.kind === "follower" && nowMs < this.#heardMs + limits.lookAroundMs) {
      throw new SwitchyardError("CONFLICT", "only the heir can be promoted while there is an authority");
    }
    throw new SwitchyardError("NO_AUTHORITY", "nobody is there to agree");
  }

  /** Takes the role, whatever others do; see `atRisk` first. */
  force(nowMs: number): TermEffect[] {
    if (this.#phase.kind === "authority" && !this.#phase.isConflicted) return [];
    this.#acts.callOff();
    // Three ahead: the heir may have begun the next one meanwhile, a lonely authority the one after that.
    return this.#told(nowMs, this.#settle({ ahead: 3, heir: undefined, from: () => true }));
  }

  /** What `force` may lose: everything after `ours` up to `newest`, the last that was heard of. */
  atRisk(): { readonly ours: Version; readonly newest: Version } {
    return { ours: this.#holdings.version, newest: this.#newest };
  }

  /** The authority hands over to its heir, if it has one; it stops until that is done, or `handOverMs` are over. */
  handOver(nowMs: number): TermEffect[] {
    const phase = this.#phase;
    if (phase.kind === "authority" && phase.term.isProtected && !phase.isConflicted && !this.#acts.isBusy) {
      phase.handsOverUntilMs ??= nowMs + limits.handOverMs;
    }
    return this.check(nowMs);
  }

  /** We go: an heir resigns. Hand over before, where we are the authority. */
  leave(nowMs: number): TermEffect[] {
    const phase = this.#phase;
    const effects =
      phase.kind === "heir" && !this.#acts.isBusy ? [this.#send(phase.term.authority.life, { kind: "resign" })] : [];
    this.#acts.callOff();
    this.#phase = { kind: "closed" };
    return this.#told(nowMs, effects);
  }

  // Time

  #check(nowMs: number): TermEffect[] {
    const phase = this.#phase;
    switch (phase.kind) {
      case "starting":
        return this.#acts.isBusy ? [] : this.#start(nowMs);
      case "authority":
        return [...this.#lookAfterHeir(nowMs), ...this.#speak(nowMs)];
      case "heir":
        return !this.#acts.isBusy && phase.term.isDue(nowMs) ? this.#takeOver() : [];
      case "recovering":
        return this.#recover(phase.recovery, nowMs);
      case "granting":
        if (nowMs < phase.askMs || this.#acts.isBusy) return [];
        phase.askMs = nowMs + limits.termPingMs;
        return [
          this.#send(undefined, { kind: "ask", held: this.#holdings.version }),
          this.#send(undefined, { kind: "grant", heir: phase.to.life, revision: phase.revision }),
        ];
      case "follower":
        return this.#askWitness(nowMs);
      case "closed":
        return [];
    }
  }

  #start(nowMs: number): TermEffect[] {
    const { record, hasArbiter } = this.#options;
    if (!hasArbiter) return this.#startFrom(record, nowMs);
    return this.#acts.read(
      (found, readMs) => {
        if (found === undefined) return this.#startFrom(record, readMs);
        this.epoch = Math.max(this.epoch, found.epoch);
        if (found.authority !== this.#self.node) return this.#follow(record);
        return this.#startFrom({ epoch: this.epoch, role: "authority", heir: found.heir, epochs: this.epochs }, readMs);
      },
      (failedMs) => {
        this.#phase = { kind: "starting" };
        return this.#acts.later(failedMs, (againMs) => this.#start(againMs));
      },
    );
  }

  #startFrom(record: TermRecord | undefined, nowMs: number): TermEffect[] {
    const { role, looksAround = false, isPersistent } = this.#options;
    if (record === undefined && role === "standby") return this.#follow(record);
    if (record?.role === "follower") return this.#follow(undefined);
    if (record?.role === "conflicted") {
      this.#phase = authority(new AuthorityTerm(this.epoch, nowMs));
      this.#phase.isConflicted = true;
      return [];
    }
    const looks = record?.heir !== undefined || looksAround || (record !== undefined && !isPersistent);
    const recovery = new Recovery(record?.heir, looks, nowMs);
    this.#phase = { kind: "recovering", recovery };
    return this.#recover(recovery, nowMs);
  }

  /** As authority: is the heir there, and if not, what now? */
  #lookAfterHeir(nowMs: number): TermEffect[] {
    const phase = this.#phase;
    if (phase.kind !== "authority" || this.#acts.isBusy || phase.isConflicted) return [];
    const { term } = phase;
    if (this.#gone !== undefined && this.#gone === term.heir?.life) return this.#goAlone(1);
    if (phase.handsOverUntilMs !== undefined) {
      if (term.holds(nowMs) && term.held >= this.#holdings.version.revision) return this.#grant(term.heir!, nowMs);
      if (nowMs >= phase.handsOverUntilMs) phase.handsOverUntilMs = undefined;
    }
    if (term.holds(nowMs)) phase.lostMs = undefined;
    else phase.lostMs ??= nowMs; // seen now: if we were paused, its answers or its successor are still unread
    if (phase.lostMs === undefined || nowMs < phase.lostMs + 2 * limits.termPingMs) return [];
    if (this.#options.hasArbiter) return this.#goAlone(1);
    // Two ahead: the heir may begin the next one at the same time, and then it is ours that counts.
    return this.#options.onHeirLost === "continue" ? this.#goAlone(2) : [];
  }

  #goAlone(ahead: number): TermEffect[] {
    const isOurs = (record: WitnessRecord | undefined) =>
      record?.authority === this.#self.node && record.epoch === this.epoch;
    return this.#settle({ ahead, heir: undefined, from: isOurs });
  }

  #speak(nowMs: number): TermEffect[] {
    const phase = this.#phase;
    if (phase.kind !== "authority") return [];
    const effects: TermEffect[] = [];
    if (nowMs >= this.#announceMs) effects.push(this.#announce(undefined, nowMs));
    if (nowMs >= phase.term.pingMs) {
      effects.push({ kind: "send", to: undefined, message: phase.term.ping(this.#self, nowMs) });
    }
    return effects;
  }

  #announce(to: string | undefined, nowMs: number): TermEffect {
    if (to === undefined) this.#announceMs = nowMs + limits.termAnnounceMs;
    return this.#send(to, { kind: "announce", revision: this.#holdings.version.revision, epochs: this.epochs });
  }

  #recover(recovery: Recovery, nowMs: number): TermEffect[] {
    if (this.#acts.isBusy) return [];
    const decision = recovery.decide(nowMs);
    const { hasArbiter, isPersistent, onHeirLost } = this.#options;
    const isOurs = (record: WitnessRecord | undefined) =>
      record === undefined || (record.authority === this.#self.node && record.epoch <= this.epoch);
    if (decision.kind === "grant") return this.#grant(decision.to, nowMs, decision.revision);
    if (decision.kind === "begin") {
      const heir = onHeirLost === "wait" && !hasArbiter ? decision.heir : undefined;
      return this.#settle({ ahead: 1, heir, from: isOurs });
    }
    if (decision.kind === "unknown" && onHeirLost === "continue") {
      return this.#settle({ ahead: 2, heir: undefined, from: isOurs });
    }
    if (decision.kind === "unknown" && hasArbiter && isPersistent) {
      return this.#settle({ ahead: 1, heir: undefined, from: isOurs });
    }
    if (nowMs < recovery.askMs) return [];
    recovery.askMs = nowMs + limits.termPingMs;
    return [this.#send(undefined, { kind: "ask", held: this.#holdings.version })];
  }

  /** A follower that hears of nobody may be the authority, by a swap of its former life. */
  #askWitness(nowMs: number): TermEffect[] {
    if (!this.#options.hasArbiter || this.#acts.isBusy || nowMs < this.#heardMs + limits.lookAroundMs) return [];
    this.#heardMs = nowMs;
    return this.#acts.read(
      (found, readMs) => {
        if (found?.authority !== this.#self.node || found.epoch < this.epoch) return [];
        this.epoch = found.epoch;
        return this.#startFrom(
          { epoch: found.epoch, role: "authority", heir: found.heir, epochs: this.epochs },
          readMs,
        );
      },
      () => [],
    );
  }

  // Changes of roles

  /** The heir takes over, by its own count of time or because it was handed the term. */
  #takeOver(from?: string): TermEffect[] {
    const phase = this.#phase;
    const former = from ?? (phase.kind === "heir" ? phase.term.authority.node : undefined);
    const isTheirs = (record: WitnessRecord | undefined) =>
      record?.authority === former &&
      record?.epoch === this.epoch &&
      (from !== undefined || record?.heir === this.#self.node);
    return this.#settle({ ahead: 1, heir: undefined, from: isTheirs });
  }

  /** Begins an epoch: the witness must agree, then it is written down, then it counts. */
  #settle(change: {
    readonly ahead: number;
    readonly heir: Party | undefined;
    readonly from: (record: WitnessRecord | undefined) => boolean;
  }): TermEffect[] {
    const { ahead, heir, from } = change;
    const authority = this.#self.node;
    this.#acts.stops = true;
    if (!this.#options.hasArbiter) return this.#begin(this.epoch + ahead, heir);
    return this.#acts.arbitrate({
      wanted: (record) =>
        from(record)
          ? { epoch: Math.max(this.epoch, record?.epoch ?? 0) + ahead, authority, heir: heir?.node }
          : undefined,
      won: ({ epoch }) => this.#begin(epoch, heir),
      lost: (record, lostMs) => this.#lost(record, lostMs),
      unreachable: (failedMs) => this.#putOff(failedMs),
    });
  }

  #begin(epoch: number, heir: Party | undefined): TermEffect[] {
    const history = this.#history();
    const epochs = goOn(history, epoch, this.#self.life);
    const hadHeir = this.#phase.kind !== "recovering" || this.#phase.recovery.heir !== undefined;
    this.#acts.stops = true;
    return this.#acts.persist({ epoch, role: "authority", heir: heir?.node, epochs }, (nowMs) => {
      this.epoch = epoch;
      this.epochs = epochs;
      this.#unmatched = undefined;
      this.#gone = undefined;
      const term = new AuthorityTerm(epoch, nowMs);
      if (heir !== undefined) term.reappoint(heir, history.revision, nowMs);
      this.#phase = authority(term, hadHeir);
      this.#announceMs = nowMs;
      return this.#speak(nowMs);
    });
  }

  /** The witness names somebody else. */
  #lost(record: WitnessRecord | undefined, nowMs: number): TermEffect[] {
    if (record === undefined || (record.authority === this.#self.node && this.#phase.kind === "heir")) {
      return this.#putOff(nowMs);
    }
    this.epoch = Math.max(this.epoch, record.epoch);
    return this.#follow(this.#lastRecord());
  }

  #putOff(nowMs: number): TermEffect[] {
    if (this.#phase.kind === "heir") this.#phase.term.wait(nowMs);
    if (this.#phase.kind === "authority") this.#phase.lostMs = nowMs;
    return [];
  }

  /** Stops for good: from when it is written down, `to` may begin the next epoch. */
  #grant(to: Party, nowMs: number, revision = this.#holdings.version.revision): TermEffect[] {
    const { epoch, epochs } = this;
    this.#unmatched = this.#history();
    this.#acts.stops = true;
    const stopped: Phase = { kind: "granting", to, revision, askMs: nowMs };
    return this.#acts.persist({ epoch, role: "granting", heir: to.node, epochs }, (doneMs) => {
      this.#phase = stopped;
      return this.#check(doneMs);
    });
  }

  /** We are nobody, or an heir to be. `before`: what the disk says, where it must be corrected. */
  #follow(before: TermRecord | undefined): TermEffect[] {
    if (before !== undefined && before.role !== "follower") this.#unmatched ??= this.#history();
    this.#acts.callOff();
    this.#phase = { kind: "follower" };
    this.#gone = undefined;
    if (before === undefined || before.role === "follower") return [];
    return this.#acts.persist({ epoch: this.epoch, role: "follower", heir: undefined, epochs: this.epochs }, () => []);
  }

  /** What the disk says of us, as far as it matters for what to correct. */
  #lastRecord(): TermRecord | undefined {
    const wasAuthority = ["authority", "recovering", "granting"].includes(this.#phase.kind) || this.#acts.stops;
    return wasAuthority ? { epoch: this.epoch, role: "authority", heir: undefined, epochs: this.epochs } : undefined;
  }

  #appoint(heir: Party): TermEffect[] {
    const { epoch, epochs } = this;
    const name = (nowMs: number): TermEffect[] => {
      const phase = this.#phase;
      if (phase.kind !== "authority") return [];
      phase.term.appoint(heir, this.#holdings.version.revision, nowMs);
      phase.hadHeir = true;
      return this.#speak(nowMs);
    };
    const persist = () => this.#acts.persist({ epoch, role: "authority", heir: heir.node, epochs }, name);
    if (!this.#options.hasArbiter) return persist();
    const { node } = this.#self;
    return this.#acts.arbitrate({
      wanted: (record) =>
        record?.authority === node && record.epoch === epoch ? { epoch, authority: node, heir: heir.node } : undefined,
      won: persist,
      lost: (record, nowMs) => this.#lost(record, nowMs),
      unreachable: () => [],
    });
  }

  // Messages

  /** Somebody speaks for an epoch that is over. */
  #fence({ kind, from, ...message }: TermMessage): TermEffect[] {
    if (!["ping", "announce", "ask", "grant", "request"].includes(kind)) return [];
    if (this.#phase.kind !== "authority") return [this.#send(from.life, { kind: "fence" })];
    const theirs = { epoch: message.epoch, revision: kind === "announce" ? (message as Of<"announce">).revision : 0 };
    const conflict = kind === "announce" ? this.#meet(from, theirs) : [];
    return [...conflict, this.#announce(from.life, 0)];
  }

  /** A higher epoch was begun: whatever we were is over. */
  #fenced(message: TermMessage): TermEffect[] {
    const record = this.#lastRecord();
    const wasAuthority = this.#phase.kind === "authority";
    const theirs = { epoch: message.epoch, revision: message.kind === "announce" ? message.revision : 0 };
    // Said of the epoch that is over, so that the other one knows of us, too.
    const conflict = wasAuthority ? [...this.#meet(message.from, theirs), this.#announce(message.from.life, 0)] : [];
    this.epoch = message.epoch;
    return [...conflict, ...this.#follow(record)];
  }

  #meet(other: Party, theirs: Version): TermEffect[] {
    if (this.#met.has(other.life)) return [];
    if (this.#met.size >= limits.authoritiesMet) this.#met.clear();
    this.#met.add(other.life);
    const { revision } = this.#holdings.version;
    return [{ kind: "conflict", other, theirs, ours: { epoch: this.epoch, revision } }];
  }

  #take(message: TermMessage, nowMs: number): TermEffect[] {
    const phase = this.#phase;
    const { from } = message;
    switch (message.kind) {
      case "ping":
        return this.#pinged(message, nowMs);
      case "pong":
        return phase.kind === "authority" ? this.#ponged(message, nowMs) : [];
      case "held":
        if (phase.kind === "authority" && from.life === phase.term.heir?.life) phase.term.hold(message);
        return this.#check(nowMs);
      case "resign":
        return phase.kind === "authority" && from.life === phase.term.heir?.life ? this.#resigned(from, nowMs) : [];
      case "ask":
        return this.#asked(message, nowMs);
      case "answer":
        return this.#answered(message, nowMs);
      case "grant":
        return this.#granted(message);
      case "request":
        return phase.kind === "authority" && from.life === phase.term.heir?.life ? this.handOver(nowMs) : [];
      case "announce":
        return this.#announced(message, nowMs);
      case "fence":
        return [];
    }
  }

  #pinged(ping: Of<"ping">, nowMs: number): TermEffect[] {
    const { from, number, heir, syncRevision } = ping;
    const phase = this.#phase;
    if (phase.kind !== "heir" && phase.kind !== "follower") return [];
    if (phase.kind === "heir" && this.#acts.isBusy) return []; // taking over: an answer would be a lie
    this.#heardMs = nowMs;
    if (phase.kind === "heir" && phase.term.authority.life !== from.life) return this.#withdraw();
    if (heir !== this.#self.life) {
      if (phase.kind === "heir") this.#phase = { kind: "follower" };
    } else if (this.#resignedEpoch === this.epoch) return [];
    else this.#heed(from, syncRevision, nowMs);
    const { version, isLive } = this.#holdings;
    return [this.#send(from.life, { kind: "pong", number, held: version, isLive, remembers: this.#options.remembers })];
  }

  /** The authority named us its heir. */
  #heed(authority: Party, syncRevision: number, nowMs: number): void {
    if (this.#phase.kind !== "heir") {
      this.#phase = { kind: "heir", term: new HeirTerm(authority, this.epoch, syncRevision, nowMs) };
      this.#wasHeirEpoch = this.epoch;
      this.hold(this.#holdings);
    }
    if (this.#phase.kind === "heir") this.#phase.term.heard(nowMs);
  }

  /** Two authorities of this epoch: whoever wins, it is not for us to take over. */
  #withdraw(): TermEffect[] {
    this.#resignedEpoch = this.epoch;
    return this.#follow(undefined);
  }

  #ponged(pong: Of<"pong">, nowMs: number): TermEffect[] {
    const phase = this.#phase;
    if (phase.kind !== "authority") return [];
    const { term } = phase;
    const { from, isLive, held } = pong;
    if (from.life === term.heir?.life) {
      term.answered(pong);
      return this.#check(nowMs);
    }
    if (this.#acts.isBusy || phase.isConflicted) return [];
    if (term.isProofOfRestart(pong)) return this.#resigned(from, nowMs);
    const isWanted = this.#options.heir === undefined || this.#options.heir === from.node;
    const isInSync = isLive && held.epoch === this.epoch;
    return term.heir === undefined && isWanted && isInSync ? this.#appoint(from) : [];
  }

  /** The heir is no longer heir, and has not taken over. `from`: itself, or its next life. */
  #resigned(from: Party, nowMs: number): TermEffect[] {
    const phase = this.#phase;
    if (phase.kind !== "authority" || phase.term.heir === undefined) return [];
    if (phase.isConflicted) phase.term.dismiss();
    else if (this.#options.onHeirLost !== "wait" || this.#options.hasArbiter) this.#gone = phase.term.heir.life;
    else if (from.life !== phase.term.heir.life) phase.term.reappoint(from, this.#holdings.version.revision, nowMs);
    return this.#check(nowMs);
  }

  #asked({ from, held }: Of<"ask">, nowMs: number): TermEffect[] {
    const phase = this.#phase;
    if (phase.kind === "authority") return [this.#announce(from.life, nowMs)];
    if ((phase.kind !== "heir" && phase.kind !== "follower") || (phase.kind === "heir" && this.#acts.isBusy)) return [];
    const { version } = this.#holdings;
    let isPromotable = false;
    if (phase.kind === "heir" && phase.term.authority.life === from.life)
      isPromotable = true; // the grant follows
    else if (phase.kind === "heir" && phase.term.isPromotable && compareVersions(version, held) >= 0) {
      return this.#takeOver(); // that life of it is over: no need to wait
    } else {
      this.#resignedEpoch = this.epoch;
      this.#askedBy = from.life;
      this.#phase = { kind: "follower" };
    }
    const remembers = this.#options.remembers || this.#wasHeirEpoch === this.epoch;
    return [this.#send(from.life, { kind: "answer", held: version, isPromotable, remembers })];
  }

  #answered(answer: Of<"answer">, nowMs: number): TermEffect[] {
    const phase = this.#phase;
    const { from, isPromotable, remembers } = answer;
    if (phase.kind === "recovering") {
      phase.recovery.note(answer, this.#holdings.version);
      return this.#recover(phase.recovery, nowMs);
    }
    const isNextLife = phase.kind === "granting" && from.node === phase.to.node && from.life !== phase.to.life;
    if (!isNextLife || isPromotable || !remembers) return [];
    const recovery = new Recovery(from.node, true, nowMs); // whom we handed it to is gone, and did not take it
    recovery.note(answer, this.#holdings.version);
    this.#phase = { kind: "recovering", recovery };
    return this.#recover(recovery, nowMs);
  }

  #granted({ from, heir, revision }: Of<"grant">): TermEffect[] {
    const phase = this.#phase;
    if (heir !== this.#self.life || this.#acts.isBusy || this.#holdings.version.revision < revision) return [];
    const isForHeir = phase.kind === "heir" && phase.term.authority.life === from.life;
    const isForAsked = phase.kind === "follower" && this.#askedBy === from.life;
    return isForHeir || isForAsked ? this.#takeOver(from.node) : [];
  }

  #announced({ from, epoch, revision, epochs }: Of<"announce">, nowMs: number): TermEffect[] {
    const phase = this.#phase;
    const theirs = { epoch, revision };
    if (compareVersions(theirs, this.#newest) > 0) this.#newest = theirs;
    if (phase.kind === "heir" && phase.term.authority.life !== from.life) return this.#withdraw();
    if (phase.kind === "heir" || phase.kind === "follower") {
      this.#heardMs = nowMs;
      return this.#match(from, { epochs, revision });
    }
    const ours = { epoch: this.epoch, revision: this.#holdings.version.revision };
    const verdict = judge({ life: this.#self.life, version: ours }, { life: from.life, version: theirs });
    const conflict = this.#meet(from, theirs);
    if (verdict === "win") return [...conflict, this.#announce(from.life, nowMs)];
    if (verdict === "read-only") return [...conflict, ...this.#dispute(nowMs)];
    return [...conflict, ...this.#follow(this.#lastRecord()), ...this.#match(from, { epochs, revision })];
  }

  /** Hands out what the new authority lacks of what we had as one. */
  #match(winner: Party, theirs: History): TermEffect[] {
    const ours = this.#unmatched;
    if (ours === undefined) return [];
    this.#unmatched = undefined;
    const afterRevision = forkRevision(ours, theirs);
    return afterRevision < ours.revision ? [{ kind: "diverged", winner, afterRevision }] : [];
  }

  #dispute(nowMs: number): TermEffect[] {
    if (this.#phase.kind === "authority" && this.#phase.isConflicted) return [];
    const { epoch, epochs } = this;
    if (this.#phase.kind !== "authority") this.#phase = authority(new AuthorityTerm(epoch, nowMs), true);
    this.#phase.isConflicted = true;
    this.#acts.callOff();
    return this.#acts.persist({ epoch, role: "conflicted", heir: undefined, epochs }, () => []);
  }

  // What to show

  #holds(nowMs: number): boolean {
    return this.#phase.kind === "authority" && this.#phase.term.holds(nowMs);
  }

  /** Of an authority what it committed; of others what they hold, prepared or not. */
  #history(): History {
    const isAuthority = this.#phase.kind !== "heir" && this.#phase.kind !== "follower";
    const epochs = isAuthority ? this.epochs : this.#holdings.epochs;
    return { epochs, revision: this.#holdings.version.revision };
  }

  #send(to: string | undefined, body: Body): TermEffect {
    return { kind: "send", to, message: { ...body, from: this.#self, epoch: this.epoch } };
  }

  #told(nowMs: number, effects: TermEffect[]): TermEffect[] {
    const state = this.#stateAt(nowMs);
    if (state === this.state && this.epoch === this.#toldEpoch) return effects;
    this.state = state;
    this.#toldEpoch = this.epoch;
    const { epoch } = this;
    return [{ kind: "state", state, epoch, epochs: this.#history().epochs }, ...effects];
  }

  #stateAt(nowMs: number): TermState {
    const phase = this.#phase;
    switch (phase.kind) {
      case "starting":
      case "recovering":
        return "recovering";
      case "granting":
        return "handing-over";
      case "heir":
        return this.#acts.isBusy ? "taking-over" : "heir";
      case "follower":
        return this.#acts.stops ? "taking-over" : "follower";
      case "closed":
        return "closed";
      case "authority":
        if (phase.isConflicted) return "conflicted";
        if (phase.handsOverUntilMs !== undefined) return "handing-over";
        if (!phase.term.holds(nowMs) || this.#acts.stops) return "waiting-for-heir";
        if (phase.term.heir !== undefined) return phase.term.isProtected ? "protected" : "unprotected";
        return phase.hadHeir ? "unprotected" : "alone";
    }
  }
}

function authority(term: AuthorityTerm, hadHeir = false): Extract<Phase, { kind: "authority" }> {
  return { kind: "authority", term, isConflicted: false, hadHeir, handsOverUntilMs: undefined, lostMs: undefined };
}
