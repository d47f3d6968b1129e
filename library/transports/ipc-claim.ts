/**
 * How a path is claimed for a Unix domain socket.
 *
 * Invariant: whoever binds holds the lock file `path.lock`, so of several at once exactly one comes to listen, and
 * what is removed is a socket that nobody listens at, never one that is just being bound and never anything else.
 * Knows nothing of the links that come later.
 */
import type { Stats } from "node:fs";
import { lstat, open, rm, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { isMainThread } from "node:worker_threads";
import { SwitchyardError } from "../core/errors.ts";
import { bounds } from "./bounds.ts";
import { errnoOf, failureToListen } from "./failures.ts";
import { insecurePath, safeDirectory } from "./ipc-directory.ts";
import { shown } from "./location.ts";

/**
 * Runs `bind`, which must bind before it returns, while `path` is free and ours. The directory is made if it is missing,
 * for this user only; the socket is for this user only, too, from its first moment.
 * @throws SwitchyardError `LOCATION_IN_USE`, `NOT_PERMITTED`, `BAD_LOCATION`, `INSECURE_PATH`
 */
export async function underClaim(path: string, location: URL, bind: () => Promise<void>): Promise<void> {
  try {
    const { isPrivate } = await safeDirectory(dirname(path), location);
    const lock = `${path}.lock`;
    await claim(lock, location);
    try {
      await makeRoom(path, location);
      await (isMainThread ? forThisUser(bind) : inPrivate(isPrivate, location, bind));
    } finally {
      await rm(lock, { force: true });
    }
  } catch (error) {
    throw error instanceof SwitchyardError ? error : failureToListen(location, error);
  }
}

/** Whoever connects to a link trusts whoever made the link. @throws SwitchyardError `INSECURE_PATH` */
export async function refuseLink(path: string, location: URL): Promise<void> {
  const found = await lstat(path).catch(() => undefined); // what is missing is found out by connecting
  if (found?.isSymbolicLink()) throw insecurePath(location, "is a symbolic link, which is not followed");
}

/** A mode set afterwards would come too late: others may connect in between. */
function forThisUser(bind: () => Promise<void>): Promise<void> {
  const before = process.umask(0o177);
  try {
    return bind();
  } finally {
    process.umask(before);
  }
}

/** A worker thread cannot set the mask of the process; there the directory has to keep others away. */
function inPrivate(isPrivate: boolean, location: URL, bind: () => Promise<void>): Promise<void> {
  if (isPrivate) return bind();
  throw insecurePath(location, "is in a directory that others may enter, which a worker thread cannot make safe");
}

/** Held for the milliseconds that binding takes. One that is older was left by a process that died in them. */
async function claim(lock: string, location: URL): Promise<void> {
  if (await createLock(lock)) return;
  if (await isAbandoned(lock)) {
    await rm(lock, { force: true });
    if (await createLock(lock)) return;
  }
  throw inUse(location, "another process is about to listen there");
}

async function createLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx", 0o600);
    await file.close();
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  const found = await lstatOrNothing(lock);
  return found !== undefined && Date.now() - found.mtimeMs > bounds.claimMs;
}

/** Removes what a dead process left. */
async function makeRoom(path: string, location: URL): Promise<void> {
  const found = await lstatOrNothing(path);
  if (!found) return;
  if (found.isSymbolicLink()) throw inUse(location, "a symbolic link, which is not followed");
  if (!found.isSocket()) throw inUse(location, "a file that is no socket");
  if (await isListenedAt(path)) throw inUse(location, "");
  await unlink(path);
}

async function lstatOrNothing(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whatever is not a plain refusal (a full queue, a missing right) may come from somebody who is alive. */
function isListenedAt(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error) => resolve(!["ECONNREFUSED", "ENOENT"].includes(errnoOf(error))));
  });
}

function inUse(location: URL, what: string): SwitchyardError {
  const detail = what === "" ? "" : ` (${what})`;
  return new SwitchyardError("LOCATION_IN_USE", `cannot listen at ${shown(location)}${detail}`);
}
