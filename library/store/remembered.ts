/** What a handle remembers of its role, on its disk, if it has one. */
import type { Epoch } from "../core/store/epochs.ts";
import type { TermRecord } from "../core/store/term-messages.ts";
import type { Lead, OpenStorage } from "../storage/storage.ts";
import type { ElectiveOptions } from "./elective-options.ts";
import { leadOf, readTermRecord, termRecordText } from "./term-record.ts";

export class Remembered {
  readonly #opened: OpenStorage | undefined;
  /** What the disk has, or will have soon. */
  #record: TermRecord | undefined;

  /** @throws SwitchyardError `CORRUPT` */
  constructor(opened: OpenStorage | undefined) {
    this.#opened = opened;
    this.#record = readTermRecord(opened?.head.record).record;
  }

  /** What the term begins with. An authority whose disk says nothing of its role had no heir. */
  begins({ role, opened, start }: ElectiveOptions) {
    const epoch = Math.max(opened?.head.highestEpoch ?? 0, start.version.epoch);
    const { epochs } = start;
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
  }

  /** Resolves when all that was handed to the disk before is there. */
  async settled(): Promise<void> {
    const opened = this.#opened;
    if (this.#record !== undefined)
      await this.persist(this.#record); // which the disk may not have yet
    else await opened?.writeHead(opened.head);
  }

  /** What we had as authority was held against what the one that goes on has, which lacks none of it. */
  async matched(): Promise<void> {
    const record = this.#record;
    if (record?.role === "follower" && record.isUnmatched) await this.persist({ ...record, isUnmatched: undefined });
  }

  /** What the disk says of itself that has a copy which is followed. */
  leadOf(opened: OpenStorage, epochs: readonly Epoch[]): Lead {
    return leadOf(opened, epochs, this.#record);
  }
}
