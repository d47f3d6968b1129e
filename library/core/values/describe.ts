/**
 * Says in a few words what somebody passed where a value was wanted; for messages.
 *
 * Never throws and never prints more than a short excerpt, whatever it is given.
 */
import { SwitchyardError } from "../errors.ts";

const excerptLength = 60;

export function describe(given: unknown): string {
  if (typeof given === "string") return JSON.stringify(excerpt(given));
  if (typeof given === "bigint") return describeBigint(given);
  if (typeof given === "object") return describeObject(given);
  if (typeof given === "number" || typeof given === "boolean") return String(given);
  return given === undefined ? "undefined" : `a ${typeof given}`;
}

function excerpt(text: string): string {
  return text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text;
}

function describeBigint(given: bigint): string {
  const small = given === BigInt.asIntN(128, given);
  return small ? `${given}n` : "a bigint of more than 128 bits";
}

function describeObject(given: object | null): string {
  if (given === null) return "null";
  if (Array.isArray(given)) return "an array";
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype === null || prototype === Object.prototype) return "a plain object";
  const name = (given.constructor as { name?: unknown } | undefined)?.name;
  return typeof name === "string" && name !== "" ? `an object of class ${name}` : "an object";
}

/** For the constructors: what they were to make, what they were given, and what they would have taken. */
export function badValue(type: string, given: unknown, wanted: string): SwitchyardError {
  return new SwitchyardError("BAD_VALUE", `${type} from ${describe(given)}, wanted ${wanted}`);
}

export function outOfRange(type: string, given: unknown, range: string): SwitchyardError {
  return new SwitchyardError("OUT_OF_RANGE", `${type} from ${describe(given)}, must be ${range}`);
}
