/**
 * How a handle that may be the authority becomes it, or hands over, because somebody says so: by its own handle, or by a
 * question of anybody who may own the store.
 *
 * Invariant: a question that comes again does nothing again: it names the epoch in which it was meant.
 */
import { SwitchyardError, whatFailed } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import { isRevision } from "../core/store/columns.ts";
import { isWorse, lostOf, type Risk } from "../core/store/promotion.ts";
import type { Value } from "../core/values/index.ts";
import type { ReceivedEvent } from "../events.ts";
import type { Lookers } from "./lookers.ts";
import type { TermDriver } from "./term-driver.ts";
import type { Reply, Traffic } from "./traffic.ts";

/** Who is the authority now. */
export interface Promoted {
  /** Name of the node. */
  readonly node: string;
  readonly epoch: number;
}

export interface PromotionsParts {
  readonly traffic: Traffic;
  readonly topic: string;
  readonly driver: TermDriver;
  readonly lookers: Lookers;
  /** We are the authority, and others are heard. */
  readonly isOpen: () => boolean;
}

export class Promotions {
  readonly #parts: PromotionsParts;

  constructor(parts: PromotionsParts) {
    this.#parts = parts;
  }

  /**
   * Asks for the role, or takes it. Resolves when we have it.
   * @throws SwitchyardError `NO_HEIR`, `NO_AUTHORITY`, `CLOSED`
   */
  async promote(force: boolean, timeoutMs: number): Promise<Promoted> {
    const { driver, lookers, isOpen } = this.#parts;
    const { term } = driver;
    driver.carryOut(force ? term.force(driver.nowMs()) : term.promote(driver.nowMs()));
    await lookers.until(() => isOpen() && term.mayAnswer(driver.nowMs()) && term.state !== "conflicted", timeoutMs);
    return this.#ours();
  }

  /**
   * Hands over to the heir. Resolves when that has begun its epoch; `undefined`: there is none in sync, or it did not come
   * about in time, and we go on.
   */
  async handOver(timeoutMs: number): Promise<Promoted | undefined> {
    const { driver, lookers } = this.#parts;
    const { term } = driver;
    const { epoch, heir } = term;
    driver.carryOut(term.handOver(driver.nowMs()));
    if (heir === undefined || (term.state !== "handing-over" && term.epoch === epoch)) return undefined;
    const isOver = (): boolean => term.epoch > epoch || term.state !== "handing-over";
    await lookers.until(isOver, timeoutMs).catch(() => {});
    return term.epoch > epoch ? { node: heir.node, epoch: term.epoch } : undefined;
  }

  /** Somebody asks where we stand, or for a change of roles. */
  hear({ name, args }: ReceivedEvent, reply: Reply): void {
    if (name === "standing") {
      reply("standing", this.#standing());
      return;
    }
    const [to, epoch, how, ...told] = args;
    if (to !== this.#parts.traffic.node.origin.id || !isRevision(epoch) || (how !== "take" && how !== "yield")) return;
    const outcome = how === "take" ? this.#take(epoch, riskOf(told)) : this.#yield(epoch);
    outcome.then(
      (promoted) => reply("promoted", [promoted.node, promoted.epoch]),
      (error) => {
        if (error instanceof SwitchyardError) reply("refused", [error.code, whatFailed(error)]);
        else this.#parts.traffic.node.fail(new SwitchyardError("INTERNAL", String(error), { cause: error }));
      },
    );
  }

  #standing(): readonly Value[] {
    const { driver } = this.#parts;
    driver.check(); // we may have been paused
    const { state, epoch } = driver.term;
    const { held, newest } = driver.term.risk();
    return [state, epoch, held.epoch, held.revision, newest.epoch, newest.revision];
  }

  async #yield(epoch: number): Promise<Promoted> {
    const { topic, driver } = this.#parts;
    if (driver.term.epoch !== epoch) throw this.#overtaken(epoch);
    const promoted = await this.handOver(limits.promoteMs);
    if (promoted === undefined) throw new SwitchyardError("NO_HEIR", `store ${topic} stays where it is`);
    return promoted;
  }

  async #take(epoch: number, agreed: Risk | undefined): Promise<Promoted> {
    const { topic, driver, lookers, isOpen } = this.#parts;
    const { term } = driver;
    if (term.epoch > epoch && term.mayAnswer(driver.nowMs())) {
      await lookers.until(isOpen, limits.promoteMs); // it was asked before
      return this.#ours();
    }
    if (term.epoch !== epoch) throw this.#overtaken(epoch);
    const risk = term.risk();
    if (agreed !== undefined && isWorse(agreed, risk)) {
      const lost = lostOf(risk) ?? "unknown";
      throw new SwitchyardError("CONFLICT", `by now more of store ${topic} may be lost (versions: ${lost})`);
    }
    return this.promote(true, limits.promoteMs);
  }

  #overtaken(epoch: number): SwitchyardError {
    const { topic, driver } = this.#parts;
    return new SwitchyardError("CONFLICT", `store ${topic} is in epoch ${driver.term.epoch}, no longer in ${epoch}`);
  }

  #ours(): Promoted {
    return { node: this.#parts.traffic.node.origin.name, epoch: this.#parts.driver.term.epoch };
  }
}

/** `undefined`: whatever is lost, it was not looked at. */
function riskOf(told: readonly Value[]): Risk | undefined {
  const [heldEpoch, heldRevision, newestEpoch, newestRevision] = told;
  if (!isRevision(heldEpoch) || !isRevision(heldRevision)) return undefined;
  if (!isRevision(newestEpoch) || !isRevision(newestRevision)) return undefined;
  return {
    held: { epoch: heldEpoch, revision: heldRevision },
    newest: { epoch: newestEpoch, revision: newestRevision },
  };
}
