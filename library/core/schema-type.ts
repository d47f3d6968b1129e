/**
 * Types as a schema declares them, in Zeek's words: `count`, `vector[string]`, `set[addr]`, `table[addr] of count`, `any`,
 * each with `&optional` behind it where none will do.
 *
 * Invariant: a type is read once, when it is declared. Knows nothing of events.
 */
import { SwitchyardError } from "./errors.ts";
import { limits } from "./limits.ts";
import { quoted } from "./topic.ts";
import { type TypeName, typeOf, type Value, type ValueSet, type ValueTable } from "./values/index.ts";

export interface DeclaredType {
  /** As it was declared. */
  readonly text: string;
  readonly name: TypeName | "any";
  readonly isOptional: boolean;
  /** Elements of a vector or set, values of a table. */
  readonly inner?: DeclaredType;
  readonly key?: DeclaredType;
}

const scalars = [
  "none",
  "bool",
  "count",
  "int",
  "double",
  "string",
  "time",
  "interval",
  "addr",
  "subnet",
  "port",
  "enum",
];
const names: ReadonlySet<string> = new Set([...scalars, "any"]);

/** @throws SwitchyardError `BAD_ARGUMENT` */
export function parseDeclaredType(text: string): DeclaredType {
  if (typeof text !== "string") throw new SwitchyardError("BAD_ARGUMENT", `a type must be a text, not ${typeof text}`);
  const words = text.match(/&optional\b|[a-z]+|[[\]]|\S/g) ?? [];
  const reader = { text, words, at: 0 };
  const type = readType(reader, 0);
  if (reader.at !== words.length) throw unreadable(reader);
  return type;
}

interface Reader {
  readonly text: string;
  readonly words: readonly string[];
  at: number;
}

function readType(reader: Reader, depth: number): DeclaredType {
  const start = reader.at;
  const name = reader.words[reader.at++];
  if (name === undefined || depth > limits.valueDepth) throw unreadable(reader);
  const parts = readParts(reader, name, depth);
  const isOptional = reader.words[reader.at] === "&optional";
  if (isOptional) reader.at += 1;
  return { text: spelled(reader.words.slice(start, reader.at)), name: name as TypeName, isOptional, ...parts };
}

function readParts(reader: Reader, name: string, depth: number): Pick<DeclaredType, "inner" | "key"> {
  if (names.has(name)) return {};
  if (name === "vector" || name === "set") return { inner: readBracketed(reader, depth) };
  if (name !== "table") throw unreadable(reader);
  const key = readBracketed(reader, depth);
  expect(reader, "of");
  return { key, inner: readType(reader, depth + 1) };
}

function readBracketed(reader: Reader, depth: number): DeclaredType {
  expect(reader, "[");
  const type = readType(reader, depth + 1);
  expect(reader, "]");
  return type;
}

function expect(reader: Reader, word: string): void {
  if (reader.words[reader.at] !== word) throw unreadable(reader);
  reader.at += 1;
}

function spelled(words: readonly string[]): string {
  return words
    .join(" ")
    .replaceAll(/ ?\[ ?/g, "[")
    .replaceAll(" ]", "]");
}

function unreadable({ text }: Reader): SwitchyardError {
  const wanted = "count, vector[string], set[addr], table[addr] of count, any and the like";
  return new SwitchyardError("BAD_ARGUMENT", `type ${quoted(text)} of a schema, wanted ${wanted}`);
}

/** Why the value is not of the type, ready to follow its name; `undefined` when it is. */
export function typeFault(type: DeclaredType, value: Value): string | undefined {
  if (type.name === "any") return undefined;
  if (value === null && type.isOptional) return undefined;
  const given = typeOf(value);
  if (given !== type.name) return ` must be ${type.text}, not ${given}`;
  if (type.inner === undefined) return undefined;
  return given === "table"
    ? entryFault(type.key!, type.inner, value as ValueTable)
    : elementFault(type.inner, value as readonly Value[] | ValueSet);
}

function elementFault(type: DeclaredType, elements: Iterable<Value>): string | undefined {
  let position = 0;
  for (const element of elements) {
    position += 1;
    const fault = typeFault(type, element);
    if (fault !== undefined) return `, element ${position}${fault}`;
  }
  return undefined;
}

function entryFault(keyType: DeclaredType, type: DeclaredType, table: ValueTable): string | undefined {
  let position = 0;
  for (const [key, value] of table) {
    position += 1;
    const keyFault = typeFault(keyType, key);
    if (keyFault !== undefined) return `, key ${position}${keyFault}`;
    const fault = typeFault(type, value);
    if (fault !== undefined) return `, value ${position}${fault}`;
  }
  return undefined;
}
