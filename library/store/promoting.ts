/**
 * Asks for another authority, from any node that may own the store: first where everybody stands, then the one that has to
 * act. Who that is, is decided in core/store/promotion.ts.
 *
 * Invariant: what is asked for has happened when it resolves; that an answer was lost does no harm.
 */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import { isRevision } from "../core/store/columns.ts";
import { officeOf, type Plan, planOf, type Risk, type Standing, type Wish } from "../core/store/promotion.ts";
import { termStates } from "../core/store/term-messages.ts";
import type { Answer } from "../surveys.ts";
import { type PromoteOptions, timeoutOf } from "./options.ts";
import type { Promoted } from "./promotions.ts";
import { readRefusal, refusalError } from "./refusal.ts";
import type { Side } from "./side.ts";
import { isVersion } from "./told-fields.ts";
import type { Traffic } from "./traffic.ts";

/** What `promote` by force would do. */
export interface AtRisk extends Risk {
  /** Name of the node that would be the authority. */
  readonly node: string;
}

/** The handle that asks. */
export interface Asking {
  readonly traffic: Traffic;
  readonly topic: string;
  readonly side: Pick<Side, "promote">;
}

/** @throws SwitchyardError as `store.promote` */
export async function promote(asking: Asking, options: PromoteOptions): Promise<Promoted> {
  const { traffic, topic, side } = asking;
  const { force = false, node, agreed, timeoutMs } = checked(options);
  const patienceMs = timeoutOf(timeoutMs, limits.promoteMs);
  const isOurs = node === undefined || node === traffic.node.origin.name;
  if (side.promote !== undefined && isOurs && agreed === undefined) return side.promote(force, patienceMs);
  return new Promoting(traffic, topic, patienceMs).promote({ force, node: meant(asking, node) }, agreed);
}

/** @throws SwitchyardError as `store.atRisk` */
export async function atRisk(asking: Asking, options: PromoteOptions): Promise<AtRisk> {
  const { traffic, topic } = asking;
  const { node, timeoutMs } = checked(options);
  const promoting = new Promoting(traffic, topic, timeoutOf(timeoutMs, limits.promoteMs));
  return promoting.atRisk({ force: true, node: meant(asking, node) });
}

/** @throws SwitchyardError `BAD_ARGUMENT` */
function checked(options: PromoteOptions): PromoteOptions {
  const { node, agreed } = options;
  const isRisk = agreed === undefined || (isVersion(agreed?.held) && isVersion(agreed.newest));
  if (isRisk && (node === undefined || typeof node === "string")) return options;
  throw new SwitchyardError("BAD_ARGUMENT", `${isRisk ? `node ${String(node)}` : "agreed"} of a promotion`);
}

/** Whoever may be the authority means itself. */
function meant({ traffic, side }: Asking, node: string | undefined): string | undefined {
  return node ?? (side.promote === undefined ? undefined : traffic.node.origin.name);
}

type Act = Extract<Plan, { kind: "hand-over" | "take" }>;

class Promoting {
  readonly #traffic: Traffic;
  readonly #topic: string;
  readonly #endMs: number;

  constructor(traffic: Traffic, topic: string, timeoutMs: number) {
    this.#traffic = traffic;
    this.#topic = topic;
    this.#endMs = traffic.node.clock.nowMs() + timeoutMs;
  }

  /** @throws SwitchyardError `NO_AUTHORITY`, `NO_HEIR`, `AUTHORITY_CONFLICT`, `CLOSED` */
  async atRisk(wish: Wish): Promise<AtRisk> {
    for (;;) {
      const plan = planOf(await this.#look(() => false), wish);
      if (plan.kind === "take") return { node: plan.to.node, ...plan.risk };
      if (plan.kind === "done") return { node: plan.at.node, held: plan.at.held, newest: plan.at.held };
      if (plan.kind === "refused") this.#giveUp(plan);
    }
  }

  /** `agreed`: what may be lost. @throws SwitchyardError as `atRisk`, `CONFLICT` where more may be lost by now */
  async promote(wish: Wish, agreed: Risk | undefined): Promise<Promoted> {
    /** In which somebody was asked to act. */
    let epoch: number | undefined;
    for (;;) {
      const standings = await this.#look((found) => isEnough(found, wish, epoch));
      const office = officeOf(standings);
      if (epoch !== undefined && office !== undefined && office.epoch > epoch) return promotedOf(office);
      const plan = planOf(standings, wish);
      if (plan.kind === "done") return promotedOf(plan.at);
      if (plan.kind === "refused") {
        this.#giveUp(plan);
        continue;
      }
      const promoted = await this.#act(plan, agreed, epoch !== undefined);
      if (promoted !== undefined) return promoted;
      epoch ??= whoOf(plan).epoch;
      await this.#pause(whoOf(plan));
    }
  }

  /** It did not act, or nobody said so. @throws SwitchyardError `NO_AUTHORITY` where it is late */
  async #pause({ node }: Standing): Promise<void> {
    if (this.#leftMs() <= 0) {
      throw new SwitchyardError("NO_AUTHORITY", `store ${this.#topic}: ${node} did not do it in time`);
    }
    await new Promise<void>((resolve) => this.#traffic.node.clock.after(limits.storePauseMs, resolve));
  }

  #leftMs(): number {
    return this.#endMs - this.#traffic.node.clock.nowMs();
  }

  /** Nobody may have heard us yet; all else does not change by asking again. */
  #giveUp({ code, what }: Extract<Plan, { kind: "refused" }>): void {
    if (this.#leftMs() <= 0 || code !== "NO_AUTHORITY")
      throw new SwitchyardError(code, `store ${this.#topic}: ${what}`);
  }

  /** `undefined`: no answer; what became of it shows when we look again. */
  async #act(plan: Act, agreed: Risk | undefined, isAgain: boolean): Promise<Promoted | undefined> {
    const { life, epoch } = whoOf(plan);
    const told = plan.kind === "take" ? ["take", ...(agreed === undefined ? [] : columnsOf(agreed))] : ["yield"];
    const timeoutMs = Math.max(Math.min(limits.storeAskMs, this.#leftMs()), 1);
    const answer = await this.#traffic.ask("heir", this.#topic, "promote", [life, epoch, ...told], timeoutMs);
    if (answer === undefined || answer.node.id !== life) return undefined; // it is nobody else's to answer
    const [node, newEpoch] = answer.args;
    if (answer.name === "promoted" && typeof node === "string" && isRevision(newEpoch))
      return { node, epoch: newEpoch };
    const refusal = readRefusal(answer.name, answer.args);
    if (refusal === undefined || (isAgain && refusal.code === "CONFLICT")) return undefined;
    throw refusalError(refusal);
  }

  async #look(isEnough: (standings: readonly Standing[]) => boolean): Promise<readonly Standing[]> {
    await this.#heard();
    const standings: Standing[] = [];
    await this.#traffic.askAll("heir", this.#topic, "standing", {
      timeoutMs: Math.max(Math.min(limits.standingMs, this.#leftMs()), 1),
      isEnough: (answer) => {
        if (standings.length < limits.standings) standings.push(...standingOf(answer));
        return standings.length >= limits.standings || isEnough(standings);
      },
    });
    return standings;
  }

  /** A node that has just connected knows of nobody yet. */
  async #heard(): Promise<void> {
    const { node } = this.#traffic;
    while (!this.#traffic.isHeard("heir", this.#topic) && this.#leftMs() > 0) {
      node.checkOpen();
      await new Promise<void>((resolve) => node.clock.after(limits.storePauseMs, resolve));
    }
  }
}

/** Whoever agrees is asked as soon as it is known; what is taken by force, when all had the time to answer. */
function isEnough(standings: readonly Standing[], { force, node }: Wish, epoch: number | undefined): boolean {
  const office = officeOf(standings);
  if (office === undefined) return false;
  if (epoch !== undefined && office.epoch > epoch) return true;
  return !force && (node === undefined || standings.some((each) => each.node === node));
}

function whoOf(plan: Act): Standing {
  return plan.kind === "take" ? plan.to : plan.from;
}

function promotedOf({ node, epoch }: Standing): Promoted {
  return { node, epoch };
}

function columnsOf({ held, newest }: Risk): readonly number[] {
  return [held.epoch, held.revision, newest.epoch, newest.revision];
}

/** What is none counts for nothing. */
function standingOf({ name, args, node }: Answer): readonly Standing[] {
  const [told, epoch, heldEpoch, heldRevision, newestEpoch, newestRevision] = args;
  const state = termStates.find((each) => each === told);
  if (name !== "standing" || state === undefined || !isRevision(epoch)) return [];
  if (!isRevision(heldEpoch) || !isRevision(heldRevision)) return [];
  if (!isRevision(newestEpoch) || !isRevision(newestRevision)) return [];
  const held = { epoch: heldEpoch, revision: heldRevision };
  const newest = { epoch: newestEpoch, revision: newestRevision };
  return [{ node: node.name, life: node.id, state, epoch, held, newest }];
}
