/** What a handle that may be the authority is made with, and whom it tells. */
import type { AuthorityStart } from "../core/store/authority.ts";
import type { ChangeRun, Durability } from "../core/store/change.ts";
import type { ReplicaEffect } from "../core/store/replica-messages.ts";
import type { StoreSchema } from "../core/store/schema.ts";
import type { TermEffect, TermOptions } from "../core/store/term-messages.ts";
import type { OpenStorage } from "../storage/storage.ts";
import type { Diverged } from "./diverged.ts";
import type { StoreState } from "./side.ts";
import type { Traffic } from "./traffic.ts";

export interface ElectiveOptions {
  readonly traffic: Traffic;
  readonly topic: string;
  readonly role: "authority" | "standby";
  readonly term: Pick<TermOptions, "onHeirLost" | "heir" | "looksAround" | "hasArbiter">;
  readonly schema: StoreSchema | undefined;
  /** Of writes that do not say, while there is no heir. */
  readonly durability: Durability;
  readonly opened: OpenStorage | undefined;
  readonly start: AuthorityStart;
  readonly onChanges: (run: ChangeRun) => void;
  readonly onEffect: (effect: ReplicaEffect) => void;
  /** The state of the handle is another one. */
  readonly onState: (state: StoreState) => void;
  readonly onTerm: (effect: Exclude<TermEffect, { kind: "send" | "act" }>) => void;
  /** Writes a file where what only we have is kept; as `Storage.keep`. */
  readonly keep: (name: string, lines: Iterable<string>) => Promise<string>;
  readonly onDiverged: (diverged: Diverged) => void;
  readonly onClockJump: (jumpMs: number) => void;
}
