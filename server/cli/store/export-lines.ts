/**
 * The lines of an export: what store it is of, an entry each, and an end by which a torn file is noticed.
 *
 * Invariant: an entry that was printed is read as the same entry, but for its revision. Knows nothing of files.
 */
import { createHash } from "node:crypto";
import {
  formatValue,
  type InsertOptions,
  readValue,
  type StoreEntry,
  SwitchyardError,
  type Value,
  type Version,
} from "../../../library/index.ts";
import type { Line } from "../log-file.ts";

/** Of the format. A reader takes no later one. */
const formatVersion = 1;

export interface ReadEntry {
  readonly key: Value;
  readonly value: Value;
  readonly options: InsertOptions;
}

/** Prints lines, each with its end. */
export class ExportPrinter {
  readonly #hash = createHash("sha256");
  entries = 0;

  header(store: string, { epoch, revision }: Version, now: Date): string {
    return json({
      ...{ switchyard: "store", version: formatVersion, store },
      ...{ epoch, revision, exported: now.toISOString() },
    });
  }

  entry({ key, value, expiresAtMs, expiresAfterMs }: StoreEntry): string {
    const expiry = expiresAfterMs === undefined ? expiresAtMs : undefined;
    const line = json({
      ...{ key: formatValue(key), value: formatValue(value) },
      ...(expiry !== undefined && { expiresAt: new Date(expiry).toISOString() }),
      ...(expiresAfterMs !== undefined && { expiresAfterMs }),
    });
    this.#hash.update(line);
    this.entries++;
    return line;
  }

  /** SHA-256 of the lines of the entries, with their ends. */
  end(): string {
    return json({ kind: "end", entries: this.entries, sha256: this.#hash.digest("hex") });
  }
}

/** Reads line by line. */
export class ExportReader {
  readonly #name: string;
  readonly #hash = createHash("sha256");
  #isEnded = false;
  lines = 0;
  entries = 0;

  /** @param name of the file, for messages */
  constructor(name: string) {
    this.#name = name;
  }

  /** @returns nothing for the first and the last line. @throws SwitchyardError `BAD_STORE_FILE` */
  read(line: Line): ReadEntry | undefined {
    this.lines++;
    const read = this.#parse(line);
    if (this.#isEnded) throw this.#bad("there is more behind the end");
    if (this.lines === 1) this.#checkHeader(read);
    else if (read["kind"] === "end") this.#checkEnd(read);
    else {
      this.#hash.update(`${line as string}\n`);
      this.entries++;
      return this.#entryOf(read);
    }
    return undefined;
  }

  /** @throws SwitchyardError `BAD_STORE_FILE` where it was cut off */
  finish(): void {
    if (!this.#isEnded) throw this.#bad("it was cut off: the last line is no end");
  }

  #parse(line: Line): Fields {
    if (typeof line !== "string") throw this.#bad("it is no text");
    try {
      const read: unknown = JSON.parse(line);
      if (typeof read === "object" && read !== null && !Array.isArray(read)) return read as Fields;
    } catch {
      // told below
    }
    throw this.#bad(this.lines === 1 ? "it does not begin as an export does" : "it is no JSON object");
  }

  #checkHeader({ switchyard, version }: Fields): void {
    if (switchyard !== "store" || typeof version !== "number") throw this.#bad("it does not begin as an export does");
    if (version > formatVersion) throw this.#bad(`version ${version} of the format, of which we know ${formatVersion}`);
  }

  #checkEnd({ entries, sha256 }: Fields): void {
    if (entries !== this.entries) throw this.#bad(`${this.entries} entries, and ${String(entries)} were written`);
    if (sha256 !== this.#hash.digest("hex")) throw this.#bad("a line above is not as it was written");
    this.#isEnded = true;
  }

  #entryOf({ key, value, expiresAt, expiresAfterMs }: Fields): ReadEntry {
    const options = {
      ...(expiresAt !== undefined && { expiresAt: this.#timeOf(expiresAt) }),
      ...(expiresAfterMs !== undefined && { expiresAfter: this.#lengthOf(expiresAfterMs) }),
    };
    return { key: this.#valueOf(key, "key"), value: this.#valueOf(value, "value"), options };
  }

  #valueOf(text: unknown, what: string): Value {
    if (typeof text !== "string") throw this.#bad(`its ${what} is missing`);
    const read = readValue(text, 0);
    if (!("value" in read)) throw this.#bad(`its ${what}: ${read.error}`);
    if (read.end !== text.length) throw this.#bad(`its ${what} goes on behind its end`);
    return read.value;
  }

  #timeOf(text: unknown): number {
    const wallMs = typeof text === "string" ? Date.parse(text) : Number.NaN;
    if (!(wallMs >= 0)) throw this.#bad("expiresAt is no time");
    return wallMs;
  }

  #lengthOf(ms: unknown): number {
    if (typeof ms !== "number" || !(ms > 0)) throw this.#bad("expiresAfterMs is no number above 0");
    return ms;
  }

  #bad(what: string): SwitchyardError {
    return new SwitchyardError("BAD_STORE_FILE", `${this.#name}:${this.lines}: ${what}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function json(fields: Fields): string {
  return `${JSON.stringify(fields)}\n`;
}
