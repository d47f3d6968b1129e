/**
 * Column types as Zeek writes them in a log's header: `addr`, `vector[string]`, `set[enum]`.
 *
 * Invariant: a type is read once for each column, never for each line. Knows nothing of values or lines.
 */

/** What one cell, or one element of a container, holds. */
export type ScalarType =
  | "bool"
  | "count"
  | "int"
  | "double"
  | "string"
  | "time"
  | "interval"
  | "addr"
  | "subnet"
  | "port"
  | "enum";

export type ColumnType =
  | { readonly kind: "scalar"; readonly type: ScalarType }
  | { readonly kind: "vector" | "set"; readonly element: ScalarType };

/** One column of a log: its name, and its type as Zeek writes it. */
export interface LogColumn {
  readonly name: string;
  readonly type: string;
}

const scalars: ReadonlyMap<string, ScalarType> = new Map<string, ScalarType>([
  ["bool", "bool"],
  ["count", "count"],
  ["int", "int"],
  ["double", "double"],
  ["string", "string"],
  ["time", "time"],
  ["interval", "interval"],
  ["addr", "addr"],
  ["subnet", "subnet"],
  ["port", "port"],
  ["enum", "enum"],
  // Zeek writes these as their text, and reads them back as nothing else.
  ["func", "string"],
  ["file", "string"],
  ["pattern", "string"],
]);

/** The type that `text` names, or `undefined` where Zeek has no such column. `table[addr]` is how old logs say `set[addr]`. */
export function parseColumnType(text: string): ColumnType | undefined {
  const type = scalars.get(text);
  if (type !== undefined) return { kind: "scalar", type };

  const [, container, inner = ""] = /^(vector|set|table)\[(\w+)\]$/.exec(text) ?? [];
  const element = scalars.get(inner);
  if (container === undefined || element === undefined) return undefined;
  return { kind: container === "vector" ? "vector" : "set", element };
}
