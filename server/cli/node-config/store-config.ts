/** The stores of a node, as `--store` and the configuration file name them: `TOPIC,persistent=DIR,durability=disk`. */
import { checkTopic, type StandbyOptions, SwitchyardError } from "../../../library/index.ts";
import { nearest } from "../nearest.ts";

export interface StoreConfig {
  readonly topic: string;
  /** The folder of its database; absent: nothing is kept on disk. */
  readonly persistent?: string;
  readonly durability?: NonNullable<StandbyOptions["durability"]>;
  readonly onHeirLost?: NonNullable<StandbyOptions["onHeirLost"]>;
  /** Name of a node. */
  readonly heir?: string;
  readonly arbiter?: NonNullable<StandbyOptions["arbiter"]>;
  readonly repair?: NonNullable<StandbyOptions["repair"]>;
  /** The folder for files of what only this node had. */
  readonly divergedPath?: string;
}

/** A store of which the node is the witness. */
export interface WitnessConfig {
  readonly topic: string;
  /** The folder of its record. */
  readonly persistent: string;
}

/** What each may be; nothing: any text. */
export const storeChoices = {
  persistent: undefined,
  durability: ["memory", "process", "disk", "replicated"],
  onHeirLost: ["proof", "wait", "continue"],
  heir: undefined,
  arbiter: ["witness"],
  repair: ["truncate", "from-replica"],
  divergedPath: undefined,
} as const;

/** @throws SwitchyardError `BAD_ARGUMENT`, `BAD_TOPIC` */
export function readStoreConfig(text: string): StoreConfig {
  const [topic = "", ...parts] = text.split(",");
  checkTopic(topic);
  return Object.fromEntries([
    ["topic", topic],
    ...parts.map((part) => settingOf(text, part)),
  ]) as unknown as StoreConfig;
}

/** As `--witness` names it: `TOPIC,persistent=DIR`. @throws SwitchyardError `BAD_ARGUMENT`, `BAD_TOPIC` */
export function readWitnessConfig(text: string): WitnessConfig {
  const { topic, persistent, ...more } = readStoreConfig(text);
  const [other] = Object.keys(more);
  if (other !== undefined) throw bad(text, `a witness has no ${other}`);
  if (persistent === undefined) throw bad(text, "a witness keeps its record on disk; add persistent=DIR");
  return { topic, persistent };
}

function settingOf(text: string, part: string): readonly [string, string] {
  const [, name = part, value = ""] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
  if (!Object.hasOwn(storeChoices, name)) {
    const [near] = nearest(name, Object.keys(storeChoices));
    const hint = near === undefined ? `known are ${Object.keys(storeChoices).join(", ")}` : `did you mean ${near}=?`;
    throw bad(text, `unknown ${JSON.stringify(name)}; ${hint}`);
  }
  const choices: readonly string[] | undefined = storeChoices[name as keyof typeof storeChoices];
  if (value === "") throw bad(text, `${name} takes a value: ${name}=${choices?.join(" or ") ?? "…"}`);
  if (choices !== undefined && !choices.includes(value)) throw bad(text, `${name} is ${choices.join(" or ")}`);
  return [name, value];
}

function bad(text: string, what: string): SwitchyardError {
  return new SwitchyardError("BAD_ARGUMENT", `store ${text}: ${what}`);
}
