/**
 * What it takes to be let in somewhere, besides the location: the files for TLS, by their paths, and the token.
 *
 * Invariant: a relative path counts from the folder of a workspace that is trusted, and from nowhere else. Reads no file:
 * the server does.
 */
import { isAbsolute, join } from "node:path";
import { workspace } from "vscode";
import type { ConnectParams, TlsSettings } from "../server/protocol/clusters.ts";
import type { Profile } from "./settings.ts";
import type { Tokens } from "./tokens.ts";

export type Access = Pick<ConnectParams, "tls" | "token">;

/** @throws what the editor's storage of secrets does */
export async function accessOf(profile: Profile, tokens: Tokens): Promise<Access> {
  const token = await tokens.get(profile);
  return {
    ...(profile.tls !== undefined && { tls: withPaths(profile.tls) }),
    ...(token !== undefined && { token }),
  };
}

function withPaths({ ca, cert, key, ...rest }: TlsSettings): TlsSettings {
  return {
    ...rest,
    ...(ca !== undefined && { ca: pathOf(ca) }),
    ...(cert !== undefined && { cert: pathOf(cert) }),
    ...(key !== undefined && { key: pathOf(key) }),
  };
}

/** One that counts from nowhere stays as it is written, and the server says what is wrong with it. */
function pathOf(written: string): string {
  if (isAbsolute(written) || /^~[/\\]/.test(written) || !workspace.isTrusted) return written;
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file");
  return folder === undefined ? written : join(folder.uri.fsPath, written);
}
