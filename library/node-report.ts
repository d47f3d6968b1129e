/**
 * What a node tells of itself when it is asked: as JSON in an answer frame, so that fields can be added without a new
 * protocol version. What comes in is checked here, once.
 */
import { limits } from "./core/limits.ts";

export interface NodeReport {
  readonly name: string;
  /** The node life: 32 hex digits. */
  readonly id: string;
  /** It was told not to tell more than its name. */
  readonly isPrivate: boolean;
  /** Of its software. */
  readonly version: string;
  readonly protocol: number;
  readonly platform: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly uptimeMs: number;
  readonly listening: readonly string[];
  /** Those of `listening` that are not safe: anybody may connect, or read what is said. Absent: none. */
  readonly insecure?: readonly string[];
  readonly connections: readonly ConnectionReport[];
  readonly subscriptions: readonly SubscriptionReport[];
  /** Topics that it publishes, explicitly or by raising; at most as many as were asked for. */
  readonly offers: readonly string[];
  readonly forwards: readonly ForwardReport[];
  /** Stores that are open there. Absent: none. */
  readonly stores?: readonly StoreReport[];
  /** Busiest first; at most as many as were asked for. */
  readonly topics: readonly TopicReport[];
  readonly topicsLeftOut: number;
  /** Connections away from whoever asked; 0 is the asker itself. */
  readonly hops: number;
}

export interface ConnectionReport {
  readonly id: number;
  readonly peerName: string;
  readonly peerId: string;
  readonly location: string;
  readonly direction: "in" | "out";
  readonly state: string;
  /** Since when it is in that state, in ms since 1970. */
  readonly sinceMs: number;
  readonly sentMessages: number;
  readonly sentBytes: number;
  readonly receivedMessages: number;
  readonly receivedBytes: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly droppedMessages: number;
  /** Patterns that the peer asked for, for itself and those behind it; at most 1000. */
  readonly wants: readonly string[];
}

export interface SubscriptionReport {
  readonly pattern: string;
  readonly scope: "all" | "connection" | "local";
  readonly handlers: number;
}

export interface ForwardReport {
  readonly pattern: string;
  /** Names of peers; absent: all. */
  readonly from?: string;
  readonly to?: string;
}

export interface StoreReport {
  readonly topic: string;
  /** `authority`, `replica`, `client`; others may come. */
  readonly role: string;
  readonly state: string;
  readonly version: { readonly epoch: number; readonly revision: number };
  /** How many entries are held there; absent where there is no copy. */
  readonly entries?: number;
  readonly isPersistent: boolean;
  /** Of an authority or a standby: what it is in the succession, `conflicted`, `protected`, `heir` and so on. */
  readonly standing?: string;
  /** Of a copy: revisions that the authority is known to be ahead. */
  readonly lag?: number;
  /** How long nothing was heard of the authority, or of the heir if it is one itself; absent unless it is `stale`. */
  readonly ageMs?: number;
  /** Of an authority: name of its heir. Absent: none. */
  readonly heir?: string;
  /** Of an heir: name of the authority, and whether it had all that this has; else it does not take over by itself. */
  readonly heirOf?: { readonly node: string; readonly isPromotable: boolean };
  /** Name of the other authority, where there are two and neither takes writes. */
  readonly rival?: string;
  /** Entries that only it had when another authority went on: they are in a file there. Absent: none. */
  readonly diverged?: number;
}

export interface TopicReport {
  readonly topic: string;
  /** Messages since the node knows the topic. */
  readonly raised: number;
  readonly delivered: number;
  readonly forwarded: number;
  readonly dropped: number;
  /** Messages a second since somebody asked last. */
  readonly perSecond: number;
}

type Json = unknown;

/** Reads a report from untrusted JSON; `undefined` when it is none. Fields that we do not know are left out. */
export function readReport(text: string, hops: number): NodeReport | undefined {
  const json = parse(text);
  const insecure = textsOf(json?.["insecure"]);
  const stores = listOf(json?.["stores"], readStore);
  if (json === undefined || textOf(json["id"]) === "" || textOf(json["name"]) === "") return undefined;
  return {
    name: textOf(json["name"]),
    id: textOf(json["id"]),
    isPrivate: json["isPrivate"] === true,
    version: textOf(json["version"]),
    protocol: numberOf(json["protocol"]),
    platform: textOf(json["platform"]),
    pid: numberOf(json["pid"]),
    startedAtMs: numberOf(json["startedAtMs"]),
    uptimeMs: numberOf(json["uptimeMs"]),
    listening: textsOf(json["listening"]),
    ...(insecure.length > 0 && { insecure }),
    connections: listOf(json["connections"], readConnection),
    subscriptions: listOf(json["subscriptions"], readSubscription),
    offers: textsOf(json["offers"]),
    forwards: listOf(json["forwards"], readForward),
    ...(stores.length > 0 && { stores }),
    topics: listOf(json["topics"], readTopic),
    topicsLeftOut: numberOf(json["topicsLeftOut"]),
    hops,
  };
}

type Fields = Record<string, Json>;

function readConnection(json: Fields): ConnectionReport {
  return {
    id: numberOf(json["id"]),
    peerName: textOf(json["peerName"]),
    peerId: textOf(json["peerId"]),
    location: textOf(json["location"]),
    direction: json["direction"] === "in" ? "in" : "out",
    state: textOf(json["state"]),
    sinceMs: numberOf(json["sinceMs"]),
    sentMessages: numberOf(json["sentMessages"]),
    sentBytes: numberOf(json["sentBytes"]),
    receivedMessages: numberOf(json["receivedMessages"]),
    receivedBytes: numberOf(json["receivedBytes"]),
    queuedMessages: numberOf(json["queuedMessages"]),
    queuedBytes: numberOf(json["queuedBytes"]),
    droppedMessages: numberOf(json["droppedMessages"]),
    wants: textsOf(json["wants"]),
  };
}

function readSubscription(json: Fields): SubscriptionReport {
  const scope = json["scope"] === "local" || json["scope"] === "connection" ? json["scope"] : "all";
  return { pattern: textOf(json["pattern"]), scope, handlers: numberOf(json["handlers"]) };
}

function readForward(json: Fields): ForwardReport {
  return {
    pattern: textOf(json["pattern"]),
    ...(typeof json["from"] === "string" && { from: json["from"] }),
    ...(typeof json["to"] === "string" && { to: json["to"] }),
  };
}

function readStore(json: Fields): StoreReport {
  const version = fields(json["version"]);
  const heirOf = fields(json["heirOf"]);
  return {
    topic: textOf(json["topic"]),
    role: textOf(json["role"]),
    state: textOf(json["state"]),
    version: { epoch: numberOf(version?.["epoch"]), revision: numberOf(version?.["revision"]) },
    ...(typeof json["entries"] === "number" && { entries: numberOf(json["entries"]) }),
    isPersistent: json["isPersistent"] === true,
    ...(typeof json["standing"] === "string" && { standing: json["standing"] }),
    ...(typeof json["lag"] === "number" && { lag: numberOf(json["lag"]) }),
    ...(typeof json["ageMs"] === "number" && { ageMs: numberOf(json["ageMs"]) }),
    ...(typeof json["heir"] === "string" && { heir: json["heir"] }),
    ...(heirOf && { heirOf: { node: textOf(heirOf["node"]), isPromotable: heirOf["isPromotable"] === true } }),
    ...(typeof json["rival"] === "string" && { rival: json["rival"] }),
    ...(typeof json["diverged"] === "number" && { diverged: numberOf(json["diverged"]) }),
  };
}

function readTopic(json: Fields): TopicReport {
  return {
    topic: textOf(json["topic"]),
    raised: numberOf(json["raised"]),
    delivered: numberOf(json["delivered"]),
    forwarded: numberOf(json["forwarded"]),
    dropped: numberOf(json["dropped"]),
    perSecond: numberOf(json["perSecond"]),
  };
}

function parse(text: string): Fields | undefined {
  if (text.length > limits.reportCharacters) return undefined;
  try {
    return fields(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function fields(json: Json): Fields | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Fields) : undefined;
}

function listOf<Item>(json: Json, read: (json: Fields) => Item): Item[] {
  if (!Array.isArray(json)) return [];
  return json.slice(0, limits.reportEntries).flatMap((each: Json) => {
    const item = fields(each);
    return item === undefined ? [] : [read(item)];
  });
}

function textsOf(json: Json): string[] {
  return Array.isArray(json) ? json.filter((each) => typeof each === "string") : [];
}

function textOf(json: Json): string {
  return typeof json === "string" ? json : "";
}

function numberOf(json: Json): number {
  return typeof json === "number" && Number.isFinite(json) ? json : 0;
}
