/**
 * What a topic may be: 1 to 1024 bytes of UTF-8 without `*`, and reserved when it begins with `.`.
 *
 * Invariant: whoever raises something has its topic checked here once; from there on a topic is just a string.
 * Knows nothing of patterns or of who listens.
 */
import { SwitchyardError } from "./errors.ts";
import { limits } from "./limits.ts";

const nodePrefix = ".node.";
const storePrefix = ".store.";

/** What is said of a store, and to whom: docs/decisions/0017-stores.md. */
export type StoreRole = "feed" | "read" | "write" | "heir" | "witness";

const storeRoles: ReadonlySet<string> = new Set<StoreRole>(["feed", "read", "write", "heir", "witness"]);

/** @throws SwitchyardError `BAD_TOPIC` unless users may publish, store or log under `topic`. */
export function checkTopic(topic: string): void {
  checkShape(topic);
  if (isReserved(topic)) throw badTopic(topic, "begins with '.', which is reserved");
}

/** As `checkTopic`, but one node may be addressed by its `.node.<name>`. */
export function checkRaisable(topic: string): void {
  checkShape(topic);
  if (isReserved(topic) && !isNodeTopic(topic)) throw badTopic(topic, "begins with '.', which is reserved");
}

/** Nobody but the library speaks of stores: for topics that are known to be raisable otherwise. @throws SwitchyardError `BAD_TOPIC` */
export function checkNotOfStore(topic: string): void {
  if (typeof topic === "string" && isStoreTopic(topic)) {
    throw badTopic(topic, "is one on which only stores speak");
  }
}

/** As `checkRaisable`, but what the library itself says of a store may be said. */
export function checkCarried(topic: string): void {
  checkShape(topic);
  if (!isReserved(topic) || isNodeTopic(topic)) return;
  if (storeRoleOf(topic) === undefined || isReserved(plainTopic(topic))) {
    throw badTopic(topic, "begins with '.', which is reserved");
  }
}

/** Under which the parts of the store of `topic` speak to those that have this role in it. */
export function storeTopic(role: StoreRole, topic: string): string {
  return `${storePrefix}${role}.${topic}`;
}

/** `undefined`: no store is spoken of there. */
export function storeRoleOf(topic: string): StoreRole | undefined {
  if (!isStoreTopic(topic)) return undefined;
  const role = topic.slice(storePrefix.length, topic.indexOf(".", storePrefix.length));
  return storeRoles.has(role) ? (role as StoreRole) : undefined;
}

/** What rules speak of: the topic of the store where the topic is one that the store's parts use, else the topic itself. */
export function plainTopic(topic: string): string {
  const role = storeRoleOf(topic);
  return role === undefined ? topic : topic.slice(storePrefix.length + role.length + 1);
}

export function isStoreTopic(topic: string): boolean {
  return isReserved(topic) && topic.startsWith(storePrefix);
}

/** True for topics that only patterns with a leading `.` of their own can match. */
export function isReserved(topic: string): boolean {
  return topic.charCodeAt(0) === 0x2e;
}

/** The topic under which exactly the node called `name` is reached. */
export function nodeTopic(name: string): string {
  return nodePrefix + name;
}

/** What, if anything, keeps `text` from being a topic or a pattern: ready to follow its name in a message. */
export function textFault(text: unknown): string | undefined {
  if (typeof text !== "string") return "is not a string";
  if (text === "") return "is empty";
  if (exceedsBytes(text, limits.topicBytes)) return `is longer than ${limits.topicBytes} bytes of UTF-8`;
  if (text.charCodeAt(0) === 0xfeff) return "begins with a byte order mark, which does not travel";
  if (!text.isWellFormed()) return "has half a surrogate pair, which UTF-8 cannot carry";
  return undefined;
}

/** Names a piece of text in a message without repeating all of a very long one. */
export function quoted(text: unknown): string {
  if (typeof text !== "string") return typeof text;
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

function checkShape(topic: string): void {
  const fault = textFault(topic);
  if (fault !== undefined) throw badTopic(topic, fault);
  if (topic.includes("*")) throw badTopic(topic, "contains '*', which belongs in patterns");
}

function isNodeTopic(topic: string): boolean {
  return topic.startsWith(nodePrefix) && topic.length > nodePrefix.length;
}

function badTopic(topic: unknown, fault: string): SwitchyardError {
  return new SwitchyardError("BAD_TOPIC", `topic ${quoted(topic)} ${fault}`);
}

function exceedsBytes(text: string, most: number): boolean {
  if (text.length > most) return true; // every code unit takes a byte or more
  if (text.length * 3 <= most) return false; // and never more than three
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) bytes++;
    if (unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff)) bytes++; // a pair: 2 units, 4 bytes
  }
  return bytes > most;
}
