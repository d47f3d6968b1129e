/** What terms say to each other, from the text that it travels as: checked, for it comes from others. */
import { limits } from "../core/limits.ts";
import type { Party, TermMessage } from "../core/store/term-messages.ts";
import { longestTold } from "../processes.ts";
import { areEpochs, fieldsOf, isLife, isLifeOrEmpty, isPlace, isWhole } from "./told-fields.ts";

/** What each kind has besides the epoch. */
const shapes: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  ping: { number: isWhole, heir: isLifeOrNone, syncRevision: isWhole },
  pong: { number: isWhole, held: isPlace, isLive: isBoolean, remembers: isBoolean, process: isProcessOrNone },
  held: { revision: isWhole, by: isLifeOrEmpty },
  resign: {},
  ask: { held: isPlace },
  answer: { held: isPlace, isPromotable: isBoolean, remembers: isBoolean },
  grant: { heir: isLife, held: isPlace },
  request: {},
  announce: { revision: isWhole, epochs: areEpochs },
  fence: {},
};

/** `undefined`: it is none. */
export function readTermMessage(text: unknown, from: Party): TermMessage | undefined {
  if (typeof text !== "string" || text.length > limits.reportCharacters) return undefined;
  const fields = fieldsOf(text);
  const kind = fields?.["kind"];
  if (fields === undefined || typeof kind !== "string" || !Object.hasOwn(shapes, kind)) return undefined;
  const shape = shapes[kind]!;
  if (!isWhole(fields["epoch"])) return undefined;
  for (const [name, isRight] of Object.entries(shape)) if (!isRight(fields[name])) return undefined;
  return { ...fields, from } as unknown as TermMessage;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isProcessOrNone(value: unknown): boolean {
  return value === undefined || (typeof value === "string" && value.length <= longestTold);
}

function isLifeOrNone(value: unknown): boolean {
  return value === undefined || isLife(value);
}
