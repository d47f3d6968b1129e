/** What the term allows its authority, as the host asks for it. */
import type { FailureCode } from "../core/errors.ts";
import type { Durability } from "../core/store/change.ts";
import type { PendingBatch } from "../core/store/submission.ts";
import { preparedColumns } from "./prepared.ts";
import type { TermDriver } from "./term-driver.ts";

/** What a term allows its authority, this very moment. */
export interface Gate {
  mayAnswer(): boolean;
  mayAcknowledge(revision: number, durability: Durability): boolean;
  /** Why waiting for that is in vain; `undefined`: it is not. */
  refusal(durability: Durability): FailureCode | undefined;
  /** How safe it must be that entries have expired, which nobody asks for. */
  readonly expiryDurability: Durability;
  /** Life of the heir. */
  readonly heir: string | undefined;
  /** The revision with which our epoch begins: the history has it, though it may not be safe here yet. */
  readonly beginsAt: number;
  /** Gives the batch to the heir, if there is one; again when it is asked for again. */
  prepare(batch: PendingBatch): void;
  /** The table is at another version. */
  advanced(): void;
}

/** `durability`: of the store while it has no heir; `advanced`: the table is at another version. */
export function termGate(driver: TermDriver, durability: Durability, advanced: () => void): Gate {
  const { term } = driver;
  return {
    get heir() {
      return term.heirLife;
    },
    get beginsAt() {
      return term.epochs.at(-1)?.revision ?? 0;
    },
    // An heir that is not in sync yet is not waited for: its first copy may take long, and what is due should go.
    get expiryDurability() {
      return term.state === "protected" ? "replicated" : durability;
    },
    mayAnswer: () => term.mayAnswer(driver.nowMs()),
    mayAcknowledge: (revision, durability) => term.mayAcknowledge(driver.nowMs(), revision, durability),
    refusal: (durability) => {
      if (term.state === "conflicted") return "AUTHORITY_CONFLICT";
      const isVain = durability === "replicated" && !term.isProtectable && term.mayAnswer(driver.nowMs());
      return isVain ? "UNPROTECTED" : undefined;
    },
    prepare: (batch) => {
      if (term.heirLife !== undefined) driver.say(term.heirLife, "prepare", preparedColumns(batch));
    },
    advanced,
  };
}
