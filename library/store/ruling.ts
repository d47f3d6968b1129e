/** What a handle is while its term says that it is the authority: a host, and a desk where others ask. */
import type { Clock } from "../clock.ts";
import { limits } from "../core/limits.ts";
import { Authority, type AuthorityStart } from "../core/store/authority.ts";
import type { Durability } from "../core/store/change.ts";
import { type Expiry, gatherExpiry } from "../core/store/expiry.ts";
import { entryCheck } from "../core/store/schema.ts";
import type { Table } from "../core/store/table.ts";
import type { Unmatched } from "../core/store/unmatched.ts";
import { Desk } from "./desk.ts";
import type { ElectiveOptions } from "./elective-options.ts";
import { type Asker, Host } from "./host.ts";
import type { TermDriver } from "./term-driver.ts";
import { termGate } from "./term-gate.ts";

/** With what expires when, as `expiryOf` tells it. */
export interface RulingStart extends AuthorityStart {
  readonly expiry: Expiry;
}

export class Ruling {
  readonly host: Host;
  readonly desk: Desk;
  readonly #options: ElectiveOptions;
  readonly #endings: (() => void)[] = [];
  #isClosed = false;
  #isOpen = false;

  /** `advanced`: the table is at another version. */
  constructor(options: ElectiveOptions, driver: TermDriver, start: RulingStart, advanced: () => void) {
    const { traffic, topic, opened, durability, onChanges, onClockJump } = options;
    this.#options = options;
    const authority = authorityOf(options, start);
    const begun = driver.term.epochs.at(-1);
    // One in conflict that has started again goes on in the epoch of its earlier life.
    if (begun !== undefined && begun.epoch > authority.version.epoch) authority.beginEpoch(begun.epoch, begun.by);
    const gate = termGate(driver, durability, advanced);
    this.host = new Host({ traffic, topic, authority, storage: opened, onChanges, onClockJump, gate });
    const safety = (): Durability => (driver.term.heirLife === undefined ? durability : "replicated");
    this.desk = new Desk(this.host, safety, traffic.node.clock);
  }

  /** It listens. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What it has, as whoever follows it begins. */
  get start(): AuthorityStart {
    return startOf(this.host.authority);
  }

  /** What it has after a revision. Nothing may be written meanwhile. */
  unmatched(after: number): Unmatched {
    return this.host.authority.unmatched(after);
  }

  /** Resolves when others know that it listens. */
  async open(): Promise<void> {
    const { traffic, topic } = this.#options;
    await this.host.settled(); // what was due is gone
    const endings = await Promise.all([
      traffic.listen("read", topic, (said, reply) => this.desk.read(said, said.origin.id, reply)),
      traffic.listen("write", topic, (said, reply) => this.desk.write(said, reply)),
    ]);
    this.#endings.push(...endings);
    if (this.#isClosed) for (const end of endings) end();
    else {
      this.#isOpen = true;
      this.host.start();
    }
  }

  /** Waits for what is under way, for so long at most. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#endings) end();
    this.desk.close();
    await this.host.close(graceMs);
  }
}

function authorityOf({ traffic, schema, opened }: ElectiveOptions, start: RulingStart): Authority<Asker> {
  const { clock } = traffic.node;
  return new Authority<Asker>({
    nowMs: clock.nowMs(),
    wallMs: clock.wallMs(),
    start: start.epochs.length > 0 || start.version.revision > 0 ? start : undefined,
    expiry: start.expiry,
    check: schema && entryCheck(schema),
    isInMemory: opened === undefined,
  });
}

function startOf(authority: Authority<Asker>): AuthorityStart {
  const { table, version, epochs } = authority;
  return { table, version, epochs, results: authority.results() };
}

/** Of a large table in several turns of the event loop. It may not change meanwhile. */
export async function expiryOf(table: Table, clock: Clock): Promise<Expiry> {
  let sinceMs = clock.nowMs();
  const gathering = gatherExpiry(table, sinceMs, clock.wallMs());
  for (;;) {
    const { done, value } = gathering.next();
    if (done === true) return value;
    if (clock.nowMs() - sinceMs <= limits.storeTurnMs) continue;
    await new Promise<void>((resolve) => clock.soon(resolve));
    sinceMs = clock.nowMs();
  }
}
