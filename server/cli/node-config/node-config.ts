/**
 * The configuration of `switchyard node`: options and file, brought together.
 *
 * Invariant: every option has its place in the file; what the file says wrongly is refused by the path of its key.
 * Knows nothing of how the text was come by, and opens no file itself.
 */
import { dirname, resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { type AccessRule, type OverflowPolicy, SwitchyardError } from "../../../library/index.ts";
import { nodeConfigSchema } from "./schema.ts";
import { readStoreConfig, readWitnessConfig, type StoreConfig, type WitnessConfig } from "./store-config.ts";
import { faultOf } from "./validate.ts";

/** Paths of files, as they are written or, from a configuration file, resolved. */
export interface TlsConfig {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  readonly pins?: readonly string[];
  readonly serverName?: string;
  readonly requireClientCert?: boolean;
  readonly insecureSkipVerify?: boolean;
}

export interface ListenConfig {
  readonly location: string;
  readonly tls?: TlsConfig;
  readonly tokenFile?: string;
  readonly access?: readonly AccessRule[];
  readonly limits?: Readonly<Record<string, number>>;
  readonly origins?: readonly string[];
  readonly hosts?: readonly string[];
  readonly insecure?: boolean;
}

export interface ConnectConfig {
  readonly location: string;
  readonly tls?: TlsConfig;
  readonly tokenFile?: string;
  readonly access?: readonly AccessRule[];
}

export interface ForwardConfig {
  readonly pattern: string;
  /** Names of peers, or locations; absent: all. */
  readonly from?: string;
  readonly to?: string;
}

/** What holds for the whole node. */
export interface NodeSettings {
  readonly name?: string;
  readonly tls?: TlsConfig;
  readonly tokenFile?: string;
  readonly insecure?: boolean;
  readonly introspection?: boolean;
  readonly queueMessages?: number;
  readonly queueBytes?: number;
  readonly onOverflow?: OverflowPolicy;
}

export interface NodeConfig extends NodeSettings {
  readonly listen: readonly ListenConfig[];
  readonly connect: readonly ConnectConfig[];
  readonly forward: readonly ForwardConfig[];
  /** Of which this node is the authority. */
  readonly store: readonly StoreConfig[];
  readonly standby: readonly StoreConfig[];
  /** Of which this node keeps the record of who is the authority. */
  readonly witness: readonly WitnessConfig[];
}

/**
 * Reads a configuration file's text: YAML, and so JSON too.
 * @throws SwitchyardError `BAD_ARGUMENT`, which names the file and the key
 */
export function parseNodeConfig(text: string, file: string): NodeConfig {
  const read = parseText(text, file);
  const fault = faultOf(read, nodeConfigSchema);
  if (fault !== undefined) throw new SwitchyardError("BAD_ARGUMENT", `${file}: ${fault}`);
  const {
    $schema: _,
    listen,
    connect,
    forward,
    store,
    standby,
    witness,
    tls,
    tokenFile,
    ...settings
  } = read as ConfigFile;
  const folder = dirname(file);
  const located = (each: string | FileEntry) =>
    typeof each === "string" ? { location: each } : resolved(each, folder);
  const ruled = (each: string | ForwardConfig) => (typeof each === "string" ? { pattern: each } : each);
  const kept = (each: string | StoreConfig) => resolvedStore(each, folder, file);
  const watched = (each: string | WitnessConfig): WitnessConfig => {
    const entry = typeof each === "string" ? inFile(file, () => readWitnessConfig(each)) : each;
    return { ...entry, persistent: resolve(folder, entry.persistent) };
  };
  return {
    ...settings,
    ...resolved({ ...(tls !== undefined && { tls }), ...(tokenFile !== undefined && { tokenFile }) }, folder),
    listen: listOf(listen).map(located),
    connect: listOf(connect).map(located),
    forward: listOf(forward).map(ruled),
    store: listOf(store).map(kept),
    standby: listOf(standby).map(kept),
    witness: listOf(witness).map(watched),
  };
}

/** Options of the command line win over what the file says, and add to its lists. */
export function mergeNodeConfig(file: NodeConfig, options: NodeConfig): NodeConfig {
  const tls = { ...file.tls, ...options.tls };
  return {
    ...file,
    ...options,
    ...(Object.keys(tls).length > 0 && { tls }),
    listen: [...file.listen, ...options.listen],
    connect: [...file.connect, ...options.connect],
    forward: [...file.forward, ...options.forward],
    store: [...file.store, ...options.store],
    standby: [...file.standby, ...options.standby],
    witness: [...file.witness, ...options.witness],
  };
}

export const emptyConfig: NodeConfig = {
  listen: [],
  connect: [],
  forward: [],
  store: [],
  standby: [],
  witness: [],
};

/** What the file says, when the schema has been held against it: one or many, short or long. */
interface ConfigFile extends Omit<NodeSettings, "tls"> {
  readonly $schema?: string;
  readonly tls?: FileTls;
  readonly listen?: string | readonly (string | FileEntry)[];
  readonly connect?: string | readonly (string | FileEntry)[];
  readonly forward?: string | readonly (string | ForwardConfig)[];
  readonly store?: string | readonly (string | StoreConfig)[];
  readonly standby?: string | readonly (string | StoreConfig)[];
  readonly witness?: string | readonly (string | WitnessConfig)[];
}

type FileTls = Omit<TlsConfig, "pins"> & { readonly pins?: string | readonly string[] };

interface FileEntry extends Omit<ListenConfig, "tls" | "origins" | "hosts"> {
  readonly tls?: FileTls;
  readonly origins?: string | readonly string[];
  readonly hosts?: string | readonly string[];
}

const files = ["ca", "cert", "key"] as const;

/** With paths from the folder of the file, and lists where one alone was written. */
function resolved<Entry extends Partial<FileEntry>>(entry: Entry, folder: string) {
  const { tls, tokenFile, origins, hosts, ...rest } = entry;
  return {
    ...rest,
    ...(tls !== undefined && { tls: resolvedTls(tls, folder) }),
    ...(tokenFile !== undefined && { tokenFile: resolve(folder, tokenFile) }),
    ...(origins !== undefined && { origins: listOf(origins) }),
    ...(hosts !== undefined && { hosts: listOf(hosts) }),
  };
}

function resolvedTls({ pins, ...tls }: FileTls, folder: string): TlsConfig {
  const paths = files.flatMap((key) => (tls[key] === undefined ? [] : [[key, resolve(folder, tls[key])] as const]));
  return { ...tls, ...Object.fromEntries(paths), ...(pins !== undefined && { pins: listOf(pins) }) };
}

/** What is short is read as `--store` is. */
function resolvedStore(each: string | StoreConfig, folder: string, file: string): StoreConfig {
  const entry = typeof each === "string" ? inFile(file, () => readStoreConfig(each)) : each;
  const { persistent, divergedPath } = entry;
  return {
    ...entry,
    ...(persistent !== undefined && { persistent: resolve(folder, persistent) }),
    ...(divergedPath !== undefined && { divergedPath: resolve(folder, divergedPath) }),
  };
}

function inFile<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof SwitchyardError)) throw cause;
    throw new SwitchyardError("BAD_ARGUMENT", `${file}: ${cause.message}`, { cause });
  }
}

function listOf<Item>(items: Item | readonly Item[] | undefined): readonly Item[] {
  if (items === undefined) return [];
  return Array.isArray(items) ? (items as readonly Item[]) : [items as Item];
}

function parseText(text: string, file: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (cause) {
    throw new SwitchyardError("BAD_ARGUMENT", `${file} is neither YAML nor JSON (${reason(cause)})`, { cause });
  }
}

/** What is wrong, and where, in one line: the parser's message goes on with a picture of the place. */
function reason(cause: unknown): string {
  const [first = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  return cause instanceof YAMLParseError ? first.replace(/:$/, "") : first;
}
