/**
 * What a client sends, checked once, where it enters.
 *
 * Invariant: what a check returns has exactly the type it promises, and nothing that was not asked for.
 * Knows nothing of what requests mean.
 */
import { SwitchyardError } from "../library/index.ts";

/** `where` names the value for people, such as `params.search.text`. */
export type Check<T> = (value: unknown, where: string) => T;

interface Optional<T> {
  readonly whenPresent: Check<T>;
}

type Fields<T> = {
  readonly [Key in keyof T]-?: Check<Exclude<T[Key], undefined>> | Optional<Exclude<T[Key], undefined>>;
};

export const text: Check<string> = (value, where) => {
  if (typeof value === "string") return value;
  throw unlike(where, "a text");
};

export const flag: Check<boolean> = (value, where) => {
  if (typeof value === "boolean") return value;
  throw unlike(where, "true or false");
};

export function wholeNumber(least: number, most: number): Check<number> {
  return (value, where) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw unlike(where, `a whole number from ${least} to ${most}`);
  };
}

export function oneOf<Text extends string>(...texts: readonly Text[]): Check<Text> {
  return (value, where) => {
    const found = texts.find((each) => each === value);
    if (found !== undefined) return found;
    throw unlike(where, `one of ${texts.join(", ")}`);
  };
}

export function list<T>(check: Check<T>, least: number, most: number): Check<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw unlike(where, `a list of ${least} to ${most}`);
    }
    return value.map((item, place) => check(item, `${where}[${place}]`));
  };
}

export function optional<T>(whenPresent: Check<T>): Optional<T> {
  return { whenPresent };
}

export function object<T extends object>(fields: Fields<T>): Check<T> {
  return (value, where) => {
    if (typeof value !== "object" || value === null) throw unlike(where, "an object");
    const given = new Map<string, unknown>(Object.entries(value));
    const checked: [string, unknown][] = [];
    for (const [name, field] of Object.entries<Check<unknown> | Optional<unknown>>(fields)) {
      const check = "whenPresent" in field ? field.whenPresent : field;
      if ("whenPresent" in field && given.get(name) === undefined) continue;
      checked.push([name, check(given.get(name), `${where}.${name}`)]);
    }
    return Object.fromEntries(checked) as T;
  };
}

function unlike(where: string, expected: string): SwitchyardError {
  return new SwitchyardError("BAD_ARGUMENT", `${where} must be ${expected}`);
}
