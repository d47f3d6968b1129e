/** Objects that come as JSON text, from a disk or from another node: nothing in them is believed before it is looked at. */
import { limits } from "../core/limits.ts";
import { isRevision } from "../core/store/columns.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** `undefined`: it is no object. */
export function fieldsOf(text: string): Fields | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? (json as Fields) : undefined;
  } catch {
    return undefined;
  }
}

export function isWhole(value: unknown): boolean {
  return typeof value === "number" && isRevision(value);
}

export function isVersion(value: unknown): boolean {
  const { epoch, revision } = (typeof value === "object" && value !== null ? value : {}) as Fields;
  return isWhole(epoch) && isWhole(revision);
}

/** 32 hex digits. */
export function isLife(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{32}$/.test(value);
}

/** Empty: it is not known. */
export function isLifeOrEmpty(value: unknown): boolean {
  return value === "" || isLife(value);
}

/** A version, with the life that began its epoch. */
export function isPlace(value: unknown): boolean {
  return isVersion(value) && isLifeOrEmpty((value as Fields)["by"]);
}

/** Epochs with the lives that began them; no more than are kept. */
export function areEpochs(value: unknown): boolean {
  const isEpoch = (each: unknown): boolean => isVersion(each) && typeof (each as Fields)["by"] === "string";
  return Array.isArray(value) && value.length <= limits.storeEpochsKept && value.every(isEpoch);
}
