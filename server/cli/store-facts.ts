/** Stores in words for people: a line of each that a node has, and what is wrong in a cluster. */
import type { AuthorityConflict, Diverged, NodeReport, Store, StoreReport, Version } from "../../library/index.ts";
import { counted, inGroups, printable, type Style } from "./style.ts";

/** `authority, live, 1 024 entries, version 1.2048, on disk, protected by spare`; what is wrong comes last. */
export function storeFacts(store: StoreReport, style: Style): string {
  const { role, state, version, ageMs, entries, lag = 0, isPersistent } = store;
  const held = entries === undefined ? [] : [counted(entries, "entry", "entries")];
  const facts = [
    role,
    ageMs === undefined ? state : `${state} for ${inGroups(Math.round(ageMs / 1_000))} s`,
    ...held,
    `version ${versionText(version)}`,
    ...(lag > 0 ? [`${inGroups(lag)} behind`] : []),
    ...(isPersistent ? ["on disk"] : []),
    ...placeWords(store),
  ];
  const trouble = troublesOf(store).map((each) => `, ${style.warning(printable(each))}`);
  return `${printable(facts.join(", "))}${trouble.join("")}`;
}

/** Its place in the succession, as long as all is well. */
function placeWords({ role, standing, heir, heirOf }: StoreReport): readonly string[] {
  if (standing === "protected") return [`protected by ${heir ?? "its heir"}`];
  if (standing === "alone") return ["no standby"];
  if (standing === "heir" && heirOf?.isPromotable !== false) return [`heir of ${heirOf?.node ?? "it"}`];
  return standing === "follower" && role === "standby" ? ["not the heir"] : [];
}

function troublesOf(store: StoreReport): readonly string[] {
  const { diverged = 0 } = store;
  const had = diverged === 0 ? [] : [`saved ${counted(diverged, "entry", "entries")} that only it had`];
  const standing = standingWords(store);
  return [...(standing === undefined ? [] : [standing]), ...had];
}

/** What is wrong with its place. */
function standingWords({ standing, state, heir, heirOf, rival }: StoreReport): string | undefined {
  if (standing === "conflicted") return `in conflict with ${rival ?? "another authority"}: takes no writes`;
  if (standing === "unsaved") return "cannot save what only it has, so it follows nobody";
  if (standing === "waiting-for-heir") return `waits for ${heir ?? "its heir"}: answers nothing`;
  if (standing === "unprotected") return unprotectedWords(heir);
  if (standing === "heir" && heirOf?.isPromotable === false) return unreadyWords(heirOf.node, state);
  return undefined;
}

/** Of an authority: nobody would take over from it now. */
export function unprotectedWords(heir: string | undefined): string {
  if (heir === undefined) return "unprotected: nobody takes over from it";
  return `unprotected: its heir ${heir} has not all yet, so nobody takes over from it`;
}

/** Of an heir that had not all when it last heard of its authority. */
export function unreadyWords(authority: string, state: string): string {
  const what = `heir of ${authority}, and has not all that it has yet`;
  return state === "stale" ? `${what}: takes over only by force, and else waits for it` : what;
}

/** What follows from what a node is by now, for whoever runs it. */
export function termWords({ succession }: Store): string {
  const { standing, heir } = succession ?? {};
  if (standing === "protected") return `, by ${heir ?? "its heir"}`;
  if (standing === "waiting-for-heir") return `: answers nothing until ${heir ?? "its heir"} is heard; see onHeirLost`;
  if (standing !== "unprotected") return "";
  return heir === undefined
    ? ": nobody takes over from this node"
    : `: nobody takes over from this node until ${heir} has all`;
}

/** Of a standby whose authority is silent, and that does not take over by itself. */
export function silenceWords({ topic, succession }: Store): string | undefined {
  const { standing, heirOf } = succession ?? {};
  if (standing !== "follower" && (standing !== "heir" || heirOf?.isPromotable !== false)) return undefined;
  const why = heirOf === undefined ? "this node is not its heir" : "this node had not all of it";
  const who = heirOf === undefined ? "its authority" : `its authority ${heirOf.node}`;
  return `${topic}: ${who} is silent, and ${why}: nobody takes over until it is back, or one is promoted by force`;
}

/** Stores that have more than one authority, each in a sentence. */
export function conflictsIn(nodes: readonly NodeReport[]): readonly string[] {
  const owners = new Map<string, string[]>();
  for (const { name, stores = [] } of nodes) {
    for (const { topic, role } of stores) {
      if (role === "authority") owners.set(topic, [...(owners.get(topic) ?? []), name]);
    }
  }
  return [...owners].filter(([, names]) => names.length > 1).map(([topic, names]) => conflictText(topic, names));
}

function conflictText(topic: string, names: readonly string[]): string {
  const who = names.toSorted().join(" and ");
  return `${topic} has ${inGroups(names.length)} authorities: ${who}; see \`switchyard store LOC ${topic} promote --node NAME\``;
}

/** What a node that is authoritative says when it meets another one. */
export function conflictWords({ topic, authorities: [ours, theirs] }: AuthorityConflict): string {
  const [us, them] = [ours.version, theirs.version];
  const what = `${topic}: ${theirs.name} is authoritative, too, at version ${versionText(them)}; ours is ${versionText(us)}`;
  return printable(`${what}: ${outcomeWords(us, them, theirs.name, topic)}`);
}

function outcomeWords(us: Version, them: Version, name: string, topic: string): string {
  if (us.epoch > them.epoch) return "ours is the later epoch, and goes on";
  if (us.epoch < them.epoch) return `that is the later epoch, and ${name} goes on`;
  if (us.revision === 0 || them.revision === 0) return "the one that is empty yields";
  return `neither takes writes until one is picked: \`switchyard store LOC ${topic} promote --node NAME\``;
}

/** What a former authority says of what only it had. */
export function divergedWords(topic: string, { count, removals, file, winner }: Diverged): string {
  const removed = removals === 0 ? "" : ` and ${counted(removals, "removed key")}`;
  const what = `${counted(count, "entry", "entries")}${removed} that only this node had are in ${file}`;
  return printable(`${topic}: ${winner.name} goes on as authority; ${what}`);
}

function versionText({ epoch, revision }: Version): string {
  return `${epoch}.${revision}`;
}
