/** Whether two pictures of a cluster look the same to a person; time that merely passed is no difference. */
import type { Topology } from "../protocol/topology.ts";

/** Quiet topics fade in steps, so that each picture of a quiet cluster is not news. */
const quietStepMs = 10_000;

type Picture = Pick<Topology, "nodes" | "topics" | "topicsLeftOut" | "silent">;

export function isSamePicture(a: Picture, b: Picture): boolean {
  return (
    a.topicsLeftOut === b.topicsLeftOut &&
    isSame(a.silent, b.silent) &&
    isSame(a.nodes, b.nodes) &&
    isSame(a.topics, b.topics)
  );
}

/** Plain data, member by member; how long nodes run and topics rest is rounded. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  if (left.length !== right.length) return false;
  return left.every(([name, value], place) => {
    const [otherName, other] = right[place] ?? [];
    return name === otherName && (isSame(value, other) || isSameTime(name, value, other));
  });
}

function isSameTime(name: string, a: unknown, b: unknown): boolean {
  if (name === "uptimeMs") return true;
  return name === "quietMs" && Math.floor(Number(a) / quietStepMs) === Math.floor(Number(b) / quietStepMs);
}
