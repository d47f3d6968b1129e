/** Matching one topic against many patterns: our index, and qlobber's; each in a process of its own, by itself. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SwitchyardError } from "../../../library/index.ts";
import { PatternIndex, RecentMatches } from "../../../library/parts.ts";
import { medianNanoseconds, nanoseconds } from "./cpu-time.ts";
import { hotTopics, ownWildcards, patternsFor, qlobberWildcards, topicsFor, type Wildcards } from "./match-patterns.ts";
import { Packages } from "./peers/packages.ts";
import { type Part, tell, told } from "./role.ts";

interface Index {
  add(pattern: string, entry: number): unknown;
  remove(pattern: string, entry: number): unknown;
  match(topic: string): readonly number[];
}

/** `events` is how many patterns. The index, and in front of it what remembers its answers for hot topics. */
export async function match(part: Part): Promise<void> {
  await measure(part.events, ownWildcards, () => {
    const index = new PatternIndex<number>();
    return { index, recent: new RecentMatches(index) };
  });
}

export async function matchQlobber(part: Part): Promise<void> {
  interface Module {
    readonly Qlobber: new (options: object) => Index;
  }
  const { Qlobber } = new Packages(part.packages!).load("qlobber") as Module;
  const options = { separator: ".", wildcard_one: qlobberWildcards.one, wildcard_some: qlobberWildcards.rest };
  await measure(part.events, qlobberWildcards, () => ({ index: new Qlobber(options) }));
}

type Measured = { readonly index: Index; readonly recent?: Pick<Index, "match"> };

async function measure(count: number, wildcards: Wildcards, make: () => Measured): Promise<void> {
  tell({ kind: "ready", location: "" });
  await told("go");
  const patterns = patternsFor(count, wildcards);
  const topics = topicsFor(count);
  warmUp(make().index, wildcards);

  const copies = Array.from({ length: Math.ceil(fewestHeld / count) }, make);
  const held = copies.length * count;
  const before = heapBytes();
  const insertNs = nanoseconds(held, () => {
    for (const copy of copies) insertAll(copy.index, patterns);
  });
  const bytes = (heapBytes() - before) / held;
  const { index, recent } = copies[0]!;
  check(index, topics, patterns);

  const passes = Math.ceil(coldMatches / topics.length);
  const coldNs = nanoseconds(passes * topics.length, () => matchOften(index, topics, passes));
  const hot = topics.slice(0, hotTopics);
  const hotNs = medianNanoseconds(hot.length, hotPasses, () => matchAll(index, hot));
  const often = hot.length * recentRepeats;
  const recentNs = recent && medianNanoseconds(often, hotPasses, () => matchOften(recent, hot, recentRepeats));
  const removeNs = nanoseconds(held, () => {
    for (const copy of copies) removeAll(copy.index, patterns);
  });
  if (matchAll(index, topics) !== 0) throw new SwitchyardError("INTERNAL", "void: patterns were left in the index");
  tell({
    kind: "figures",
    figures: {
      ...{ coldNs, hotNs, ...(recentNs !== undefined && { recentNs }) },
      ...{ insertsPerSecond: 1e9 / insertNs, removalsPerSecond: 1e9 / removeNs, bytesPerSubscription: bytes },
    },
  });
  await told("stop");
}

/** Few patterns are held several times over: the heap of a process moves by more than they take. */
const fewestHeld = 100_000;

const hotPasses = 100;

/** What is remembered is found so soon that one pass could not be measured. */
const recentRepeats = 20;

/** At full size every topic once. */
const coldMatches = 20_000;

/** The engine compiles on other patterns than those that are measured. */
function warmUp(index: Index, wildcards: Wildcards): void {
  const [patterns, topics] = [patternsFor(20_000, wildcards), topicsFor(20_000)];
  insertAll(index, patterns);
  for (let i = 0; i < 5; i++) matchAll(index, topics);
  removeAll(index, patterns);
}

function insertAll(index: Index, patterns: readonly string[]): void {
  patterns.forEach((pattern, i) => void index.add(pattern, i));
}

function removeAll(index: Index, patterns: readonly string[]): void {
  patterns.forEach((pattern, i) => void index.remove(pattern, i));
}

/** The sum of all entries found: what is summed up cannot be left out by the engine. */
function matchAll(index: Pick<Index, "match">, topics: readonly string[]): number {
  let sum = 0;
  for (const topic of topics) for (const entry of index.match(topic)) sum += entry + 1;
  return sum;
}

function matchOften(index: Pick<Index, "match">, topics: readonly string[], passes: number): void {
  for (let i = 0; i < passes; i++) matchAll(index, topics);
}

/** A few topics, each held against every pattern: three or four match, and the index finds these. */
function check(index: Index, topics: readonly string[], patterns: readonly string[]): void {
  for (const topic of [topics[0]!, topics[1]!, topics.at(-1)!]) {
    const levels = topic.split(".");
    const expected = patterns.flatMap((pattern, i) => (meets(pattern.split("."), levels) ? [i] : []));
    const found = [...index.match(topic)].sort((a, b) => a - b);
    if (expected.length >= 3 && expected.length <= 4 && expected.join() === found.join()) continue;
    throw new SwitchyardError("INTERNAL", `void: ${topic} met ${found.join()} instead of ${expected.join()}`);
  }
}

/** Whether the levels of a pattern, ours or qlobber's, meet those of a topic; all have four. */
function meets(pattern: readonly string[], topic: readonly string[]): boolean {
  return pattern.every((level, i) => level === "*" || level === "#" || level === topic[i]);
}

/** What is alive after a full collection. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
