/**
 * Says in a few words what somebody passed where a value was wanted; for messages.
 *
 * Never throws and never prints more than a short excerpt, whatever it is given.
 */
import { SwitchyardError } from "../errors.ts";

const excerptLength = 60;

export function describe(given: unknown): string {
  switch (typeof given) {
    case "string":
      return JSON.stringify(given.length > excerptLength ? `${given.slice(0, excerptLength)}…` : given);
    case "bigint":
      return describeBigint(given);
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "object":
      return describeObject(given);
    default:
      return Object.is(given, -0) ? "-0" : String(given);
  }
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
