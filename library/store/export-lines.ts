/**
 * The lines of an export: what store it is of, an entry each, and an end by which a torn file is noticed. The same lines
 * keep what only a loser has (diverged.ts): then there are keys that it removed, too.
 *
 * Invariant: an entry that was printed is read as the same entry, but for its revision. Knows nothing of files.
 */
import { createHash } from "node:crypto";
import { SwitchyardError } from "../core/errors.ts";
import type { Entry, Version } from "../core/store/change.ts";
import { formatValue, readValue, type Value } from "../core/values/index.ts";
import type { InsertOptions } from "./options.ts";

/** Of the format. A reader takes no later one. 2 has keys that were removed, and times between two ms. */
const formatVersion = 2;

/** What a file says of itself that keeps what one of two authorities has and the other has not. */
export interface Divergence {
  /** Name of the node that had it. */
  readonly node: string;
  /** Name of the one whose history goes on. */
  readonly winner: string;
  /** The last revision that both have. */
  readonly after: number;
  /** All entries were removed at once since: then not every key that was there is named. */
  readonly cleared: boolean;
  /** Which keys were removed by revisions up to this one is not known; `after`: it is of all. */
  readonly removalsAfter: number;
}

export interface ReadEntry {
  readonly kind: "entry";
  readonly key: Value;
  readonly value: Value;
  readonly options: InsertOptions;
}

/** A key that was removed there. */
export interface ReadRemoval {
  readonly kind: "removal";
  readonly key: Value;
}

/** Prints lines, each with its end. */
export class StoreExportPrinter {
  readonly #hash = createHash("sha256");
  entries = 0;
  removals = 0;

  header(store: string, { epoch, revision }: Version, now: Date, diverged?: Divergence): string {
    return json({
      ...{ switchyard: "store", version: formatVersion, store },
      ...{ epoch, revision, exported: now.toISOString() },
      ...(diverged !== undefined && { diverged }),
    });
  }

  entry({ key, value, expiresAtMs, expiresAfterMs }: Entry): string {
    this.entries++;
    return this.#hashed({
      ...{ key: formatValue(key), value: formatValue(value) },
      ...(expiresAfterMs === undefined && expiresAtMs !== undefined && timeFields(expiresAtMs)),
      ...(expiresAfterMs !== undefined && { expiresAfterMs }),
    });
  }

  removal(key: Value): string {
    this.removals++;
    return this.#hashed({ removed: formatValue(key) });
  }

  /** SHA-256 of the lines of the entries and removals, with their ends. */
  end(): string {
    const { entries, removals } = this;
    return json({
      ...{ kind: "end", entries },
      ...(removals > 0 && { removals }),
      sha256: this.#hash.digest("hex"),
    });
  }

  #hashed(fields: Fields): string {
    const line = json(fields);
    this.#hash.update(line);
    return line;
  }
}

/** Reads line by line. */
export class StoreExportReader {
  readonly #name: string;
  readonly #hash = createHash("sha256");
  #isEnded = false;
  #diverged: Divergence | undefined;
  lines = 0;
  entries = 0;
  removals = 0;

  /** @param name of the file, for messages */
  constructor(name: string) {
    this.#name = name;
  }

  /** Once the first line is read: of what a loser had; `undefined`: it is a whole store. */
  get diverged(): Divergence | undefined {
    return this.#diverged;
  }

  /** @returns nothing for the first and the last line. @throws SwitchyardError `BAD_STORE_FILE`, `FORMAT_TOO_NEW` */
  read(line: string | Uint8Array): ReadEntry | ReadRemoval | undefined {
    this.lines++;
    const read = this.#parse(line);
    if (this.#isEnded) throw this.#bad("there is more behind the end");
    if (this.lines === 1) this.#readHeader(read);
    else if (read["kind"] === "end") this.#checkEnd(read);
    else {
      this.#hash.update(`${line as string}\n`);
      return read["removed"] === undefined ? this.#entryOf(read) : this.#removalOf(read);
    }
    return undefined;
  }

  /** @throws SwitchyardError `BAD_STORE_FILE` where it was cut off */
  finish(): void {
    if (this.lines === 0) throw new SwitchyardError("BAD_STORE_FILE", `${this.#name} is empty`);
    if (!this.#isEnded) throw this.#bad("it was cut off: the last line is no end");
  }

  #parse(line: string | Uint8Array): Fields {
    if (typeof line !== "string") throw this.#bad("it is no text");
    const read = fieldsOf(line);
    if (read === undefined)
      throw this.#bad(this.lines === 1 ? "it does not begin as an export does" : "it is no JSON object");
    return read;
  }

  #readHeader({ switchyard, version, diverged }: Fields): void {
    if (switchyard !== "store" || typeof version !== "number") throw this.#bad("it does not begin as an export does");
    if (version > formatVersion)
      throw new SwitchyardError(
        "FORMAT_TOO_NEW",
        `${this.#name}: version ${version}, and ${formatVersion} is known here`,
      );
    if (diverged !== undefined) this.#diverged = this.#divergenceOf(diverged);
  }

  #divergenceOf(said: unknown): Divergence {
    const { node, winner, after, cleared, removalsAfter } = (isObject(said) ? said : {}) as Fields;
    const isRight = [node, winner].every((each) => typeof each === "string") && typeof cleared === "boolean";
    if (!isRight || ![after, removalsAfter].every(Number.isSafeInteger))
      throw this.#bad("it does not say what diverged");
    return { node, winner, after, cleared, removalsAfter } as Divergence;
  }

  #checkEnd({ entries, removals = 0, sha256 }: Fields): void {
    if (entries !== this.entries) throw this.#bad(`${this.entries} entries, and ${String(entries)} were written`);
    if (removals !== this.removals) throw this.#bad(`${this.removals} removals, and ${String(removals)} were written`);
    if (sha256 !== this.#hash.digest("hex")) throw this.#bad("a line above is not as it was written");
    this.#isEnded = true;
  }

  #entryOf({ key, value, expiresAt, expiresAtMs, expiresAfterMs }: Fields): ReadEntry {
    this.entries++;
    const options = {
      ...(expiresAt !== undefined && { expiresAt: this.#timeOf(expiresAt) }),
      ...(expiresAtMs !== undefined && { expiresAt: this.#msOf(expiresAtMs, "expiresAtMs") }),
      ...(expiresAfterMs !== undefined && { expiresAfter: this.#msOf(expiresAfterMs, "expiresAfterMs") }),
    };
    return { kind: "entry", key: this.#valueOf(key, "key"), value: this.#valueOf(value, "value"), options };
  }

  #removalOf({ removed }: Fields): ReadRemoval {
    this.removals++;
    return { kind: "removal", key: this.#valueOf(removed, "key") };
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

  #msOf(ms: unknown, name: string): number {
    if (typeof ms !== "number" || !(ms > 0)) throw this.#bad(`${name} is no number above 0`);
    return ms;
  }

  #bad(what: string): SwitchyardError {
    return new SwitchyardError("BAD_STORE_FILE", `${this.#name}:${this.lines}: ${what}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** A time as people read it, unless it lies between two ms, which that cannot say. */
function timeFields(wallMs: number): Fields {
  return Number.isInteger(wallMs) ? { expiresAt: new Date(wallMs).toISOString() } : { expiresAtMs: wallMs };
}

function fieldsOf(line: string): Fields | undefined {
  try {
    const read: unknown = JSON.parse(line);
    return isObject(read) ? (read as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function isObject(read: unknown): boolean {
  return typeof read === "object" && read !== null && !Array.isArray(read);
}

function json(fields: Fields): string {
  return `${JSON.stringify(fields)}\n`;
}
