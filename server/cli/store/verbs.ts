/** What `switchyard store` can do: each verb with what it takes. Only the one that is called is loaded. */
import type { StoreCall, StoreOptionValues } from "./call.ts";

export type OptionKey = Exclude<keyof StoreOptionValues, "timeout" | "name" | "quiet">;

export interface Verb {
  readonly name: string;
  /** Those in brackets may be left out. */
  readonly operands: readonly string[];
  readonly summary: string;
  /** Besides those that all take. */
  readonly options: readonly OptionKey[];
  /** What stands behind LOC and STORE in the example of the help. */
  readonly example: string;
  readonly load: () => Promise<(call: StoreCall) => Promise<void>>;
}

const read = () => import("./read.ts");
const write = () => import("./write.ts");
const state = () => import("./state.ts");

export const verbs: readonly Verb[] = [
  {
    ...{ name: "get", operands: ["KEY"], summary: "print the value; status 1 where there is none" },
    ...{ options: ["json"], example: "get '\"router-1\"'", load: async () => (await read()).get },
  },
  {
    ...{ name: "put", operands: ["KEY", "VALUE"], summary: "put a value under the key" },
    options: ["expire", "ifAbsent", "ifValue", "durability", "json"],
    ...{ example: "put 10.0.0.1 '\"seen\"' --expire 1h", load: async () => (await write()).put },
  },
  {
    ...{ name: "rm", operands: ["KEY"], summary: "remove the key; that it was not there is no failure" },
    options: ["ifValue", "durability", "json"],
    ...{ example: "rm 10.0.0.1", load: async () => (await write()).rm },
  },
  {
    ...{ name: "incr", operands: ["KEY", "[BY]"], summary: "add to a number, interval or time, and print it" },
    ...{ options: ["durability", "json"], example: "incr '\"visits\"' 5", load: async () => (await write()).incr },
  },
  {
    ...{ name: "decr", operands: ["KEY", "[BY]"], summary: "take away from it, and print it" },
    ...{ options: ["durability", "json"], example: "decr '\"visits\"'", load: async () => (await write()).decr },
  },
  {
    ...{ name: "keys", operands: [], summary: "print all keys, in no order" },
    ...{ options: ["prefix", "json"], example: "keys --prefix router-", load: async () => (await read()).keys },
  },
  {
    ...{ name: "size", operands: [], summary: "print how many entries there are" },
    ...{ options: ["json"], example: "size", load: async () => (await read()).size },
  },
  {
    ...{ name: "watch", operands: [], summary: "print changes as they happen, until Ctrl-C or --count" },
    ...{ options: ["prefix", "count", "json"], example: "watch --count 10" },
    load: async () => (await import("./watch.ts")).watch,
  },
  {
    ...{ name: "clear", operands: [], summary: "remove all entries; takes --yes" },
    ...{ options: ["yes", "durability", "json"], example: "clear --yes", load: async () => (await write()).clear },
  },
  {
    ...{ name: "export", operands: ["FILE"], summary: "write all entries to a file; - is stdout, .gz is packed" },
    ...{ options: [], example: "export hosts.store.gz", load: async () => (await import("./export.ts")).exportStore },
  },
  {
    ...{ name: "import", operands: ["FILE"], summary: "put the entries of such a file; - is stdin" },
    ...{ options: ["replace", "removals", "durability"], example: "import hosts.store.gz --replace" },
    load: async () => (await import("./import.ts")).importStore,
  },
  {
    ...{ name: "promote", operands: [], summary: "have the authority hand over to its standby; or see --force" },
    ...{ options: ["force", "node", "yes", "json"], example: "promote --force --node router-2" },
    load: async () => (await import("./promote.ts")).promote,
  },
  {
    ...{ name: "digest", operands: [], summary: "print SHA-256 of the content: equal where the entries are" },
    ...{ options: ["json"], example: "digest", load: async () => (await state()).digest },
  },
  {
    ...{ name: "status", operands: [], summary: "print who has it: the authority, copies, handles" },
    ...{ options: ["json"], example: "status --json", load: async () => (await state()).status },
  },
];
