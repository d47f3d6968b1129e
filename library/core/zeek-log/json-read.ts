/**
 * Reads JSON lines, whose records name their own fields: finds columns that fit them.
 *
 * Zeek leaves out what is unset, so records of one log differ in their fields. A layout grows by the fields that it
 * lacks, and a record that leaves some out has `null` there. Records get layouts of their own only where they name
 * different logs in `_path`, disagree about the order, or about a field that is `null` in so many words.
 * Invariant: the fields of a record are, in their order, the columns of its layout that are not `null`, and each is of
 * its column's type.
 */
import { isVector, typeOf, type Value } from "../values/types.ts";
import { JsonObjectReader, type Members } from "./json-value.ts";
import type { Failing, LineReader, LogLayout, LogRecord } from "./record.ts";
import type { LogColumn } from "./types.ts";

/** Layouts in use at a time; the one used longest ago is forgotten, and made anew when its like comes again. */
const layoutsHeld = 64;

/** Sets of fields remembered for one layout; beyond them all are forgotten. */
const shapesHeld = 1024;

/** Columns that a layout may grow to; fields beyond them make a layout of their own. */
const columnsHeld = 1024;

interface Fitted {
  /** Which records it is for at all. */
  readonly family: string;
  layout: LogLayout;
  /** The place of each column by its name. */
  places: Map<string, number>;
  /** The places of a record's fields, by all of their names. */
  readonly shapes: Map<string, readonly number[]>;
}

/** The layout for a record, and the places of its fields there. */
interface Fit {
  readonly fitted: Fitted;
  readonly places: readonly number[];
}

/** Half of a surrogate pair, which no name holds: it is text. */
const separator = "\ud800";

export class JsonLinesReader implements LineReader {
  readonly #failing: Failing;
  readonly #objects: JsonObjectReader;
  /** Last used first. */
  #fitted: Fitted[] = [];

  constructor(failing: Failing) {
    this.#failing = failing;
    this.#objects = new JsonObjectReader(failing);
  }

  read(line: string): LogRecord | undefined {
    if (line.trim() === "") return undefined;
    const members = this.#objects.read(line);
    const { fitted, places } = this.#fit(members);
    const values = new Array<Value>(fitted.layout.columns.length).fill(null);
    for (let i = 0; i < places.length; i++) values[places[i]!] = members.values[i]!;
    widen(fitted, values);
    return { layout: fitted.layout, values };
  }

  #fit(members: Members): Fit {
    const family = familyOf(members);
    const shape = members.names.join(separator);
    const relatives = this.#fitted.filter((fitted) => fitted.family === family);
    for (const fitted of relatives) {
      const places = fitted.shapes.get(shape);
      if (places !== undefined) return this.#use(fitted, places);
    }
    if (new Set(members.names).size < members.names.length) throw this.#failing("BAD_LOG_LINE", "a field stands twice");

    for (const fitted of relatives) {
      const places = placesIn(fitted, members.names) ?? grow(fitted, members);
      if (places === undefined) continue;
      if (fitted.shapes.size >= shapesHeld) fitted.shapes.clear();
      fitted.shapes.set(shape, places);
      return this.#use(fitted, places);
    }
    return this.#use(freshLayout(members, family), [...members.names.keys()]);
  }

  #use(fitted: Fitted, places: readonly number[]): Fit {
    if (this.#fitted[0] !== fitted) {
      this.#fitted = [fitted, ...this.#fitted.filter((other) => other !== fitted)].slice(0, layoutsHeld);
    }
    return { fitted, places };
  }
}

/** Records of one family name the same log, and the same fields as `null`: those print as `null`, others not at all. */
function familyOf({ names, values }: Members): string {
  let family = pathOf({ names, values }) ?? "";
  for (let i = 0; i < names.length; i++) if (values[i] === null) family += separator + names[i]!;
  return family;
}

/** Zeek names the log in each of its records, where it streams them. */
function pathOf({ names, values }: Members): string | undefined {
  const path = values[names.indexOf("_path")];
  return typeof path === "string" ? path : undefined;
}

/** Where the fields belong, or `undefined` where the layout lacks one or has them in another order. */
function placesIn({ places }: Fitted, names: readonly string[]): readonly number[] | undefined {
  let last = -1;
  const found: number[] = [];
  for (const name of names) {
    const place = places.get(name);
    if (place === undefined || place <= last) return undefined;
    found.push(place);
    last = place;
  }
  return found;
}

/** Gives the layout the fields that it lacks, each behind the one it follows; `undefined` where the orders disagree. */
function grow(fitted: Fitted, { names, values }: Members): readonly number[] | undefined {
  const known = names.filter((name) => fitted.places.has(name));
  if (placesIn(fitted, known) === undefined) return undefined;
  if (fitted.places.size + names.length - known.length > columnsHeld) return undefined;

  const columns = [...fitted.layout.columns];
  let place = 0;
  for (const [i, name] of names.entries()) {
    const knownPlace = fitted.places.has(name) ? columns.findIndex((column) => column.name === name) : -1;
    if (knownPlace < 0) columns.splice(place, 0, columnOf(name, values[i]!));
    place = (knownPlace < 0 ? place : knownPlace) + 1;
  }
  fitted.layout = { path: fitted.layout.path, columns };
  fitted.places = placesOf(columns);
  fitted.shapes.clear();
  return placesIn(fitted, names);
}

function freshLayout(members: Members, family: string): Fitted {
  const columns = members.names.map((name, i) => columnOf(name, members.values[i]!));
  return { family, layout: { path: pathOf(members), columns }, places: placesOf(columns), shapes: new Map() };
}

function placesOf(columns: readonly LogColumn[]): Map<string, number> {
  return new Map(columns.map(({ name }, place) => [name, place]));
}

/** Columns that hold a value of another type than before become columns of any type, in a new layout. */
function widen(fitted: Fitted, values: readonly Value[]): void {
  const { path, columns } = fitted.layout;
  if (values.every((value, place) => isOfType(columns[place]!.type, value))) return;
  const widened = columns.map((column, place) =>
    isOfType(column.type, values[place]!) ? column : { name: column.name, type: anyType },
  );
  fitted.layout = { path, columns: widened };
}

/** A type that Zeek does not have: each value in the column has its own. */
const anyType = "any";

/** A column has the type of the first value seen in it. */
function columnOf(name: string, value: Value): LogColumn {
  return { name, type: typeText(value) };
}

/** An empty vector is taken for one of strings, which is what most are. */
function typeText(value: Value): string {
  if (!isVector(value)) return typeOf(value);
  const element = value.length === 0 ? "string" : typeText(value[0]!);
  return isOfType(`vector[${element}]`, value) ? `vector[${element}]` : anyType;
}

function isOfType(type: string, value: Value): boolean {
  if (value === null || type === anyType) return true;
  if (!isVector(value)) return typeOf(value) === type;
  if (!type.startsWith("vector[")) return false;
  const element = type.slice("vector[".length, -1);
  return value.every((each) => each !== null && isOfType(element, each));
}
