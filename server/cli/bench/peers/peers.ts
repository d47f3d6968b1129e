/** The peers by name, and which of them this machine has. */
import { mosquitto } from "./mosquitto.ts";
import { nats } from "./nats.ts";
import { commandVersion, findCommand, type Packages } from "./packages.ts";
import type { Peer, PeerName } from "./peer.ts";
import { redis } from "./redis.ts";
import { zeromq } from "./zeromq.ts";

export const peers: Readonly<Record<PeerName, Peer>> = { nats, redis, mosquitto, zeromq };

/** An index of patterns, which has no server and no client: the counterpart of ours. */
const qlobber = { name: "qlobber", title: "qlobber", packages: ["qlobber"] } as const;

type Counterpart = Pick<Peer, "title" | "packages" | "server"> & { readonly name: CounterpartName };

export type CounterpartName = PeerName | "qlobber";

const counterparts: readonly Counterpart[] = [nats, redis, mosquitto, zeromq, qlobber];

export const counterpartNames: readonly CounterpartName[] = counterparts.map(({ name }) => name);

/** What is there, with its versions, and for each of the others why not. */
export interface Attendance {
  readonly present: ReadonlyMap<CounterpartName, string>;
  readonly absent: ReadonlyMap<CounterpartName, string>;
}

export function takeAttendance(wanted: readonly CounterpartName[], packages: Packages): Attendance {
  const present = new Map<CounterpartName, string>();
  const absent = new Map<CounterpartName, string>();
  for (const counterpart of counterparts) {
    const { name } = counterpart;
    const reason = wanted.includes(name) ? reasonOfAbsence(counterpart, packages) : "not asked for";
    if (reason === undefined) present.set(name, versions(counterpart, packages));
    else absent.set(name, reason);
  }
  return { present, absent };
}

function reasonOfAbsence({ packages: wanted, server }: Counterpart, packages: Packages): string | undefined {
  const missing = wanted.find((name) => packages.version(name) === undefined);
  if (missing !== undefined) return `no package ${missing} on this machine; node .ci/peers.mjs installs it`;
  if (server === undefined || findCommand(server.command) !== undefined) return undefined;
  return `no ${server.command} on this machine; node .ci/peers.mjs installs it`;
}

function versions({ packages: wanted, server, title }: Counterpart, packages: Packages): string {
  const clients = wanted.map((name) => `${name} ${packages.version(name)}`);
  const servers = server === undefined ? [] : [`${server.command} ${commandVersion(findCommand(server.command)!)}`];
  return `${title} (${[...servers, ...clients].join(", ")})`;
}
