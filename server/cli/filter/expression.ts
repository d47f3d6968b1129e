/**
 * What a filter says, as data: the one form between reading it and applying it.
 *
 * Knows nothing of how it is written, and nothing of events or lines.
 */
import type { Value } from "../../../library/index.ts";

export type Expression =
  | { readonly kind: "all" | "any"; readonly terms: readonly Expression[] }
  | { readonly kind: "not"; readonly term: Expression }
  | { readonly kind: "holds"; readonly field: Field }
  | {
      readonly kind: "compares";
      readonly field: Field;
      readonly operator: Operator;
      readonly operand: Operand;
    };

/** A name, and the way from there into vectors and tables: `args[0]["key"]`. */
export interface Field {
  readonly name: string;
  readonly keys: readonly Value[];
}

export type Operand =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "field"; readonly field: Field };

/** The longer ones first: they are tried in this order. */
export const operators = ["==", "!=", "<=", ">=", "<", ">", "!~", "~", "!in", "in", "contains"] as const;

export type Operator = (typeof operators)[number];
