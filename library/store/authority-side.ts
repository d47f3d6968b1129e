/** A handle at the authority itself: opens the table, listens for questions, and looks out for rivals. */
import { SwitchyardError } from "../core/errors.ts";
import { Authority, type AuthorityStart } from "../core/store/authority.ts";
import type { Change, Durability, Entry, Version } from "../core/store/change.ts";
import { entryCheck } from "../core/store/schema.ts";
import { Table } from "../core/store/table.ts";
import type { OpenStorage, Results, Storage } from "../storage/storage.ts";
import { Desk } from "./desk.ts";
import { readHead } from "./head.ts";
import { type Asker, Host } from "./host.ts";
import type { AuthoritativeOptions } from "./options.ts";
import { localReadPort, localWritePort } from "./ports.ts";
import type { Side } from "./side.ts";
import type { Traffic } from "./traffic.ts";

/** Another node that is authoritative for the same store. */
export interface Rival {
  readonly name: string;
  readonly id: string;
  readonly version: Version;
}

export interface AuthoritySideOptions {
  readonly traffic: Traffic;
  readonly topic: string;
  readonly options: AuthoritativeOptions;
  readonly durability: Durability;
  readonly storage: Storage | undefined;
  readonly onChange: (change: Change, before: Entry | undefined, version: Version) => void;
  readonly onClockJump: (jumpMs: number) => void;
  readonly onRival: (rival: Rival, own: Version) => void;
}

export async function openAuthoritySide(given: AuthoritySideOptions): Promise<Side> {
  const { storage, options } = given;
  const opened = await storage?.open(options.path!, { clear: options.clear, repair: options.repair });
  try {
    return await begin(given, opened);
  } catch (error) {
    await opened?.close();
    throw error;
  }
}

async function begin(given: AuthoritySideOptions, opened: OpenStorage | undefined): Promise<Side> {
  const { traffic, topic, options, durability, onChange, onClockJump } = given;
  const { clock } = traffic.node;
  for (const what of opened?.notices ?? [])
    traffic.node.fail(new SwitchyardError("CORRUPT", `${topic}, mended: ${what}`));
  const start = opened && (await read(opened));
  const authority = new Authority<Asker>({
    ...{ nowMs: clock.nowMs(), wallMs: clock.wallMs(), start },
    check: options.schema && entryCheck(options.schema),
  });
  const epoch = newEpoch(opened, clock.wallMs());
  const epochs = [...authority.epochs, { epoch, revision: authority.version.revision }];
  await opened?.writeHead({ epochs, highestEpoch: epoch, lineage: opened.head.lineage });
  authority.beginEpoch(epoch);
  const host = new Host({ traffic, topic, authority, storage: opened, onChange, onClockJump });
  const desk = new Desk(host, durability, () => clock.nowMs());
  await host.settled(); // what was due is gone
  const endings = await Promise.all([
    traffic.listen("read", topic, (said, reply) => desk.read(said, reply)),
    traffic.listen("write", topic, (said, reply) => desk.write(said, reply)),
    traffic.listen("feed", topic, ({ name, args, origin }) => {
      const head = name === "announce" && origin.id !== traffic.node.origin.id ? readHead(args, origin.id) : undefined;
      if (head !== undefined) given.onRival({ ...origin, version: head }, host.version);
    }),
  ]);
  host.start();
  return sideOf(given, host, desk, () => {
    for (const end of endings) end();
  });
}

/** Above every epoch that was; where nothing is kept, the clock tells one that this store never had. */
function newEpoch(opened: OpenStorage | undefined, wallMs: number): number {
  return opened === undefined ? Math.max(Math.floor(wallMs), 1) : opened.head.highestEpoch + 1;
}

async function read(opened: OpenStorage): Promise<AuthorityStart> {
  const table = new Table();
  for await (const entries of opened.entries()) for (const entry of entries) table.restore(entry);
  const results: Results[] = [];
  for await (const each of opened.results()) results.push(each);
  const { version, epochs } = opened.head;
  return { version, epochs, table, results };
}

function sideOf({ traffic, options }: AuthoritySideOptions, host: Host, desk: Desk, unlisten: () => void): Side {
  const { authority } = host;
  const nowMs = (): number => traffic.node.clock.nowMs();
  return {
    role: "authority",
    state: "live",
    lag: 0,
    ageMs: 0,
    isPersistent: options.persistent === true,
    get version() {
      return host.version;
    },
    table: {
      get: (key) => {
        const entry = authority.table.get(key); // most are never due, and the clock takes longer than all the rest
        return entry?.expiresAtMs === undefined ? entry : authority.get(key, nowMs());
      },
      size: () => authority.size(nowMs()),
      entries: () => authority.entries(nowMs()),
    },
    writePort: localWritePort(host),
    readPort: localReadPort(desk),
    reached: () => undefined,
    close: async (graceMs) => {
      unlisten();
      await host.close(graceMs);
    },
  };
}
