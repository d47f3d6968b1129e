/** Reads that the authority answers: those of one turn go together, and are asked again until they are answered or late. */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { Entry } from "../core/store/change.ts";
import { isRevision, isVector, readEntries } from "../core/store/columns.ts";
import type { Value } from "../core/values/index.ts";
import type { Node } from "../node.ts";
import { headValues } from "./head.ts";
import { readRefusal, refusalError } from "./refusal.ts";

/** What came back. */
export interface ReadAnswer {
  readonly name: string;
  readonly args: readonly Value[];
}

/** The way to the authority. */
export interface ReadPort {
  isOpen(): boolean;
  /** `undefined`: nobody answered in time. */
  ask(name: string, args: readonly Value[], timeoutMs: number): Promise<ReadAnswer | undefined>;
}

interface LookUp {
  readonly key: Value;
  readonly name: "get" | "has";
  readonly deadlineMs: number;
  readonly resolve: (found: Entry | boolean | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** One page of a walk over the store. */
export interface WalkedPage<Item> {
  readonly items: readonly Item[];
  readonly isLast: boolean;
}

export class Reader {
  readonly #node: Node;
  readonly #topic: string;
  readonly #port: ReadPort;
  #waiting: LookUp[] = [];

  constructor(node: Node, topic: string, port: ReadPort) {
    this.#node = node;
    this.#topic = topic;
    this.#port = port;
  }

  get(key: Value, timeoutMs: number): Promise<Entry | undefined> {
    return this.#lookUp(key, "get", timeoutMs) as Promise<Entry | undefined>;
  }

  has(key: Value, timeoutMs: number): Promise<boolean> {
    return this.#lookUp(key, "has", timeoutMs) as Promise<boolean>;
  }

  async size(timeoutMs: number): Promise<number> {
    const { args } = await this.#ask("size", [], this.#node.clock.nowMs() + timeoutMs);
    if (!isRevision(args[2])) throw this.#unreadable("size");
    return args[2];
  }

  async *keys(timeoutMs: number): AsyncGenerator<readonly Value[]> {
    yield* this.#walk("keys", timeoutMs, ([keys]) => (isVector(keys) ? keys : undefined));
  }

  async *entries(timeoutMs: number): AsyncGenerator<readonly Entry[]> {
    yield* this.#walk("snapshot", timeoutMs, readEntries);
  }

  /** One page after the other, each as it is wanted; `timeoutMs` is that of each that has something. */
  async *#walk<Item>(
    name: "keys" | "snapshot",
    timeoutMs: number,
    read: (columns: readonly Value[]) => readonly Item[] | undefined,
  ): AsyncGenerator<readonly Item[]> {
    let walk = 0;
    let deadlineMs = this.#node.clock.nowMs() + timeoutMs;
    for (let number = 0; ; number++) {
      const answer = await this.#ask(name, [walk, number], deadlineMs);
      if (answer.name === "forgotten") throw new SwitchyardError("TIMED_OUT", `a walk over ${this.#topic}`);
      const [id, page, , isLast, ...columns] = answer.args.slice(headValues);
      const items = read(columns);
      if (answer.name !== "page" || items === undefined || !isRevision(id)) throw this.#unreadable(name);
      if (page !== number || typeof isLast !== "boolean") throw this.#unreadable(name);
      walk = id;
      if (items.length > 0) {
        yield items;
        deadlineMs = this.#node.clock.nowMs() + timeoutMs;
      }
      if (isLast) return;
    }
  }

  #lookUp(key: Value, name: LookUp["name"], timeoutMs: number): Promise<Entry | boolean | undefined> {
    return new Promise((resolve, reject) => {
      const deadlineMs = this.#node.clock.nowMs() + timeoutMs;
      this.#waiting.push({ key, name, deadlineMs, resolve, reject });
      if (this.#waiting.length === 1) this.#node.clock.next(() => this.#flush());
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const name of ["get", "has"] as const) {
      const ours = waiting.filter((each) => each.name === name);
      for (let i = 0; i < ours.length; i += limits.storePageEntries) {
        const some = ours.slice(i, i + limits.storePageEntries);
        this.#answerAll(name, some).catch((error) => {
          for (const { reject } of some) reject(error);
        });
      }
    }
  }

  async #answerAll(name: "get" | "has", lookUps: readonly LookUp[]): Promise<void> {
    let rest = lookUps;
    while (rest.length > 0) {
      const answer = await this.#askInTime(name, rest);
      if (!("args" in answer)) {
        rest = answer.left;
        continue;
      }
      const { args } = answer;
      const [, , flags, ...columns] = args;
      if (typeof flags !== "string" || flags.length === 0 || flags.length > rest.length) throw this.#unreadable(name);
      const found = name === "get" ? readEntries(columns) : [];
      if (found === undefined) throw this.#unreadable(name);
      let next = 0;
      for (let i = 0; i < flags.length; i++) {
        const entry = flags[i] === "1" && name === "get" ? found[next++] : undefined;
        rest[i]!.resolve(name === "has" ? flags[i] === "1" : entry && { ...entry, key: rest[i]!.key });
      }
      rest = rest.slice(flags.length);
    }
  }

  /** The answer; or, where the time of some is over, which end then, those that are left. */
  async #askInTime(
    name: string,
    lookUps: readonly LookUp[],
  ): Promise<ReadAnswer | { readonly left: readonly LookUp[] }> {
    const deadlineMs = Math.min(...lookUps.map((each) => each.deadlineMs));
    try {
      return await this.#ask(name, [lookUps.map(({ key }) => key)], deadlineMs);
    } catch (error) {
      const isLate = (each: LookUp): boolean => each.deadlineMs <= this.#node.clock.nowMs();
      const late = lookUps.filter(isLate);
      if (late.length === 0) throw error;
      for (const { reject } of late) reject(error);
      return { left: lookUps.filter((each) => !late.includes(each)) };
    }
  }

  /** @throws SwitchyardError `NO_AUTHORITY`, `TIMED_OUT`, and what the authority refuses with */
  async #ask(name: string, args: readonly Value[], deadlineMs: number): Promise<ReadAnswer> {
    let wasAsked = false;
    for (;;) {
      const leftMs = deadlineMs - this.#node.clock.nowMs();
      if (leftMs <= 0) {
        const what = `${name} of ${this.#topic}`;
        throw new SwitchyardError(wasAsked ? "TIMED_OUT" : "NO_AUTHORITY", what);
      }
      if (!this.#port.isOpen()) {
        await this.#opening(leftMs);
        continue;
      }
      wasAsked = true;
      const answer = await this.#port.ask(name, args, Math.min(leftMs, limits.storeAskMs));
      if (answer === undefined) continue;
      if (answer.name !== "refused") return answer;
      const refusal = readRefusal(answer.name, answer.args);
      throw refusal === undefined ? this.#unreadable(name) : refusalError(refusal);
    }
  }

  /** Until somebody is there to be asked, or the time is over. */
  #opening(timeoutMs: number): Promise<void> {
    const { routes, clock } = this.#node;
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        routes.watchers.delete(look);
        resolve();
      };
      const look = (): void => clock.next(() => (this.#port.isOpen() || this.#node.isClosed) && end());
      const cancel = clock.after(timeoutMs, end);
      routes.watchers.add(look);
    });
  }

  #unreadable(name: string): SwitchyardError {
    return new SwitchyardError("BAD_FRAME", `answer to ${name} of ${this.#topic}`);
  }
}
