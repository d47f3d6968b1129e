/**
 * What a peer may do, by rules that name it.
 *
 * All rules that name the peer count together: a topic is forbidden when any of them denies it, and also when some of
 * them allow anything and none of them allows it. So what no rule speaks of is allowed, `deny` wins, and the order of
 * rules means nothing. Knows nothing of who asks how often: whoever does keeps the answer.
 */
import { SwitchyardError } from "./errors.ts";
import type { Identity } from "./identity.ts";
import { limits } from "./limits.ts";
import { checkPattern, covers, matches, overlaps } from "./pattern.ts";
import { plainTopic, type StoreRole, storeRoleOf } from "./topic.ts";

/** What a rule can speak of. The last three are for stores. */
export const actions = ["publish", "subscribe", "forward", "storeRead", "storeWrite", "own"] as const;

export type Action = (typeof actions)[number];

export interface AccessPatterns {
  /** Nothing but what one of these matches; left out: all. */
  readonly allow?: readonly string[];
  /** Never what one of these matches. */
  readonly deny?: readonly string[];
}

/**
 * Whom a rule is about: the name that the peer gives itself, as a pattern (`worker-*`, `*` for everybody), which whoever
 * may connect can choose; or what its certificate proves.
 */
export type AccessSubject =
  | string
  | { readonly fingerprint: string }
  /** A pattern for one of the names that the certificate is made out to. */
  | { readonly certificateName: string };

export interface AccessRule extends Partial<Readonly<Record<Action, AccessPatterns>>> {
  readonly identity: AccessSubject;
}

/** What the rules come to for one peer. */
export interface Access {
  readonly allow: Partial<Record<Action, readonly string[]>>;
  readonly deny: Partial<Record<Action, readonly string[]>>;
}

export interface AccessPeer {
  readonly name: string;
  readonly identity?: Identity | undefined;
}

export const fullAccess: Access = { allow: {}, deny: {} };

export function accessOf(rules: readonly AccessRule[], peer: AccessPeer): Access {
  const own = rules.filter(({ identity }) => isAbout(identity, peer));
  if (own.length === 0) return fullAccess;
  const access: Access = { allow: {}, deny: {} };
  for (const action of actions) {
    for (const { allow, deny } of own.flatMap((rule) => rule[action] ?? [])) {
      if (allow !== undefined) access.allow[action] = [...(access.allow[action] ?? []), ...allow];
      if (deny !== undefined) access.deny[action] = [...(access.deny[action] ?? []), ...deny];
    }
  }
  return access;
}

export function mayUse({ allow, deny }: Access, action: Action, topic: string): boolean {
  if (deny[action]?.some((pattern) => matches(pattern, topic)) === true) return false;
  return allow[action]?.some((pattern) => matches(pattern, topic)) ?? true;
}

/** Might it be allowed for some topic that `pattern` matches? True also where only several denials together cover all. */
export function mayUseSome({ allow, deny }: Access, action: Action, pattern: string): boolean {
  if (deny[action]?.some((each) => covers(each, pattern)) === true) return false;
  return allow[action]?.some((each) => overlaps(each, pattern)) ?? true;
}

/** What whoever speaks there must be allowed: only who owns a store speaks of its changes, or to its heir. */
const speaking = { feed: "own", read: "storeRead", write: "storeWrite", heir: "own", witness: "own" } as const;
/** What whoever listens there must be allowed. */
const listening = { feed: "storeRead", read: "own", write: "own", heir: "own", witness: "own" } as const;

/** May it raise messages of this topic? Rules speak of a store by its own topic. */
export function maySay(access: Access, topic: string): boolean {
  return mayAct(access, topic, "publish", speaking);
}

/** May it pass on messages of this topic for others? Of a store, only what it might say itself. */
export function mayPassOn(access: Access, topic: string): boolean {
  return mayUse(access, "forward", plainTopic(topic)) && (storeRoleOf(topic) === undefined || maySay(access, topic));
}

/** May it have messages of this topic? */
export function mayHear(access: Access, topic: string): boolean {
  return mayAct(access, topic, "subscribe", listening);
}

function mayAct(access: Access, topic: string, action: Action, ofStores: Readonly<Record<StoreRole, Action>>): boolean {
  const role = storeRoleOf(topic);
  return role === undefined ? mayUse(access, action, topic) : mayUse(access, ofStores[role], plainTopic(topic));
}

/** @throws SwitchyardError `BAD_ARGUMENT`, `BAD_PATTERN`, `TOO_MANY` unless these are rules */
export function checkAccessRules(rules: readonly AccessRule[]): void {
  const given: unknown = rules;
  if (!Array.isArray(given)) throw new SwitchyardError("BAD_ARGUMENT", "access must be a list of rules");
  if (given.length > limits.accessRules) throw new SwitchyardError("TOO_MANY", `${given.length} rules of access`);
  for (const rule of given as readonly unknown[]) checkRule(rule);
}

function checkRule(rule: unknown): void {
  if (!isObject(rule)) throw bad("each must be an object");
  const { identity, ...rest } = rule;
  checkSubject(identity);
  for (const [action, patterns] of Object.entries(rest)) {
    if (!actions.some((each) => each === action)) throw bad(`"${action}" is none of ${actions.join(", ")}`);
    if (patterns !== undefined) checkPatterns(action, patterns);
  }
}

/** A rule that is about nobody would protect nothing, unseen. */
function checkSubject(identity: unknown): void {
  if (typeof identity === "string") {
    checkPattern(identity);
    return;
  }
  if (!isObject(identity)) throw bad("identity must be a name, a fingerprint or a certificateName");
  const { fingerprint, certificateName, ...more } = identity;
  if (Object.keys(more).length > 0) throw bad(`identity has "${Object.keys(more)[0]}"`);
  if (typeof certificateName === "string" && fingerprint === undefined) checkPattern(certificateName);
  else if (typeof fingerprint !== "string" || certificateName !== undefined || !isFingerprint(fingerprint)) {
    throw bad("a fingerprint is the SHA-256 of a certificate in 64 hex digits");
  }
}

function checkPatterns(action: string, patterns: unknown): void {
  if (!isObject(patterns)) throw bad(`${action} must have allow or deny`);
  for (const [key, list] of Object.entries(patterns)) {
    if (key !== "allow" && key !== "deny") throw bad(`${action} has "${key}", not allow or deny`);
    if (list === undefined) continue;
    if (!Array.isArray(list)) throw bad(`${action}.${key} must be a list of patterns`);
    for (const pattern of list as readonly unknown[]) checkPattern(pattern as string);
  }
}

function isAbout(subject: AccessSubject, { name, identity }: AccessPeer): boolean {
  if (typeof subject === "string") return matches(subject, name);
  if (identity?.kind !== "certificate") return false;
  if ("fingerprint" in subject) return plain(subject.fingerprint) === identity.fingerprint;
  return identity.names.some((each) => matches(subject.certificateName.toLowerCase(), each.toLowerCase()));
}

function isFingerprint(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(plain(text));
}

/** Colons and capitals mean nothing in a fingerprint. */
function plain(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(what: string): SwitchyardError {
  return new SwitchyardError("BAD_ARGUMENT", `rule of access: ${what}`);
}
