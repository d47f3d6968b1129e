/**
 * Makes a batch out of what is due and what waits.
 *
 * Invariant: nothing that others see is changed by it, but that what goes into the batch no longer waits. Knows nothing of
 * how a batch ends.
 */
import { limits } from "../limits.ts";
import { type Durability, durabilities, needsDisk, type Outcome, type Version } from "./change.ts";
import type { Client, Clients } from "./clients.ts";
import { Draft, type Ground } from "./draft.ts";
import type { Chunk, Intake } from "./intake.ts";
import type { PendingBatch } from "./submission.ts";

/** Outcomes of one client in a batch. */
export interface Stretch<Asker> {
  readonly client: Client<Asker>;
  readonly first: number;
  readonly outcomes: readonly Outcome[];
}

/** A batch with what it takes to end it. */
export interface Making<Asker> {
  readonly batch: PendingBatch;
  readonly draft: Draft;
  readonly stretches: readonly Stretch<Asker>[];
  /** By client, from which number on its outcomes are kept. */
  readonly kept: ReadonlyMap<Client<Asker>, number>;
  /** What of `forget` has happened already, and is told again when the batch comes to nothing. */
  readonly forgotten: PendingBatch["forget"];
}

export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

export function makeBatch<Asker>(
  ground: Ground,
  intake: Intake<Asker>,
  clients: Clients<Asker>,
  version: Version,
  { nowMs, wallMs }: Moment,
): Making<Asker> {
  const due = ground.expiry.due(nowMs, limits.storeBatchOperations);
  const most = due.length + Math.min(intake.size, limits.storeBatchOperations);
  const draft = new Draft(ground, version.revision, nowMs, wallMs, most);
  for (const id of due) draft.expire(id);
  const stretches: Stretch<Asker>[] = [];
  let durability: Durability | undefined;
  for (let left = limits.storeBatchOperations; left > 0 && draft.bytes < limits.storeBatchBytes; ) {
    const chunk = intake.first;
    if (chunk === undefined) break;
    const isRefused = ground.isInMemory === true && needsDisk(chunk.durability);
    const stretch = isRefused ? refuseChunk(draft, chunk, left) : runChunk(draft, chunk, left);
    stretches.push(stretch);
    left -= stretch.outcomes.length;
    durability = higher(durability, isRefused ? "memory" : chunk.durability);
    intake.take(stretch.outcomes.length);
  }
  draft.end();
  const kept = keptFrom(clients, stretches);
  const forgotten = clients.takeForgotten();
  const batch = batchOf(version, draft, stretches, [...forgotten, ...forgets(kept)], durability);
  return { batch, draft, stretches, kept, forgotten };
}

function runChunk<Asker>(
  draft: Draft,
  { client, first, operations, taken }: Chunk<Asker>,
  most: number,
): Stretch<Asker> {
  const end = Math.min(operations.length, taken + most);
  const outcomes = new Array<Outcome>(end - taken);
  let at = taken;
  do {
    outcomes[at - taken] = draft.run(operations[at]!);
    at += 1;
  } while (at < end && draft.bytes < limits.storeBatchBytes);
  outcomes.length = at - taken;
  return { client, first: first + taken, outcomes };
}

/** Nothing is acknowledged as safer than it is. */
function refuseChunk<Asker>(
  draft: Draft,
  { client, first, operations, durability, taken }: Chunk<Asker>,
  most: number,
): Stretch<Asker> {
  const refused = operations.slice(taken, taken + most);
  return { client, first: first + taken, outcomes: refused.map((each) => draft.refuse(each, durability)) };
}

function keptFrom<Asker>(clients: Clients<Asker>, stretches: readonly Stretch<Asker>[]): Map<Client<Asker>, number> {
  const kept = new Map<Client<Asker>, number>();
  const ends = new Map<Client<Asker>, number>();
  for (const { client, first, outcomes } of stretches) {
    const end = first + outcomes.length;
    const hasHole = first !== (ends.get(client) ?? clients.keptUpTo(client) ?? first);
    ends.set(client, end);
    const from = Math.max(clients.keptFrom(client, end - 1), hasHole ? first : 0);
    if (hasHole || clients.isWorthForgetting(client, from)) kept.set(client, from);
  }
  return kept;
}

function forgets<Asker>(kept: ReadonlyMap<Client<Asker>, number>): PendingBatch["forget"] {
  return Array.from(kept, ([{ id }, before]) => ({ client: id, before }));
}

function batchOf<Asker>(
  version: Version,
  { revision, changes, before }: Draft,
  stretches: readonly Stretch<Asker>[],
  forget: PendingBatch["forget"],
  durability: Durability | undefined,
): PendingBatch {
  return {
    version: { epoch: version.epoch, revision },
    firstRevision: version.revision + 1,
    changes,
    before,
    results: stretches.map(({ client, first, outcomes }) => ({ client: client.id, first, outcomes })),
    forget,
    durability,
  };
}

function higher(a: Durability | undefined, b: Durability): Durability {
  return a === undefined || durabilities.indexOf(a) < durabilities.indexOf(b) ? b : a;
}
