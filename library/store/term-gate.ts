/** What the term allows its authority, as the host asks for it. */
import type { Durability } from "../core/store/change.ts";
import type { Gate } from "./host.ts";
import { preparedColumns } from "./prepared.ts";
import type { TermDriver } from "./term-driver.ts";

/** `durability`: of the store while it has no heir; `advanced`: the table is at another version. */
export function termGate(driver: TermDriver, durability: Durability, advanced: () => void): Gate {
  const { term } = driver;
  return {
    get heir() {
      return term.heirLife;
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
