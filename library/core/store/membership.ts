/**
 * What goes into sets, vectors and tables that are values of a store, and what comes out of them.
 *
 * Invariant: containers never change; what is put or taken makes a new one. It takes a pass over the container.
 */
import { equal, type Value, ValueSet, ValueTable } from "../values/index.ts";
import { isVector } from "../values/types.ts";
import type { Operation } from "./change.ts";

/** The container afterwards, `undefined` where it stays as it is, and what was taken; or that it does not hold such. */
export type Membership =
  | { readonly kind: "changed"; readonly container: Value; readonly taken: Value | undefined }
  | { readonly kind: "same" }
  | { readonly kind: "refused"; readonly code: "TYPE" };

type Add = Extract<Operation, { kind: "add" }>;
type Take = Extract<Operation, { kind: "take" }>;

const same: Membership = { kind: "same" };
const wrongType: Membership = { kind: "refused", code: "TYPE" };

/** An entry of a table takes the place of the one with that key; a set that has the element stays the same. */
export function added(there: Value | undefined, { element, value }: Add): Membership {
  if (value === undefined) return addedAlone(there === undefined ? new ValueSet([]) : there, element);
  const table = there === undefined ? new ValueTable([]) : there;
  if (!(table instanceof ValueTable)) return wrongType;
  return changed(new ValueTable([...without(table, element), [element, value]]), undefined);
}

function addedAlone(there: Value, element: Value): Membership {
  if (there instanceof ValueSet)
    return there.has(element) ? same : changed(new ValueSet([...there, element]), undefined);
  if (there === null || typeof there !== "object" || !isVector(there)) return wrongType;
  return changed(Object.freeze([...there, element]), undefined);
}

/** What is not there cannot be taken: all stays the same. */
export function taken(there: Value, { element }: Take): Membership {
  if (typeof there !== "object" || there === null) return wrongType;
  if (element === undefined) return isVector(there) ? takenLast(there) : wrongType;
  if (there instanceof ValueSet) return takenElement(there, element);
  return there instanceof ValueTable ? takenEntry(there, element) : wrongType;
}

function takenLast(there: readonly Value[]): Membership {
  return there.length === 0 ? same : changed(Object.freeze(there.slice(0, -1)), there.at(-1));
}

function takenElement(there: ValueSet, element: Value): Membership {
  if (!there.has(element)) return same;
  return changed(new ValueSet([...there].filter((other) => !equal(other, element))), element);
}

function takenEntry(there: ValueTable, key: Value): Membership {
  const value = there.get(key);
  return value === undefined ? same : changed(new ValueTable(without(there, key)), value);
}

function without(table: ValueTable, key: Value): readonly (readonly [Value, Value])[] {
  if (!table.has(key)) return [...table];
  return [...table].filter(([other]) => !equal(other, key));
}

function changed(container: Value, taken: Value | undefined): Membership {
  return { kind: "changed", container, taken };
}
