/**
 * Reads the cells of one column of Zeek's TSV into values.
 *
 * Invariant: a cell that does not fit its column's type gives `undefined`, never a guess.
 * Knows nothing of lines or headers but the marks that a header sets.
 */
import { type Address, parseAddress } from "../values/address.ts";
import { ValueSet } from "../values/containers.ts";
import { Enum, isEnumName } from "../values/enum.ts";
import { Interval } from "../values/interval.ts";
import { Count } from "../values/numbers.ts";
import { Port } from "../values/port.ts";
import { parseSubnet } from "../values/subnet.ts";
import { Time } from "../values/time.ts";
import type { Value } from "../values/types.ts";
import { unescapeString } from "./escape.ts";
import { parseDouble, parseSeconds } from "./seconds.ts";
import type { ColumnType, ScalarType } from "./types.ts";

/** What a header says of the cells below it. */
export interface CellMarks {
  /** Between the elements of a vector or set. */
  readonly setSeparator: string;
  /** The cell of an empty string, vector or set. */
  readonly emptyField: string;
  /** The cell that has no value. */
  readonly unsetField: string;
}

/** The value that a cell stands for, or `undefined` where it is none of its column's type. */
export type CellReader = (cell: string) => Value | undefined;

export function cellReader(type: ColumnType, marks: CellMarks): CellReader {
  const read = scalarReader(type.kind === "scalar" ? type.type : type.element, marks);
  const readSet = (cell: string) => (cell === marks.unsetField ? null : read(cell));
  if (type.kind === "scalar") return readSet;
  return elementsReader(readSet, type.kind, marks);
}

function elementsReader(
  read: CellReader,
  kind: "vector" | "set",
  { emptyField, unsetField, setSeparator }: CellMarks,
): CellReader {
  const gather = (elements: readonly Value[]) => (kind === "set" ? new ValueSet(elements) : elements);
  return (cell) => {
    if (cell === unsetField) return null;
    if (cell === emptyField) return gather([]);
    const elements: Value[] = [];
    for (const part of cell.split(setSeparator)) {
      const element = read(part);
      if (element === undefined) return undefined;
      elements.push(element);
    }
    return gather(elements);
  };
}

function scalarReader(type: ScalarType, { emptyField }: CellMarks): CellReader {
  switch (type) {
    case "string":
      return (cell) => (cell === emptyField ? "" : unescapeString(cell));
    case "bool":
      return (cell) => (cell === "T" ? true : cell === "F" ? false : undefined);
    case "count":
      return readCount;
    case "int":
      return readInt;
    case "double":
      return parseDouble;
    case "time":
      return (cell) => map(parseSeconds(cell), (nanoseconds) => new Time(nanoseconds));
    case "interval":
      return (cell) => map(parseSeconds(cell), (nanoseconds) => new Interval(nanoseconds));
    case "addr":
      return remembering(readAddress);
    case "subnet":
      return parseSubnet;
    case "port":
      return remembering(readPort);
    case "enum":
      return remembering(readEnum);
  }
}

function map<From, To>(from: From | undefined, to: (from: From) => To): To | undefined {
  return from === undefined ? undefined : to(from);
}

/** Cells that are remembered for one column; beyond them all are forgotten, and made anew. */
const remembered = 4096;

/** The same cells come again and again in a log, and making an address costs more than finding it. */
function remembering(read: CellReader): CellReader {
  const values = new Map<string, Value | undefined>();
  return (cell) => {
    const known = values.get(cell);
    if (known !== undefined) return known;
    if (values.size >= remembered) values.clear();
    const value = read(cell);
    values.set(cell, value);
    return value;
  };
}

const countMax = 2n ** 64n - 1n;
const intMin = -(2n ** 63n);
const intMax = 2n ** 63n - 1n;

export function readCount(cell: string): Count | undefined {
  if (!/^\d{1,20}$/.test(cell)) return undefined;
  if (cell.length <= 15) return new Count(Number(cell));
  const exact = BigInt(cell);
  return exact > countMax ? undefined : new Count(exact);
}

export function readInt(cell: string): bigint | undefined {
  if (!/^[+-]?\d{1,20}$/.test(cell)) return undefined;
  const exact = cell.startsWith("+") ? BigInt(cell.slice(1)) : BigInt(cell);
  return exact < intMin || exact > intMax ? undefined : exact;
}

function readAddress(cell: string): Address | undefined {
  return parseAddress(cell.startsWith("[") && cell.endsWith("]") ? cell.slice(1, -1) : cell);
}

/** Zeek writes the number alone; its reader takes a protocol, too. */
function readPort(cell: string): Port | undefined {
  const [, digits, protocol = "unknown"] = /^(\d{1,5})(?:\/(tcp|udp|icmp|unknown))?$/.exec(cell) ?? [];
  return digits === undefined || Number(digits) > 65_535
    ? undefined
    : new Port(Number(digits), protocol as Port["protocol"]);
}

function readEnum(cell: string): Enum | undefined {
  return isEnumName(cell) ? new Enum(cell) : undefined;
}
