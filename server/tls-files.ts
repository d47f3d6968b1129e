/**
 * The files that a connection's TLS settings name, read when a connection is opened and not before.
 *
 * Invariant: what is read is at most `mostBytes` of a regular file at an absolute path; what a file holds is in no message.
 * Knows nothing of what makes a good certificate: the library does.
 */
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { SwitchyardError, type TlsOptions } from "../library/index.ts";
import type { TlsSettings } from "./protocol/clusters.ts";

/** Bundles of all well-known authorities have about 250 KiB. */
const mostBytes = 4 * 1024 * 1024;

/**
 * @returns `undefined` where nothing is said of TLS
 * @throws SwitchyardError `BAD_CERTIFICATE` for a file that cannot be read, `BAD_ARGUMENT` for a path that leads nowhere
 */
export async function readTls(settings: TlsSettings = {}, skipVerify = false): Promise<TlsOptions | undefined> {
  const { ca, cert, key, serverName, pins, minVersion } = settings;
  const tls: TlsOptions = {
    ...(ca !== undefined && { ca: await readPem("tls.ca", ca) }),
    ...(cert !== undefined && { cert: await readPem("tls.cert", cert) }),
    ...(key !== undefined && { key: await readPem("tls.key", key) }),
    ...(serverName !== undefined && { serverName }),
    ...(pins !== undefined && { pins }),
    ...(minVersion !== undefined && { minVersion }),
    ...(skipVerify && { insecureSkipVerify: true }),
  };
  return Object.keys(tls).length === 0 ? undefined : tls;
}

async function readPem(setting: string, written: string): Promise<Buffer> {
  const path = written.startsWith("~/") ? join(homedir(), written.slice(2)) : written;
  if (!isAbsolute(path)) {
    throw new SwitchyardError("BAD_ARGUMENT", `${setting} ${written} is relative, and no trusted folder is open`);
  }
  try {
    return await readWhole(path);
  } catch (error) {
    throw new SwitchyardError("BAD_CERTIFICATE", `${setting} ${written} cannot be read (${reasonOf(error)})`);
  }
}

/** Looks before it opens: opening a pipe would wait for whoever writes. */
async function readWhole(path: string): Promise<Buffer> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error("it is no file");
  if (found.size > mostBytes) throw new Error("it is too long");
  return readFile(path);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return typeof code === "string" ? code : String(message);
}
