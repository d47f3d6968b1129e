/**
 * The directory of a Unix domain socket: found or made, and safe all the way from the root.
 *
 * Invariant: nobody but this user and root can put something else in the place of any part of the path, now or later;
 * links count as what they lead to, and only where this user or root made them. Knows nothing of sockets.
 */
import type { Stats } from "node:fs";
import { lstat, mkdir, readlink } from "node:fs/promises";
import { join, parse, resolve, sep } from "node:path";
import { SwitchyardError } from "../core/errors.ts";
import { errnoOf } from "./failures.ts";
import { badLocation, shown } from "./location.ts";

const writableByOthers = 0o022;
const sticky = 0o1000;

/** As many as the operating system follows before it calls them a circle. */
const maxLinks = 40;

/**
 * Walks down to `path`, and makes what is missing for this user only. `isPrivate`: nobody else may enter it.
 * @throws SwitchyardError `INSECURE_PATH`, `BAD_LOCATION`; and what the operating system says
 */
export async function safeDirectory(path: string, location: URL): Promise<{ readonly isPrivate: boolean }> {
  let at = parse(path).root;
  let stats = await lstat(at);
  let links = 0;
  const rest = segmentsOf(path);
  for (let segment = rest.shift(); segment !== undefined; segment = rest.shift()) {
    const next = join(at, segment);
    stats = await foundOrMade(next);
    refuseForeign(next, stats, location);
    if (stats.isSymbolicLink()) {
      if (++links > maxLinks) throw badLocation(location, "has links that lead in a circle");
      rest.unshift(...segmentsOf(resolve(at, await readlink(next))));
      at = parse(path).root;
      stats = await lstat(at);
    } else {
      if (!stats.isDirectory()) throw badLocation(location, `is beneath ${next}, which is no directory`);
      refuseShared(next, stats, location);
      at = next;
    }
  }
  return { isPrivate: (stats.mode & 0o077) === 0 };
}

export function insecurePath(location: URL, what: string): SwitchyardError {
  return new SwitchyardError("INSECURE_PATH", `${shown(location)} ${what}`);
}

function segmentsOf(path: string): string[] {
  return path.slice(parse(path).root.length).split(sep).filter(Boolean);
}

async function foundOrMade(path: string): Promise<Stats> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (errnoOf(error) !== "EEXIST") throw error; // somebody else was faster: look who
  });
  return lstat(path);
}

function refuseForeign(path: string, { uid }: Stats, location: URL): void {
  const own = process.geteuid?.() ?? uid;
  if (uid !== own && uid !== 0) throw insecurePath(location, `is beneath ${path}, which belongs to another user`);
}

/** In a directory like /tmp everybody may write, but nobody may rename or remove what belongs to others. */
function refuseShared(path: string, { mode }: Stats, location: URL): void {
  const isShared = (mode & writableByOthers) !== 0 && (mode & sticky) === 0;
  if (isShared) throw insecurePath(location, `is beneath ${path}, where others may write`);
}
