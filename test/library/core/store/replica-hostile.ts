/** What a replica may be told that is not so: by chance, from numbers that are none to answers that nobody asked for. */
import { limits } from "../../../../library/core/limits.ts";
import type { Answer, Head, ReplicaMessage } from "../../../../library/core/store/replica-messages.ts";
import type { SeededChance } from "../../../simulator/chance.ts";

const noNumbers = [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY, -(2 ** 53)];
const tooMany = limits.storeEpochsTold + 1;
const lie = { kind: "put", key: "k1", value: "a lie", expiresAtMs: undefined, expiresAfterMs: undefined } as const;

/** A revision that nobody has reached; nothing says so at once. */
function falsely(chance: SeededChance, { revision }: Head): number {
  return chance.pick([2 ** 53 - 2, 2 ** 40, revision + limits.storeEarlyChanges + 1_000]);
}

/** Of heads that cannot be. One that can be, with a higher epoch, would be that of another authority. */
function unsoundHead(chance: SeededChance, head: Head): Head {
  const number = chance.pick(noNumbers);
  const { epochs, epoch, revision } = head;
  return chance.pick<Head>([
    { ...head, epoch: number },
    { ...head, revision: number },
    { ...head, epochs: [] },
    { ...head, epoch: epoch + 1 }, // not among its epochs
    { ...head, epochs: [...epochs, ...epochs] },
    { ...head, epoch: epoch + 1, epochs: [...epochs, { epoch: epoch + 1, revision: revision + 1, by: "x" }] },
    { ...head, epochs: [{ epoch: number, revision: 0, by: "x" }, ...epochs] },
    { ...head, epochs: [{ epoch: 0, revision: revision + 1, by: "x" }, ...epochs] },
    { ...head, epochs: Array.from({ length: tooMany }, (_, i) => ({ epoch: i, revision: 0, by: "x" })) },
  ]);
}

/** `head`: of the authority that is right. */
export function hostileMessage(chance: SeededChance, head: Head): ReplicaMessage {
  const { epoch, node } = head;
  const changes = [lie];
  const number = chance.pick(noNumbers);
  const request = chance.integer(0, 40) * (chance.flip() ? 1 : 1e9);
  return chance.pick<() => ReplicaMessage>([
    () => ({ kind: "changes", epoch, node, firstRevision: number, changes }),
    () => ({ kind: "changes", epoch, node, firstRevision: 0, changes }),
    () => ({ kind: "changes", epoch, node, firstRevision: 2 ** 53 - 1, changes }),
    () => ({ kind: "changes", epoch, node, firstRevision: head.revision + 1, changes: [] }),
    () => ({ kind: "changes", epoch, node, firstRevision: falsely(chance, head), changes }),
    () => ({ kind: "changes", epoch: number, node, firstRevision: head.revision + 1, changes }),
    () => ({ kind: "changes", epoch: epoch + 7, node: "stranger", firstRevision: head.revision + 1, changes }),
    () => ({ kind: "changes", epoch, node: "rival", firstRevision: head.revision + 1, changes }),
    () => ({ kind: "changes", epoch: epoch - 1, node: "older", firstRevision: head.revision + 1, changes }),
    () => ({ kind: "announce", ...unsoundHead(chance, head) }),
    () => ({ kind: "announce", ...head, revision: falsely(chance, head) }),
    () => ({ kind: "answer", request: request + 1e6, answer: hostileAnswer(chance, { kind: "gone", head }) }),
    () => ({ kind: "failed", request: request + 1e6 }),
  ])();
}

/** In the place of a true answer; nothing of it may be believed. */
export function hostileAnswer(chance: SeededChance, answer: Answer): Answer {
  const { head } = answer;
  const entries = [{ ...lie, revision: head.revision + 1 }];
  const page = { kind: "page", head, walk: 999, page: 0, revision: head.revision, entries: [], isLast: true } as const;
  const since = { kind: "changes", head, firstRevision: head.revision + 2, changes: [lie], isLast: true } as const;
  const number = chance.pick(noNumbers);
  if (answer.kind === "page" && chance.flip()) {
    return chance.pick<Answer>([
      { ...answer, page: answer.page + 1 },
      { ...answer, page: number },
      { ...answer, revision: head.revision + 1 },
      { ...answer, revision: number },
      { ...answer, walk: number },
      { ...answer, entries },
      { ...answer, entries: [{ ...lie, revision: number }] },
    ]);
  }
  if (answer.kind === "changes" && chance.flip()) {
    return chance.pick<Answer>([
      { ...answer, firstRevision: answer.firstRevision + 1 },
      { ...answer, firstRevision: number },
      { ...answer, changes: [], isLast: false },
      { ...answer, changes: [...answer.changes, ...Array.from({ length: head.revision + 1 }, () => lie)] },
      { ...answer, changes: [], head: { ...head, revision: falsely(chance, head) } },
    ]);
  }
  return chance.pick<Answer>([
    { ...answer, head: unsoundHead(chance, head) },
    { kind: "forgotten", head },
    { kind: "gone", head },
    answer.kind === "page" ? since : page,
  ]);
}
