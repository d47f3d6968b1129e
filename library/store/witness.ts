/**
 * The arbiter of a store (core/store/witness.ts) at work: keeps its record on a disk, and answers those who ask.
 *
 * Invariant: one question after the other, and what is answered is synced. There is one witness for a store.
 */
import { SwitchyardError } from "../core/errors.ts";
import type { Act, ActResult } from "../core/store/term-messages.ts";
import { sameRecord, swapped, type WitnessRecord } from "../core/store/witness.ts";
import type { OpenStorage } from "../storage/storage.ts";
import { fieldsOf, isWhole } from "./told-fields.ts";
import type { Traffic } from "./traffic.ts";

/** Names and an epoch: anything longer is none. */
const longestText = 4_096;
/** How long an authority or an heir waits for the witness; then it asks again. */
const askMs = 1_000;

export interface WitnessHandle {
  readonly topic: string;
  /** Whose turn it is; `undefined`: nobody has asked yet. */
  readonly record: WitnessRecord | undefined;
  close(): Promise<void>;
}

/** Resolves when the peers know that it is there. @throws SwitchyardError `CORRUPT` */
export async function openWitness(traffic: Traffic, topic: string, opened: OpenStorage): Promise<WitnessHandle> {
  let record = kept(opened);
  let last: Promise<void> = Promise.resolve();
  const swap = async (expected: WitnessRecord | undefined, wanted: WitnessRecord): Promise<void> => {
    const next = swapped(record, expected, wanted);
    if (sameRecord(next, record)) return;
    await opened.writeHead({ ...opened.head, record: textOf(next) });
    record = next;
  };
  const answer = async (name: string, args: readonly unknown[], reply: () => void): Promise<void> => {
    const [expected, wanted] = args.map(recordOf);
    if (name === "swap" && wanted?.found !== undefined && expected !== undefined) {
      await swap(expected.found, wanted.found);
      reply();
    } else if (name === "read") reply();
  };
  const end = await traffic.listen("witness", topic, ({ name, args }, reply) => {
    last = last
      .then(() => answer(name, args, () => reply("record", [textOf(record)])))
      .catch((cause) => traffic.node.fail(new SwitchyardError("DISK_FAILED", `witness of ${topic}`, { cause })));
  });
  return {
    topic,
    get record() {
      return record;
    },
    close: async () => {
      end();
      await last;
      await opened.close();
    },
  };
}

/** Never fails: what nobody answered is `failed`. */
export async function askWitness(
  traffic: Traffic,
  topic: string,
  act: Extract<Act, { kind: "read" | "swap" }>,
): Promise<ActResult> {
  const args = act.kind === "swap" ? [textOf(act.expected), textOf(act.wanted)] : [];
  const answer = await traffic.ask("witness", topic, act.kind, args, askMs).catch(() => undefined);
  const read = answer?.name === "record" ? recordOf(answer.args[0]) : undefined;
  return read === undefined ? { kind: "failed" } : { kind: "record", record: read.found };
}

function kept({ head }: OpenStorage): WitnessRecord | undefined {
  const read = recordOf(head.record ?? "");
  if (read === undefined) throw new SwitchyardError("CORRUPT", "the record of a witness");
  return read.found;
}

function textOf(record: WitnessRecord | undefined): string {
  return record === undefined ? "" : JSON.stringify(record);
}

/** Nothing where it is no record; `found` is `undefined` for the one of the beginning. */
function recordOf(text: unknown): { readonly found: WitnessRecord | undefined } | undefined {
  if (text === "") return { found: undefined };
  if (typeof text !== "string" || text.length > longestText) return undefined;
  const { epoch, authority, heir } = fieldsOf(text) ?? {};
  const isRight = isWhole(epoch) && typeof authority === "string";
  if (!isRight || (heir !== undefined && typeof heir !== "string")) return undefined;
  return { found: { epoch: epoch as number, authority, heir } };
}
