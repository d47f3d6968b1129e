/**
 * `inproc://id`: links within one process, in the shape of all others.
 *
 * Invariant: nothing is delivered inside the sender's call, but at the end of the turn, in order, as bytes of the
 * receiver's own. Knows nothing of sockets: a listener is an entry in a table.
 */
import { SwitchyardError } from "../core/errors.ts";
import { aborted, failureToConnect } from "./failures.ts";
import { inprocPair } from "./inproc-link.ts";
import { badLocation, decoded, rejectExtras, shown } from "./location.ts";
import { rejectTls } from "./tls-options.ts";
import type { ConnectOptions, Link, Listener, ListenerOptions, Transport } from "./transport.ts";

/** Who listens under which id. Transports with the same universe reach each other, others do not. */
export type Universe = Map<string, (link: Link) => void>;

const thisProcess: Universe = new Map();

/** @param universe for clusters that must not see each other; by default one for the whole process */
export function inproc(universe: Universe = thisProcess): Transport {
  return {
    schemes: ["inproc"],
    connect: (location, options = {}) => connect(universe, location, options),
    listen: (location, accept, options = {}) => listen(universe, location, accept, options),
  };
}

async function connect(universe: Universe, location: URL, { signal, tls }: ConnectOptions): Promise<Link> {
  const id = idOf(location);
  rejectTls(location, tls);
  await endOfTurn();
  if (signal?.aborted) throw aborted(location, signal);
  const accept = universe.get(id);
  if (!accept) throw failureToConnect(location, undefined);
  const [ours, theirs] = inprocPair(id);
  setImmediate(accept, theirs);
  return ours;
}

async function listen(
  universe: Universe,
  location: URL,
  accept: (link: Link) => void,
  { tls }: ListenerOptions,
): Promise<Listener> {
  const id = idOf(location);
  rejectTls(location, tls);
  if (universe.has(id)) throw new SwitchyardError("LOCATION_IN_USE", `cannot listen at ${shown(location)}`);
  const entry = (link: Link): void => accept(link);
  universe.set(id, entry);
  const close = async (): Promise<void> => {
    if (universe.get(id) === entry) universe.delete(id); // and not one who listens here by now
  };
  return { location: shown(location), close };
}

function idOf(location: URL): string {
  rejectExtras(location);
  const id = decoded(location, location.host + location.pathname);
  if (id === "") throw badLocation(location, "has no id");
  return id;
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
