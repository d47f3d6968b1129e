/**
 * The configuration of `switchyard node`: options and file, brought together.
 *
 * Invariant: every option has its place in the file under the same name; what the file says wrongly is refused by name.
 * Knows nothing of how the text was come by.
 */
import { parse, YAMLParseError } from "yaml";
import { SwitchyardError } from "../../library/index.ts";

export interface NodeConfig {
  readonly name?: string | undefined;
  readonly listen: readonly string[];
  readonly connect: readonly string[];
  readonly forward: readonly string[];
  /** Listen beyond this machine although anybody may connect there. */
  readonly insecure?: boolean | undefined;
}

/** What the command line said. */
export type NodeOptions = Partial<NodeConfig>;

const lists = ["listen", "connect", "forward"] as const;
const keys: readonly string[] = ["name", ...lists, "insecure"];

/**
 * Reads a configuration file's text: YAML, and so JSON too.
 * @throws SwitchyardError `BAD_ARGUMENT`, which names the file and the key
 */
export function parseNodeConfig(text: string, file: string): NodeOptions {
  const fields = parseObject(text, file);
  for (const key of Object.keys(fields)) {
    if (!keys.includes(key)) throw bad(file, `unknown key ${JSON.stringify(key)}, known are ${keys.join(", ")}`);
  }
  const { name, insecure } = fields;
  if (name !== undefined && typeof name !== "string") throw bad(file, "name must be a text");
  if (insecure !== undefined && typeof insecure !== "boolean") throw bad(file, "insecure must be true or false");
  const [listen, connect, forward] = lists.map((key) => textsOf(fields[key], key, file));
  return {
    ...(name !== undefined && { name }),
    ...{ listen: listen!, connect: connect!, forward: forward! },
    ...(insecure !== undefined && { insecure }),
  };
}

/** Options of the command line win over the file's name, and add to its lists. */
export function mergeNodeConfig(file: NodeOptions, options: NodeOptions): NodeConfig {
  const join = (key: (typeof lists)[number]) => [...(file[key] ?? []), ...(options[key] ?? [])];
  return {
    name: options.name ?? file.name,
    listen: join("listen"),
    connect: join("connect"),
    forward: join("forward"),
    ...(options.insecure === true || file.insecure === true ? { insecure: true } : {}),
  };
}

function parseObject(text: string, file: string): Readonly<Record<string, unknown>> {
  let read: unknown;
  try {
    read = parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (cause) {
    throw new SwitchyardError("BAD_ARGUMENT", `${file} is neither YAML nor JSON (${reason(cause)})`, { cause });
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) throw bad(file, "wanted an object");
  return read as Readonly<Record<string, unknown>>;
}

/** What is wrong, and where, in one line: the parser's message goes on with a picture of the place. */
function reason(cause: unknown): string {
  const [first = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  return cause instanceof YAMLParseError ? first.replace(/:$/, "") : first;
}

/** One text, or a list of them. */
function textsOf(value: unknown, key: string, file: string): readonly string[] {
  const texts: unknown = typeof value === "string" ? [value] : (value ?? []);
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string")) {
    throw bad(file, `${key} must be a text or a list of texts`);
  }
  return texts;
}

function bad(file: string, what: string): SwitchyardError {
  return new SwitchyardError("BAD_ARGUMENT", `${file}: ${what}`);
}
