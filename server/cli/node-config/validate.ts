/**
 * Holds a value against a schema, and says in words what is wrong first and where.
 *
 * Invariant: agrees with JSON Schema on whether a value is valid, for the part of it that `Schema` has.
 * Knows nothing of what the schema is about.
 */
import { nearest } from "../nearest.ts";
import type { Schema } from "./schema.ts";

/** `listen[0].tls.cert: expected a text, found 5`; `undefined` where nothing is wrong. */
export function faultOf(value: unknown, schema: Schema, path = ""): string | undefined {
  if (schema.anyOf !== undefined) return faultOfAny(value, schema.anyOf, path);
  if (schema.type !== undefined && typeNameOf(value) !== schema.type && !isWhole(value, schema)) {
    return at(path, `expected ${wanted([schema])}, found ${found(value)}`);
  }
  if (Array.isArray(value)) return firstFault(value.map((each, i) => [each, schema.items, `${path}[${i}]`] as const));
  if (isObject(value)) return faultOfObject(value, schema, path);
  return faultOfScalar(value, schema, path);
}

/** The one of that type tells what is wrong inside. */
function faultOfAny(value: unknown, choices: readonly Schema[], path: string): string | undefined {
  const flat = choices.flatMap((choice) => choice.anyOf ?? [choice]);
  const fitting = flat.find(({ type }) => type === typeNameOf(value));
  if (fitting !== undefined) return faultOf(value, fitting, path);
  return at(path, `expected ${wanted(flat)}, found ${found(value)}`);
}

function faultOfObject(value: Readonly<Record<string, unknown>>, schema: Schema, path: string): string | undefined {
  const properties = new Map(Object.entries(schema.properties ?? {}));
  const strange = Object.keys(value).find((key) => !properties.has(key));
  if (strange !== undefined) {
    const [near] = nearest(strange, properties.keys());
    const hint = near === undefined ? `known are ${[...properties.keys()].join(", ")}` : `did you mean ${near}?`;
    return at(path, `unknown key ${JSON.stringify(strange)}; ${hint}`);
  }
  const missing = schema.required?.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return at(path, `the key ${missing} is missing: ${properties.get(missing)?.description}`);
  return firstFault(Object.entries(value).map(([key, each]) => [each, properties.get(key), join(path, key)] as const));
}

function faultOfScalar(value: unknown, schema: Schema, path: string): string | undefined {
  if (typeof value === "string") {
    if (schema.enum !== undefined && !schema.enum.includes(value)) {
      const [near] = nearest(value, schema.enum);
      const hint = near === undefined ? "" : `; did you mean ${near}?`;
      return at(path, `expected ${schema.enum.join(" or ")}, found ${found(value)}${hint}`);
    }
    if (value.length < (schema.minLength ?? 0)) return at(path, "expected a text, found an empty one");
  }
  if (typeof value !== "number") return undefined;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  return value < minimum || value > maximum ? at(path, `expected ${wanted([schema])}, found ${value}`) : undefined;
}

function firstFault(parts: readonly (readonly [unknown, Schema | undefined, string])[]): string | undefined {
  for (const [value, schema, path] of parts) {
    const fault = schema === undefined ? undefined : faultOf(value, schema, path);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const names: Readonly<Record<NonNullable<Schema["type"]>, string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  boolean: "true or false",
  integer: "a whole number",
};

function wanted(schemas: readonly Schema[]): string {
  const [schema] = schemas;
  if (schemas.length === 1 && schema?.type === "integer" && schema.minimum !== undefined) {
    return `a whole number of ${schema.minimum} or more`;
  }
  return schemas.map(({ type }) => names[type ?? "object"]).join(" or ");
}

function typeNameOf(value: unknown): Schema["type"] | "null" | "number" {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  if (type === "object" || type === "string" || type === "boolean") return type;
  return "number";
}

function isWhole(value: unknown, { type }: Schema): boolean {
  return type === "integer" && Number.isInteger(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeNameOf(value) === "object";
}

function found(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function at(path: string, what: string): string {
  return path === "" ? what : `${path}: ${what}`;
}
