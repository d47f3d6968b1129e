/**
 * Reads Zeek's TSV: a header of `#` lines that names and types the columns, then a record a line.
 *
 * Invariant: a record has exactly the columns of the header above it. A new header, as where logs were joined end to
 * end, begins a new layout. Knows nothing of files, bytes or compression.
 */
import type { Value } from "../values/types.ts";
import { unescapeString } from "./escape.ts";
import type { Failing, LineReader, LogLayout, LogRecord } from "./record.ts";
import { type CellReader, cellReader } from "./tsv-cell.ts";
import { type LogColumn, parseColumnType } from "./types.ts";

/** What the header lines said so far. */
interface Header {
  separator: string;
  setSeparator: string;
  emptyField: string;
  unsetField: string;
  path: string | undefined;
  fields: readonly string[] | undefined;
}

interface Table {
  readonly layout: LogLayout;
  readonly readers: readonly CellReader[];
}

export class TsvReader implements LineReader {
  #header: Header = freshHeader();
  #table: Table | undefined;
  readonly #failing: Failing;

  constructor(failing: Failing) {
    this.#failing = failing;
  }

  read(line: string): LogRecord | undefined {
    if (line === "") return undefined;
    if (line.startsWith("#")) {
      this.#readHeaderLine(line);
      return undefined;
    }
    if (this.#table === undefined) throw this.#failing("BAD_LOG_FILE", "a record before #fields and #types");
    return { layout: this.#table.layout, values: this.#readCells(line, this.#table) };
  }

  #readHeaderLine(line: string): void {
    if (line.startsWith("#separator ")) {
      this.#header = { ...freshHeader(), separator: textOf(line.slice("#separator ".length)) };
      this.#table = undefined;
      return;
    }
    const [word = "", ...rest] = line.split(this.#header.separator);
    const first = rest[0] === undefined ? undefined : textOf(rest[0]);
    if (word === "#set_separator" && first) this.#header.setSeparator = first;
    else if (word === "#empty_field") this.#header.emptyField = first ?? "";
    else if (word === "#unset_field") this.#header.unsetField = first ?? "";
    else if (word === "#path") this.#header.path = first;
    else if (word === "#fields") this.#header.fields = rest.map(textOf);
    else if (word === "#types") this.#table = this.#makeTable(rest);
    // Others, such as #open and #close, say nothing about the records.
  }

  #makeTable(types: readonly string[]): Table {
    const { fields, path } = this.#header;
    if (fields === undefined) throw this.#failing("BAD_LOG_FILE", "#types without #fields above it");
    if (fields.length !== types.length) {
      throw this.#failing("BAD_LOG_FILE", `${types.length} types for ${fields.length} fields`);
    }
    const columns = fields.map((name, i): LogColumn => ({ name, type: types[i]! }));
    return { layout: { path, columns }, readers: columns.map((column) => this.#makeReader(column)) };
  }

  #makeReader({ name, type }: LogColumn): CellReader {
    const parsed = parseColumnType(type);
    if (parsed === undefined) throw this.#failing("BAD_LOG_FILE", `column ${name} has the unknown type ${type}`);
    return cellReader(parsed, this.#header);
  }

  #readCells(line: string, { layout, readers }: Table): Value[] {
    const cells = line.split(this.#header.separator);
    if (cells.length !== readers.length) {
      throw this.#failing("BAD_LOG_LINE", `${columnCount(cells.length)} where the header has ${readers.length}`);
    }
    const values = new Array<Value>(cells.length);
    for (let i = 0; i < cells.length; i++) {
      const value = readers[i]!(cells[i]!);
      if (value === undefined) throw this.#badCell(layout.columns[i]!, cells[i]!);
      values[i] = value;
    }
    return values;
  }

  #badCell({ name, type }: LogColumn, cell: string) {
    const shown = cell.length > 40 ? `${cell.slice(0, 40)}…` : cell;
    return this.#failing("BAD_LOG_LINE", `column ${name}: ${JSON.stringify(shown)} where the header has ${type}`);
  }
}

function freshHeader(): Header {
  return {
    separator: "\t",
    setSeparator: ",",
    emptyField: "(empty)",
    unsetField: "-",
    path: undefined,
    fields: undefined,
  };
}

/** Marks and names are escaped like strings; none of them is anything but text. */
function textOf(cell: string): string {
  const text = unescapeString(cell);
  return typeof text === "string" ? text : cell;
}

function columnCount(count: number): string {
  return count === 1 ? "1 column" : `${count} columns`;
}
