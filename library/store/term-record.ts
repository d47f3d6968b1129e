/** What an authority or a standby remembers of its role, as the text that the disk keeps: checked where it is read. */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { Epoch } from "../core/store/epochs.ts";
import type { TermRecord } from "../core/store/term-messages.ts";
import type { Lead, OpenStorage } from "../storage/storage.ts";
import { areEpochs, fieldsOf, isWhole } from "./told-fields.ts";

const roles: readonly unknown[] = ["authority", "granting", "conflicted", "follower", "none"];

/** A standby that never was anything else has no role, but epochs. */
type Remembered = Omit<TermRecord, "role"> & { readonly role: TermRecord["role"] | undefined };

export function termRecordText({ epoch, role, heir, epochs, isUnmatched }: Remembered): string {
  const told = epochs.slice(-limits.storeEpochsKept);
  return JSON.stringify({ epoch, role: role ?? "none", heir, epochs: told, isUnmatched });
}

/** What a disk says of itself that has a copy with these epochs. `last`: the record that counts, also while it is on its way to the disk. */
export function leadOf(opened: OpenStorage, epochs: readonly Epoch[], last: TermRecord | undefined): Lead {
  const { lineage, highestEpoch: highest } = opened.head;
  const isFollower = last === undefined || last.role === "follower";
  const known = isFollower ? epochs : last.epochs; // the epoch that it has begun is none of the copy's yet
  const epoch = Math.max(highest, known.at(-1)?.epoch ?? 0);
  const remembered = isFollower ? { epoch, heir: undefined, role: last?.role, epochs } : last;
  return { epochs: known, lineage, highestEpoch: epoch, record: termRecordText(remembered) };
}

/** @throws SwitchyardError `CORRUPT` where it is not as we write it */
export function readTermRecord(text: string | undefined): {
  readonly record: TermRecord | undefined;
  readonly epochs: readonly Epoch[];
} {
  if (text === undefined) return { record: undefined, epochs: [] };
  const fields = text.length > limits.storeRecordCharacters ? undefined : fieldsOf(text);
  const { epoch, role, heir, epochs, isUnmatched } = fields ?? {};
  const isRight =
    isWhole(epoch) &&
    roles.includes(role) &&
    (heir === undefined || typeof heir === "string") &&
    (isUnmatched === undefined || typeof isUnmatched === "boolean") &&
    areEpochs(epochs);
  if (!isRight) throw new SwitchyardError("CORRUPT", "what the store remembers of its role");
  const known = epochs as readonly Epoch[];
  if (role === "none") return { record: undefined, epochs: known };
  const record = { epoch: epoch as number, role: role as TermRecord["role"], heir, epochs: known };
  return { record: isUnmatched === true ? { ...record, isUnmatched } : record, epochs: known };
}
