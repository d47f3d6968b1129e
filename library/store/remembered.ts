/** What a handle remembers of its role, and of who began which epoch; on its disk, if it has one. */
import type { Version } from "../core/store/change.ts";
import type { TermRecord } from "../core/store/term-messages.ts";
import type { Lead, OpenStorage } from "../storage/storage.ts";
import type { ElectiveOptions } from "./elective-options.ts";
import { EpochLives } from "./epoch-lives.ts";
import { leadOf, readTermRecord, termRecordText } from "./term-record.ts";

export class Remembered {
  readonly lives: EpochLives;
  readonly #opened: OpenStorage | undefined;
  /** What the disk has, or will have soon. */
  #record: TermRecord | undefined;

  /** @throws SwitchyardError `CORRUPT` */
  constructor(opened: OpenStorage | undefined) {
    const { record, epochs } = readTermRecord(opened?.head.record);
    this.#opened = opened;
    this.#record = record;
    this.lives = new EpochLives(epochs);
  }

  /** What the term begins with. An authority whose disk says nothing of its role had no heir. */
  begins({ role, opened, start }: ElectiveOptions) {
    const epoch = Math.max(opened?.head.highestEpoch ?? 0, start.version.epoch);
    const epochs = this.lives.of(start.epochs, undefined);
    const wasAuthority = role === "authority" && epoch > 0;
    const otherwise = wasAuthority ? ({ epoch, role: "authority", heir: undefined, epochs } as const) : undefined;
    return {
      record: this.#record ?? otherwise,
      remembers: opened !== undefined,
      isPersistent: opened !== undefined,
      holdings: { version: start.version, epochs, isLive: false },
    };
  }

  /** Makes it safe. */
  async persist(record: TermRecord): Promise<void> {
    const lineage = this.#opened?.head.lineage ?? "";
    this.#record = record;
    const { epochs, epoch: highestEpoch } = record;
    await this.#opened?.writeHead({ epochs, highestEpoch, lineage, record: termRecordText(record) });
    this.lives.had(epochs);
  }

  /** What we had as authority was held against what the one that goes on has, which lacks none of it. */
  async matched(): Promise<void> {
    const record = this.#record;
    if (record?.role === "follower" && record.isUnmatched) await this.persist({ ...record, isUnmatched: undefined });
  }

  /** What the disk says of itself that has a copy which follows `life`. */
  leadOf(opened: OpenStorage, epochs: readonly Version[], life: string | undefined): Lead {
    return leadOf(opened, this.lives.of(epochs, life), this.#record);
  }
}
