/**
 * Names of enumerations, such as `Notice::LOG`.
 *
 * Invariant: the name is one that Zeek could have declared, so that its text form is the name itself.
 * Knows nothing of which enumeration it belongs to, or what others it has.
 */
import { limits } from "../limits.ts";
import { badValue } from "./describe.ts";
import { inspect } from "./inspect.ts";
import type { Json } from "./types.ts";

const pattern = /^[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Words that are values of their own in the text form. */
const reserved = new Set(["T", "F", "inf", "nan"]);

export class Enum {
  readonly name: string;

  /** @throws SwitchyardError `BAD_VALUE` */
  constructor(name: string) {
    if (!isEnumName(name)) throw badValue("enum", name, "a name such as tcp or Notice::LOG");
    this.name = name;
    Object.freeze(this);
  }

  get kind(): "enum" {
    return "enum";
  }

  toString(): string {
    return this.name;
  }

  toJSON(): Json {
    return { enum: this.name };
  }

  [inspect](): string {
    return `enum ${this.toString()}`;
  }
}

export function isEnumName(name: unknown): name is string {
  return typeof name === "string" && name.length <= limits.enumCharacters && pattern.test(name) && !reserved.has(name);
}

/** The value of an enumeration, by its name. @throws SwitchyardError `BAD_VALUE` */
export function enumValue(from: Enum | string): Enum {
  return from instanceof Enum ? from : new Enum(from);
}
