/**
 * Contexts: names for places to connect to, with what it takes to connect there.
 *
 * Invariant: holds no secret, only the paths of files that do. What is read from a file is checked here, once.
 * Knows nothing of where it is kept.
 */
import { SwitchyardError } from "../../../library/index.ts";
import { nearest } from "../nearest.ts";

/** Paths are absolute. */
export interface SavedContext {
  readonly location: string;
  readonly description?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsServerName?: string;
  readonly pins?: readonly string[];
  readonly tokenFile?: string;
}

export interface Contexts {
  /** The name of the one that `@` alone stands for. */
  readonly current?: string;
  /** In the order of their names. */
  readonly saved: ReadonlyMap<string, SavedContext>;
}

export const noContexts: Contexts = { saved: new Map() };

const texts = ["description", "tlsCa", "tlsCert", "tlsKey", "tlsServerName", "tokenFile"] as const;

/** @throws SwitchyardError `BAD_NAME` */
export function checkContextName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return;
  throw new SwitchyardError(
    "BAD_ARGUMENT",
    `${JSON.stringify(name)} is no name for a context; take at most 64 letters, digits, '.', '-' and '_'`,
  );
}

/**
 * The context of that name; the current one for no name.
 * @throws SwitchyardError `BAD_ARGUMENT`, which lists names that are like it
 */
export function contextNamed(name: string, { current, saved }: Contexts): SavedContext {
  if (name === "" && current === undefined) {
    throw new SwitchyardError("BAD_ARGUMENT", "no context is in use; choose one with `switchyard context use NAME`");
  }
  const wanted = name === "" ? current! : name;
  const found = saved.get(wanted);
  if (found !== undefined) return found;
  throw new SwitchyardError("BAD_ARGUMENT", `no context ${JSON.stringify(wanted)}; ${hintFor(wanted, saved)}`);
}

/** More are not listed in a message. */
const namesShown = 8;

function listed(names: Iterable<string>, between = ", "): string {
  return Array.from(names, (name) => `@${name}`).join(between);
}

function hintFor(wanted: string, saved: ReadonlyMap<string, SavedContext>): string {
  if (saved.size === 0) return "none is saved yet: `switchyard context add NAME LOC` saves one";
  const near = nearest(wanted, saved.keys());
  if (near.length > 0) return `did you mean ${listed(near, " or ")}?`;
  return saved.size > namesShown
    ? "`switchyard context ls` lists those there are"
    : `there are ${listed(saved.keys())}`;
}

/** @throws SwitchyardError `BAD_ARGUMENT`, which names the file */
export function parseContexts(text: string, file: string): Contexts {
  const bad = (what: string, cause?: unknown) =>
    new SwitchyardError("BAD_ARGUMENT", `${file}: ${what}; mend it, or remove it and add the contexts anew`, { cause });
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw bad("it is no JSON", cause);
  }
  const fields = fieldsOf(read);
  const contexts = fieldsOf(fields?.["contexts"]);
  if (fields === undefined || contexts === undefined) throw bad("it holds no contexts");
  if (fields["version"] !== 1) throw bad("another version of switchyard wrote it");
  const saved = new Map<string, SavedContext>();
  for (const [name, json] of Object.entries(contexts)) {
    const context = readContext(json);
    if (context === undefined) throw bad(`the context ${JSON.stringify(name)} is not as it should be`);
    saved.set(name, context);
  }
  const { current } = fields;
  return { saved: sorted(saved), ...(typeof current === "string" && saved.has(current) && { current }) };
}

export function formatContexts({ current, saved }: Contexts): string {
  return `${JSON.stringify({ version: 1, current, contexts: Object.fromEntries(sorted(saved)) }, null, 2)}\n`;
}

function sorted(saved: ReadonlyMap<string, SavedContext>): ReadonlyMap<string, SavedContext> {
  return new Map([...saved].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readContext(json: unknown): SavedContext | undefined {
  const fields = fieldsOf(json);
  if (fields === undefined || typeof fields["location"] !== "string") return undefined;
  const given = texts.filter((key) => fields[key] !== undefined);
  if (!given.every((key) => typeof fields[key] === "string")) return undefined;
  const { pins } = fields;
  if (pins !== undefined && !(Array.isArray(pins) && pins.every((pin) => typeof pin === "string"))) return undefined;
  return {
    location: fields["location"],
    ...Object.fromEntries(given.map((key) => [key, fields[key]])),
    ...(pins !== undefined && { pins }),
  };
}

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Readonly<Record<string, unknown>>)
    : undefined;
}
