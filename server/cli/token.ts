/**
 * Where the token of a connection comes from: a file that only its owner may read, or the environment.
 *
 * Invariant: a token is never an argument, which everybody on the machine could see, and never part of a message.
 */
import { open } from "node:fs/promises";
import { SwitchyardError } from "../../library/index.ts";

/** More than any token needs; what is longer is some other file. */
const longestBytes = 64 * 1024;

/** `SWITCHYARD_TOKEN`, where it is set. */
export function tokenOfEnvironment(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return env["SWITCHYARD_TOKEN"] || undefined;
}

/**
 * The first line of a file.
 * @throws SwitchyardError `BAD_ARGUMENT` where others may read it, or where it holds no token
 */
export async function readTokenFile(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { mode, size } = await file.stat();
    // On Windows the mode says nothing of who may read.
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new SwitchyardError("BAD_ARGUMENT", `${path}: others may read this token; run \`chmod 600 ${path}\` first`);
    }
    if (size > longestBytes) throw new SwitchyardError("BAD_ARGUMENT", `${path} is too long to be a token file`);
    const [line = ""] = (await file.readFile("utf8")).split(/\r?\n/, 1);
    const token = line.trim();
    if (token === "")
      throw new SwitchyardError("BAD_ARGUMENT", `${path}: its first line should be the token, and is empty`);
    return token;
  } finally {
    await file.close();
  }
}
