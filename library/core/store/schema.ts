/**
 * The types of a store's keys and values, as they are declared: `string`, `table[addr] of count` and so on.
 *
 * Knows nothing of operations: it is asked of every entry that an operation would make.
 */
import { parseDeclaredType, typeFault } from "../schema-type.ts";
import type { Value } from "../values/index.ts";

/** Types in Zeek's words, as for arguments of events; what is left out may be of any type. */
export interface StoreSchema {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}

/** Why an entry may not be in a store (`SCHEMA_MISMATCH`), in words; `undefined` when it may. */
export type EntryCheck = (key: Value, value: Value) => string | undefined;

/** @throws SwitchyardError `BAD_ARGUMENT` for a type that there is not */
export function entryCheck({ key = "any", value = "any" }: StoreSchema): EntryCheck {
  const [keyType, valueType] = [parseDeclaredType(key), parseDeclaredType(value)];
  return (givenKey, givenValue) => {
    const keyFault = typeFault(keyType, givenKey);
    if (keyFault !== undefined) return `key${keyFault}`;
    const valueFault = typeFault(valueType, givenValue);
    return valueFault === undefined ? undefined : `value${valueFault}`;
  };
}
