/**
 * `ipc:///absolute/path.sock` and `ipc://relative/path`: Unix domain sockets, named pipes on Windows.
 *
 * Invariant: only this user can connect, and no file is ever removed but a socket that nobody listens at.
 * Knows nothing of how a path is claimed: that is `ipc-claim.ts`.
 */
import { connect, createServer } from "node:net";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bounds } from "./bounds.ts";
import { refuseLink, underClaim } from "./ipc-claim.ts";
import { badLocation, decoded, rejectExtras } from "./location.ts";
import { listening, socketLink, socketOptions, stopListening, whenConnected } from "./socket-link.ts";
import { rejectTls } from "./tls-options.ts";
import type { ConnectOptions, Link, Listener, ListenerOptions, Transport } from "./transport.ts";

const hasPipes = process.platform === "win32";

/** What fits into a socket's name, less the zero at its end: 107 bytes on Linux, 103 elsewhere. */
const maxPathBytes = process.platform === "linux" ? 107 : 103;

export function ipc(): Transport {
  return { schemes: ["ipc"], connect: open, listen };
}

async function open(location: URL, options: ConnectOptions = {}): Promise<Link> {
  const path = socketPath(location);
  rejectTls(location, options.tls);
  if (!hasPipes) await refuseLink(path, location);
  const to = { path, ...socketOptions };
  const socket = connect(to);
  return whenConnected(socket, location, options, { linkOf: () => socketLink(socket, path) });
}

async function listen(location: URL, accept: (link: Link) => void, { tls }: ListenerOptions = {}): Promise<Listener> {
  const path = socketPath(location);
  rejectTls(location, tls);
  const server = createServer(socketOptions, (socket) => accept(socketLink(socket, path)));
  const at = { path, backlog: bounds.backlog, exclusive: true }; // bound here, and not by the first of a cluster
  const bind = (): Promise<void> => listening(server, location, () => server.listen(at));
  try {
    await (hasPipes ? bind() : underClaim(path, location, bind));
  } catch (error) {
    server.close();
    throw error;
  }
  // Closing the server removes the socket file, too.
  return { location: `ipc://${pathToFileURL(pathOf(location)).pathname}`, close: () => stopListening(server) };
}

/** The absolute path in the file system. */
function pathOf(location: URL): string {
  rejectExtras(location);
  const path = decoded(location, location.host + location.pathname);
  if (path === "" || path.endsWith("/")) throw badLocation(location, "has no path of a file");
  if (path.includes("\0")) throw badLocation(location, "has a zero byte in its path");
  return resolve(hasPipes ? path.replace(/^\/(?=[a-z]:)/i, "") : path);
}

/** The name under which the operating system knows it. */
function socketPath(location: URL): string {
  const path = pathOf(location);
  if (hasPipes) return join("\\\\.\\pipe", path);
  const bytes = Buffer.byteLength(path);
  if (bytes > maxPathBytes) {
    throw badLocation(
      location,
      `is a path of ${bytes} bytes; a socket's may have ${maxPathBytes}, so use a shorter one`,
    );
  }
  return path;
}
