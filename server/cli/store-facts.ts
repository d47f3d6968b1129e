/** Stores in words for people: a line of each that a node has, and what is wrong in a cluster. */
import type { AuthorityConflict, Diverged, NodeReport, StoreReport, Version } from "../../library/index.ts";
import { counted, inGroups, printable, type Style } from "./style.ts";

/** `authority, live, 1 024 entries, version 1.2048, on disk`; what is wrong comes last. */
export function storeFacts(store: StoreReport, style: Style): string {
  const { role, state, version, entries, isPersistent } = store;
  const held = entries === undefined ? [] : [counted(entries, "entry", "entries")];
  const facts = [role, state, ...held, `version ${versionText(version)}`, ...(isPersistent ? ["on disk"] : [])];
  const trouble = troublesOf(store).map((each) => `, ${style.warning(printable(each))}`);
  return `${printable(facts.join(", "))}${trouble.join("")}`;
}

function troublesOf({ standing, rival, diverged = 0 }: StoreReport): readonly string[] {
  const had = diverged === 0 ? [] : [`saved ${counted(diverged, "entry", "entries")} that only it had`];
  return [...(standingWords(standing, rival) ?? []), ...had];
}

function standingWords(standing: string | undefined, rival: string | undefined): readonly string[] | undefined {
  if (standing === "conflicted") return [`in conflict with ${rival ?? "another authority"}: takes no writes`];
  if (standing === "unsaved") return ["cannot save what only it has, so it follows nobody"];
  if (standing === "waiting-for-heir") return ["waits for its heir: answers nothing"];
  return undefined;
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
