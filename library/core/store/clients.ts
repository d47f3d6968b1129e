/**
 * Who writes to a store: which numbers of theirs are decided, and how, so that none takes effect twice.
 *
 * Invariant: the numbers of a client are taken in order; every number below `next` waits, is decided, or was given up by
 * the client. Below `done` nothing waits. Outcomes are remembered within the bounds of `limits`, the newest of a client as
 * long as the client is: by it the client's place is known after a restart. Knows nothing of operations.
 */
import type { FailureCode } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Outcome } from "./change.ts";
import { sizeOf } from "./size.ts";
import type { Results, Settled } from "./submission.ts";

interface Waiting<Asker> {
  readonly asker: Asker;
  readonly first: number;
  /** The number after the last. */
  readonly end: number;
}

export interface Client<Asker> {
  readonly id: string;
  next: number;
  done: number;
  /** From which number on the client waits for outcomes. */
  floor: number;
  /** Operations that are in the queue or in a pending batch. */
  queued: number;
  /** Of the first of `outcomes`; the others follow. */
  firstKept: number;
  outcomes: Outcome[];
  waiting: Waiting<Asker>[];
}

/** So many outcomes are forgotten together, so that it costs little for each. */
const forgetTogether = 256;
const overheadBytes = 64;

export class Clients<Asker> {
  /** The one not heard of for longest first. */
  readonly #clients = new Map<string, Client<Asker>>();
  #bytes = 0;
  /** What storages need not keep any longer, to be told with the next batch. */
  readonly #forgotten = new Map<string, number>();

  get size(): number {
    return this.#clients.size;
  }

  /** The client, as the one heard of last; `undefined` where there is no room, for all others are at work. */
  touch(id: string): Client<Asker> | undefined {
    const known = this.#clients.get(id);
    if (known === undefined) return this.#add(id);
    this.#clients.delete(id);
    this.#clients.set(id, known);
    return known;
  }

  restore({ client: id, first, outcomes }: Results): void {
    const client = this.touch(id);
    if (client === undefined) return;
    this.#append(client, first, outcomes);
    client.next = client.done;
    this.#trim(client, this.keptFrom(client, client.done - 1));
    this.keepWithinBytes();
  }

  /** From which number on the outcomes of a client are needed, once `last` is decided. */
  keptFrom({ floor }: Client<Asker>, last: number): number {
    return Math.min(last, Math.max(floor, last - limits.storeOutcomes + 1));
  }

  /** The number after the newest outcome that is remembered; `undefined` where there is none. */
  keptUpTo({ firstKept, outcomes }: Client<Asker>): number | undefined {
    return outcomes.length === 0 ? undefined : firstKept + outcomes.length;
  }

  isWorthForgetting({ firstKept }: Client<Asker>, before: number): boolean {
    return before - firstKept >= forgetTogether;
  }

  /** What was forgotten for want of room; once. */
  takeForgotten(): readonly { readonly client: string; readonly before: number }[] {
    if (this.#forgotten.size === 0) return [];
    const forgotten = [...this.#forgotten].map(([client, before]) => ({ client, before }));
    this.#forgotten.clear();
    return forgotten;
  }

  /** As if the last `takeForgotten` had not been. */
  tellAgain(forgotten: readonly { readonly client: string; readonly before: number }[]): void {
    for (const { client, before } of forgotten) {
      this.#forgotten.set(client, Math.max(before, this.#forgotten.get(client) ?? 0));
    }
  }

  /** Operations were decided for good; gives the answers that are complete by that. */
  decide(client: Client<Asker>, first: number, outcomes: readonly Outcome[]): readonly Settled<Asker>[] {
    this.#append(client, first, outcomes);
    client.queued -= outcomes.length;
    if (client.queued === 0) client.done = client.next; // numbers that were given up are decided, too
    return this.#settle(client);
  }

  /** Forgets outcomes before a number. */
  forget(client: Client<Asker>, before: number): void {
    this.#trim(client, before);
  }

  /** Forgets what there is no room for; the newest outcome of each client goes last. */
  keepWithinBytes(): void {
    for (const client of this.#clients.values()) {
      if (this.#bytes <= limits.storeOutcomeBytes) return;
      if (client.outcomes.length > 1) {
        this.#trim(client, client.firstKept + client.outcomes.length - 1);
        this.#forgotten.set(client.id, client.firstKept);
      } else this.#evict(client);
    }
  }

  /** All that waits of the client comes to nothing, and may be sent again. */
  fail(client: Client<Asker>, code: FailureCode, what: string, revision: number): readonly Settled<Asker>[] {
    const failed: Outcome = { kind: "failed", revision, code, what };
    const settled = client.waiting.map((waiting) => this.#answer(client, waiting, failed));
    client.waiting = [];
    client.queued = 0;
    client.next = client.done;
    return settled;
  }

  /** Outcomes `first` up to `end`, all of them decided. */
  outcomes(client: Client<Asker>, first: number, end: number): readonly Outcome[] {
    return outcomesOf(client, first, end, forgottenOutcome);
  }

  /** Those that something waits of. */
  *atWork(): IterableIterator<Client<Asker>> {
    for (const client of this.#clients.values()) if (client.queued > 0 || client.waiting.length > 0) yield client;
  }

  /** Of the clients that there are now, each as it is when it is read. */
  *results(): IterableIterator<Results> {
    for (const { id, firstKept, outcomes } of [...this.#clients.values()]) {
      if (outcomes.length > 0) yield { client: id, first: firstKept, outcomes: [...outcomes] };
    }
  }

  #add(id: string): Client<Asker> | undefined {
    if (this.#clients.size >= limits.storeClients && !this.#makeRoom()) return undefined;
    const client: Client<Asker> = {
      id,
      next: 1,
      done: 1,
      floor: 1,
      queued: 0,
      firstKept: 1,
      outcomes: [],
      waiting: [],
    };
    this.#clients.set(id, client);
    return client;
  }

  #makeRoom(): boolean {
    for (const client of this.#clients.values()) if (this.#evict(client)) return true;
    return false;
  }

  #evict(client: Client<Asker>): boolean {
    if (client.queued > 0) return false;
    this.#trim(client, client.done);
    this.#forgotten.set(client.id, client.done);
    this.#clients.delete(client.id);
    return true;
  }

  #append(client: Client<Asker>, first: number, outcomes: readonly Outcome[]): void {
    if (first !== client.firstKept + client.outcomes.length) {
      this.#trim(client, first); // behind a hole: nobody waits for what was before it
      client.firstKept = first;
    }
    if (client.outcomes.length === 0)
      client.outcomes = outcomes.slice(); // no longer than it must be: many write once
    else for (const outcome of outcomes) client.outcomes.push(outcome);
    for (const outcome of outcomes) this.#bytes += bytesOf(outcome);
    client.done = first + outcomes.length;
  }

  #settle(client: Client<Asker>): readonly Settled<Asker>[] {
    if (client.waiting.length === 0) return [];
    const settled = client.waiting.filter(({ end }) => end <= client.done);
    client.waiting = client.waiting.filter(({ end }) => end > client.done);
    return settled.map((waiting) => this.#answer(client, waiting, forgottenOutcome));
  }

  #answer(client: Client<Asker>, { asker, first, end }: Waiting<Asker>, missing: Outcome): Settled<Asker> {
    return { asker, client: client.id, first, outcomes: outcomesOf(client, first, end, missing) };
  }

  #trim(client: Client<Asker>, before: number): void {
    const gone = Math.min(before - client.firstKept, client.outcomes.length);
    if (gone <= 0) return;
    for (const outcome of client.outcomes.splice(0, gone)) this.#bytes -= bytesOf(outcome);
    client.firstKept += gone;
  }
}

/** It was decided, but how is no longer known. */
const forgottenOutcome: Outcome = {
  kind: "failed",
  revision: 0,
  code: "INDETERMINATE",
  what: "an operation from before what is remembered",
};

/** `undecided`: what is told of numbers that are not decided. */
function outcomesOf<Asker>(
  { firstKept, outcomes, done }: Client<Asker>,
  first: number,
  end: number,
  undecided: Outcome,
): readonly Outcome[] {
  if (first >= firstKept && end <= firstKept + outcomes.length) {
    return outcomes.slice(first - firstKept, end - firstKept);
  }
  return Array.from({ length: end - first }, (_, i) => {
    return outcomes[first + i - firstKept] ?? (first + i < done ? forgottenOutcome : undecided);
  });
}

function bytesOf(outcome: Outcome): number {
  if (outcome.kind === "failed") return overheadBytes + outcome.what.length;
  return outcome.value === undefined ? overheadBytes : overheadBytes + sizeOf(outcome.value);
}
