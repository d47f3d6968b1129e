/**
 * Reads a log of either format, line by line: finds out which one it is, and says of each failure in which line it was.
 *
 * Invariant: a line that fails changes nothing for the lines after it. Memory does not grow with the log.
 * Knows nothing of files, chunks or compression.
 */
import { SwitchyardError } from "../errors.ts";
import { mapBytes } from "./escape.ts";
import { JsonLinesReader } from "./json-read.ts";
import type { LineReader, LogRecord } from "./record.ts";
import { TsvReader } from "./tsv-read.ts";

export class LogReader {
  readonly #file: string;
  #line = 0;
  #format: "tsv" | "json" | undefined;
  #reader: LineReader | undefined;

  /** @param file what messages call the log */
  constructor(file: string) {
    this.#file = file;
  }

  /** `undefined` until the first line that is not blank. */
  get format(): "tsv" | "json" | undefined {
    return this.#format;
  }

  /** Lines read so far, those of the header included. */
  get lines(): number {
    return this.#line;
  }

  /**
   * The record in the next line, given without its end; `undefined` where it holds none.
   *
   * @param line text, or bytes that are not valid UTF-8: what is no text among them is read as Zeek would have escaped it
   * @throws SwitchyardError `BAD_LOG_LINE` when this line is bad and the next can be read; `BAD_LOG_FILE` when it is no log
   */
  read(line: string | Uint8Array): LogRecord | undefined {
    this.#line++;
    let text = typeof line === "string" ? line : this.#toText(line);
    if (text.endsWith("\r")) text = text.slice(0, -1);
    if (this.#line === 1 && text.startsWith("\ufeff")) text = text.slice(1);
    this.#reader ??= this.#chooseReader(text);
    return this.#reader?.read(text);
  }

  /**
   * To be called after the last line.
   * @throws SwitchyardError `BAD_LOG_FILE` when there was nothing to read
   */
  end(): void {
    if (this.#reader === undefined) throw new SwitchyardError("BAD_LOG_FILE", `${this.#file}: it is empty`);
  }

  #chooseReader(text: string): LineReader | undefined {
    if (text.trim() === "") return undefined;
    if (text.startsWith("#")) {
      this.#format = "tsv";
      return new TsvReader(this.#failing);
    }
    if (text.trimStart().startsWith("{")) {
      this.#format = "json";
      return new JsonLinesReader(this.#failing);
    }
    throw this.#failing("BAD_LOG_FILE", `begins with ${excerpt(text)}`);
  }

  readonly #failing = (code: "BAD_LOG_FILE" | "BAD_LOG_LINE", what: string) =>
    new SwitchyardError(code, `${this.#file}:${this.#line}: ${what}`);

  /** Bytes that are no text become `\xHH`, with the backslash as the format at hand writes one. */
  #toText(bytes: Uint8Array): string {
    const backslash = this.#format === "json" ? "\\\\" : "\\";
    return mapBytes(
      bytes,
      (text) => text,
      (byte) => `${backslash}x${byte.toString(16).padStart(2, "0")}`,
    );
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);
}
