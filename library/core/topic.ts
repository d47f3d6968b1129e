/**
 * What a topic may be: 1 to 1024 bytes of UTF-8 without `*`, and reserved when it begins with `.`.
 *
 * Invariant: whoever raises something has its topic checked here once; from there on a topic is just a string.
 * Knows nothing of patterns or of who listens.
 */
import { SwitchyardError } from "./errors.ts";
import { limits } from "./limits.ts";

const nodePrefix = ".node.";

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
