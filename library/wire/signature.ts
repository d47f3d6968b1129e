/**
 * A signature: the Zeek types of a message's values, as a short text that is announced once and then never sent again.
 *
 * One character a scalar type; `[x]` vector, `{x}` set, `<kx>` table; `?` for values that tell their own type. A value of
 * any type may also be none. So the body carries bare MessagePack numbers and strings, exact and small, without tags.
 */
import { SwitchyardError } from "../core/errors.ts";
import { type TypeName, typeOf, type Value } from "../core/values/index.ts";

export interface FieldType {
  /** The signature's character; `[`, `{` and `<` for containers. */
  readonly code: FieldCode;
  /** Elements of a vector or set, values of a table. */
  readonly inner?: FieldType;
  /** Keys of a table. */
  readonly key?: FieldType;
}

export type FieldCode = "n" | "b" | "c" | "i" | "d" | "s" | "t" | "v" | "a" | "u" | "p" | "e" | "?" | "[" | "{" | "<";

/** The character of each type. */
export const codeOfType = {
  none: "n",
  bool: "b",
  count: "c",
  int: "i",
  double: "d",
  string: "s",
  time: "t",
  interval: "v",
  addr: "a",
  subnet: "u",
  port: "p",
  enum: "e",
  vector: "[",
  set: "{",
  table: "<",
} as const satisfies Record<TypeName, FieldCode>;

const scalarCodes = new Set<string>(["n", "b", "c", "i", "d", "s", "t", "v", "a", "u", "p", "e", "?"]);

/** Longest signature, and deepest nesting in one; what is beyond is sent as `?`, and refused when it arrives. */
export const maxLength = 1024;
const maxDepth = 16;

/** The signature of one value, never `?` itself. Containers of mixed types have `?` inside, as has what is too long. */
export function signatureOf(value: Value): string {
  const text = describe(value, 0);
  return text.length > maxLength ? describe(value, maxDepth - 1) : text;
}

export function signatureOfAll(values: readonly Value[]): string {
  let text = "";
  for (const value of values) text += describe(value, 0);
  return text.length > maxLength ? "?".repeat(values.length) : text;
}

/** The signature of values behind some whose types are fixed; `lead` has one character for each of those. */
export function signatureBehind(lead: string, values: readonly Value[]): string {
  const text = signatureOfAll(values);
  return lead + (lead.length + text.length > maxLength ? "?".repeat(values.length) : text);
}

function describe(value: Value, depth: number): string {
  const type = typeOf(value);
  if (depth >= maxDepth && (type === "vector" || type === "set" || type === "table")) return "?";
  if (type === "vector") return `[${common(value as readonly Value[], depth)}]`;
  if (type === "set") return `{${common(value as Iterable<Value>, depth)}}`;
  if (type === "table") {
    const entries = [...(value as Iterable<readonly [Value, Value]>)];
    const keys = entries.map(([key]) => key);
    const values = entries.map(([, entry]) => entry);
    return `<${common(keys, depth)}${common(values, depth)}>`;
  }
  return codeOfType[type];
}

/** What all elements have in common: none fits everything, and whatever differs is `?`. */
function common(values: Iterable<Value>, depth: number): string {
  let found: string | undefined;
  for (const value of values) {
    if (value === null) continue;
    const text = describe(value, depth + 1);
    if (found !== undefined && text !== found) return "?";
    found = text;
  }
  return found ?? "?";
}

/**
 * Reads a signature, however hostile.
 * @throws SwitchyardError `BAD_FRAME`
 */
export function parseSignature(text: string): readonly FieldType[] {
  if (text.length > maxLength) throw malformed(text);
  const reader = { text, at: 0 };
  const types: FieldType[] = [];
  while (reader.at < text.length) types.push(readType(reader, 0));
  return types;
}

function readType(reader: { readonly text: string; at: number }, depth: number): FieldType {
  const code = reader.text[reader.at++];
  if (code !== undefined && scalarCodes.has(code)) return { code: code as FieldCode };
  if (depth > maxDepth) throw malformed(reader.text);
  if (code === "[") return close(reader, "]", { code, inner: readType(reader, depth + 1) });
  if (code === "{") return close(reader, "}", { code, inner: readType(reader, depth + 1) });
  if (code === "<") {
    const key = readType(reader, depth + 1);
    return close(reader, ">", { code, key, inner: readType(reader, depth + 1) });
  }
  throw malformed(reader.text);
}

function close(reader: { readonly text: string; at: number }, bracket: string, type: FieldType): FieldType {
  if (reader.text[reader.at++] !== bracket) throw malformed(reader.text);
  return type;
}

function malformed(text: string): SwitchyardError {
  return new SwitchyardError("BAD_FRAME", `signature ${JSON.stringify(text.slice(0, 64))}`);
}
