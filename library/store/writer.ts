/**
 * Writes of one handle on their way to the authority: numbered, in batches, a window of them at a time, and sent again
 * under the same numbers until they are answered or their time is over.
 *
 * Invariant: each write settles once: by its outcome, by `NO_AUTHORITY` if it was never sent, else by `INDETERMINATE`.
 */
import { type FailureCode, SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { Durability, Operation, Outcome } from "../core/store/change.ts";
import type { Request } from "../core/store/submission.ts";
import type { Node } from "../node.ts";
import { newWrite, rejectWrite, type Write } from "./write.ts";

/** What comes back for a batch. `by`: the life of the authority. */
export type WriteAnswer =
  | { readonly kind: "done"; readonly epoch: number; readonly by: string; readonly outcomes: readonly Outcome[] }
  | { readonly kind: "expected"; readonly number: number }
  | { readonly kind: "refused"; readonly code: SwitchyardError["code"]; readonly what: string };

/** `durability`: `undefined`: what the authority takes for enough. */
export interface WriteRequest extends Omit<Request<never>, "asker" | "durability"> {
  readonly durability: Durability | undefined;
}

/** The way to the authority. */
export interface WritePort {
  /** Operations that may be under way. */
  readonly window: number;
  isOpen(): boolean;
  /** `undefined`: nobody answered for a while. One of the two is called, once, maybe at once. */
  send(
    request: WriteRequest,
    onAnswer: (answer: WriteAnswer | undefined) => void,
    onFailure: (error: unknown) => void,
  ): void;
  /** Works on what was sent, now; where the authority is elsewhere it does nothing. */
  push(): void;
}

/** An authority that fails an operation by these remembers nothing of it: the next copy that comes is done. */
const unremembered: ReadonlySet<FailureCode> = new Set([
  ...(["NO_SPACE", "DISK_FAILED", "NOT_PERMITTED", "UNPROTECTED", "AUTHORITY_CONFLICT"] as const),
  ...(["DIVERGED_UNSAVED", "CLOSED", "INTERNAL"] as const),
]);

/** Takes the place of a write that was given up unsent, so that there is no hole: it never has an effect. */
const nothing: Operation = {
  kind: "remove",
  key: "",
  condition: { kind: "revision", revision: Number.MAX_SAFE_INTEGER },
};

/** Takes the place of a write before the floor. */
const past: Write<unknown> = { ...newWrite<unknown>(), isSettled: true };

export class Writer<Result> {
  readonly #node: Node;
  readonly #topic: string;
  readonly #client: string;
  readonly #port: WritePort;
  readonly #onOutcome: (write: Write<Result>, outcome: Outcome, epoch: number, by: string) => void;
  /** From the number `#floor` on, without a hole. */
  #writes: Write<Result>[] = [];
  /** Those before it are settled; they are cut off once they are many. */
  #head = 0;
  #floor = 1;
  /** The first that is to be sent next. */
  #next = 1;
  /** Sent, and neither answered nor given up by the way there. */
  #batches = 0;
  #isScheduled = false;
  #isFlushing = false;
  /** When the first write since the last flush came: the clock takes as long as much of the rest. */
  #batchMs: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #isClosed = false;
  #onSettled: (() => void) | undefined;
  readonly #onRoutes = (): void => this.schedule();

  /** `onOutcome` settles a write by what the authority made of it; how else one ends is settled here. */
  constructor(
    node: Node,
    topic: string,
    client: string,
    port: WritePort,
    onOutcome: (write: Write<Result>, outcome: Outcome, epoch: number, by: string) => void,
  ) {
    this.#node = node;
    this.#topic = topic;
    this.#client = client;
    this.#port = port;
    this.#onOutcome = onOutcome;
  }

  /** `timeoutMs` from now; within a batch that is when it began. @throws SwitchyardError `TOO_MANY` */
  write(write: Write<Result>, timeoutMs: number): void {
    if (this.#waiting >= limits.storeUnansweredWrites) {
      throw new SwitchyardError("TOO_MANY", `${this.#waiting} writes to ${this.#topic} wait already`);
    }
    this.#batchMs ??= this.#node.clock.nowMs();
    write.deadlineMs = this.#batchMs + timeoutMs;
    this.#writes.push(write);
    if (write.deadlineMs < this.#timerMs) this.#arm(write.deadlineMs);
    if (this.#waiting - (this.#next - this.#floor) < limits.storeWriteOperations || this.#isFlushing) this.schedule();
    else this.#flushNow();
  }

  /** A loop that writes much: what was written is done with before more is, so that it need not be kept. */
  #flushNow(): void {
    this.#flush();
    this.#port.push();
  }

  get #waiting(): number {
    return this.#writes.length - this.#head;
  }

  /** Sends what may be sent, when the code that runs now has come to its end. */
  schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    this.#node.clock.next(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  /** Resolves when no write waits for its outcome, or after so long. */
  settled(graceMs: number): Promise<void> {
    if (this.#waiting === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#node.clock.after(graceMs, resolve);
      this.#onSettled = () => {
        cancel();
        resolve();
      };
    });
  }

  /** What was sent may still take effect. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#node.routes.watchers.delete(this.#onRoutes);
    const error = new SwitchyardError("CLOSED", `store ${this.#topic}`);
    for (const write of this.#writes) this.#reject(write, write.isSent ? this.#indeterminate() : error);
    this.#writes = [];
    this.#head = 0;
  }

  #flush(): void {
    this.#batchMs = undefined;
    if (this.#isClosed || this.#isFlushing) return;
    this.#isFlushing = true;
    this.#sendAll();
    this.#isFlushing = false;
  }

  #sendAll(): void {
    const { watchers } = this.#node.routes;
    const isOpen = this.#port.isOpen();
    if (isOpen || this.#waiting === 0) watchers.delete(this.#onRoutes);
    else watchers.add(this.#onRoutes);
    if (!isOpen) return;
    for (;;) {
      if (this.#batches >= limits.storeWritesUnderWay) return;
      const from = this.#next - this.#floor;
      const room = Math.min(this.#port.window - from, limits.storeWriteOperations);
      const count = this.#batchLength(from, room);
      if (count === 0) return;
      this.#send(from, count);
    }
  }

  /** As many as have the same durability and are not too large together. */
  #batchLength(from: number, room: number): number {
    const first = this.#writes[this.#head + from];
    let bytes = 0;
    let count = 0;
    while (count < room) {
      const write = this.#writes[this.#head + from + count];
      if (write === undefined || write.durability !== first!.durability) break;
      bytes += bytesOf(write.operation);
      if (count > 0 && bytes > limits.storePageBytes) break;
      count += 1;
    }
    return count;
  }

  #send(from: number, count: number): void {
    const writes = this.#writes.slice(this.#head + from, this.#head + from + count);
    for (const write of writes) {
      if (write.isSettled && !write.isSent) write.operation = nothing;
      write.isSentAgain = write.isSent;
      write.isSent = true;
    }
    const first = this.#next;
    this.#next += count;
    const operations = new Array<Operation>(count); // `map` makes other arrays once it is optimized
    for (let i = 0; i < count; i++) operations[i] = writes[i]!.operation;
    const request = { client: this.#client, first, floor: this.#floor, operations, durability: writes[0]!.durability };
    this.#batches += 1;
    this.#port.send(
      request,
      (answer) => {
        this.#batches -= 1;
        this.#answered(first, writes, answer);
      },
      (error) => {
        this.#batches -= 1;
        this.#failed(first, writes, error);
      },
    );
  }

  #answered(first: number, writes: readonly Write<Result>[], answer: WriteAnswer | undefined): void {
    if (this.#isClosed) return;
    if (answer?.kind === "done" && answer.outcomes.length === writes.length) {
      const { epoch, by, outcomes } = answer;
      writes.forEach((write, i) => {
        const outcome = outcomes[i]!;
        if (write.isSettled) return;
        if (outcome.kind === "failed" && isUndecided(write, outcome.code)) {
          this.#reject(write, this.#indeterminate());
          return;
        }
        write.isSettled = true;
        this.#onOutcome(write, outcome, epoch, by);
      });
      this.#moveFloor();
    } else if (answer?.kind === "refused" && answer.code !== "TOO_MANY") {
      const refusal = new SwitchyardError(answer.code, answer.what);
      for (const write of writes) {
        this.#reject(write, isUndecided(write, answer.code) ? this.#indeterminate() : refusal);
      }
      this.#moveFloor();
    } else if (answer?.kind === "expected") this.#sendAgainFrom(Math.min(answer.number, first));
    else if (answer === undefined) this.#sendAgainFrom(first);
    else {
      this.#pause(first); // too much waits there
      return;
    }
    if (this.#waiting > 0) this.schedule();
  }

  #pause(first: number): void {
    this.#node.clock.after(limits.storePauseMs, () => {
      this.#sendAgainFrom(first);
      this.schedule();
    });
  }

  /** It could not be sent at all. */
  #failed(first: number, writes: readonly Write<Result>[], error: unknown): void {
    const failure = error instanceof SwitchyardError ? error : new SwitchyardError("INTERNAL", String(error));
    if (writes.length > 1 && (failure.code === "TOO_LARGE" || failure.code === "TOO_MANY")) {
      for (let i = 0; i < writes.length; i++) this.#isolate(first + i);
    } else for (const write of writes) this.#reject(write, failure);
    this.#moveFloor();
    this.schedule();
  }

  /** One of a batch is too large: each goes by itself. */
  #isolate(number: number): void {
    const write = this.#writes[this.#head + number - this.#floor];
    if (write === undefined || write.isSettled) return;
    const { operation, durability } = write;
    this.#port.send(
      { client: this.#client, first: number, floor: this.#floor, operations: [operation], durability },
      (answer) => this.#answered(number, [write], answer),
      (error) => this.#failed(number, [write], error),
    );
  }

  #sendAgainFrom(number: number): void {
    this.#next = Math.max(Math.min(this.#next, number), this.#floor);
  }

  /** Also over those that were given up. */
  #moveFloor(): void {
    const before = this.#head;
    while (this.#writes[this.#head]?.isSettled === true) {
      this.#writes[this.#head] = past as Write<Result>; // what was written may be large, and is held no longer
      this.#head += 1;
    }
    this.#floor += this.#head - before;
    if (this.#waiting === 0 || (this.#head > 1_024 && this.#head * 2 > this.#writes.length)) {
      this.#writes = this.#writes.slice(this.#head);
      this.#head = 0;
    }
    if (this.#waiting === 0) this.#onSettled?.();
    this.#next = Math.max(this.#next, this.#floor);
  }

  #reject(write: Write<Result>, error: SwitchyardError): void {
    if (write.isSettled) return;
    write.isSettled = true;
    rejectWrite(write, error);
  }

  #arm(atMs: number): void {
    this.#cancelTimer?.();
    this.#timerMs = atMs;
    this.#cancelTimer = this.#node.clock.after(Math.max(atMs - this.#node.clock.nowMs(), 1), () => this.#expire());
  }

  #expire(): void {
    const nowMs = this.#node.clock.nowMs();
    this.#cancelTimer = undefined;
    this.#timerMs = Number.POSITIVE_INFINITY;
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const write of this.#writes) {
      if (write.isSettled) continue;
      if (write.deadlineMs > nowMs) earliestMs = Math.min(earliestMs, write.deadlineMs);
      else this.#reject(write, write.isSent ? this.#indeterminate() : this.#noAuthority());
    }
    this.#moveFloor();
    if (earliestMs !== Number.POSITIVE_INFINITY) this.#arm(earliestMs);
    this.schedule();
  }

  #indeterminate(): SwitchyardError {
    return new SwitchyardError("INDETERMINATE", `write to ${this.#topic}`);
  }

  #noAuthority(): SwitchyardError {
    return new SwitchyardError("NO_AUTHORITY", `write to ${this.#topic}, which was not sent`);
  }
}

/** Did it fail, while a copy of it that was sent before may still come to somebody who does it? */
function isUndecided<Result>({ isSentAgain }: Write<Result>, code: FailureCode): boolean {
  return isSentAgain && unremembered.has(code);
}

/** Roughly, for the size of a batch. */
function bytesOf(operation: Operation): number {
  const value = operation.kind === "insert" ? operation.value : undefined;
  return 64 + (typeof value === "string" || value instanceof Uint8Array ? value.length : 32);
}
