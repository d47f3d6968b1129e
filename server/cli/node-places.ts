/**
 * Where a node listens and connects, with the files read that its configuration names.
 *
 * Invariant: what an entry says of itself wins over what holds for the whole node. TLS that holds for the whole node
 * is left out where the scheme does not speak it; asked for at such an entry, it is refused.
 */
import { readFile } from "node:fs/promises";
import {
  type AccessRule,
  checkPattern,
  isNodeName,
  type ListenOptions,
  SwitchyardError,
  type TlsOptions,
} from "../../library/index.ts";
import { checkSpeaksTls, speaksTls, type Target, targetOf, tokenOf, warnOf } from "./connection-options.ts";
import type { ConnectConfig, ListenConfig, NodeConfig, TlsConfig } from "./node-config/node-config.ts";
import type { Shell } from "./shell.ts";

export interface ConnectTarget extends Target {
  readonly options: Target["options"] & { readonly access?: readonly AccessRule[] };
}

export interface ListenTarget {
  readonly location: string;
  readonly options: ListenOptions;
}

/** @throws SwitchyardError `BAD_ARGUMENT`, `BAD_LOCATION`, `BAD_NAME`, `BAD_PATTERN` */
export async function listenTargetsOf(config: NodeConfig): Promise<ListenTarget[]> {
  if (config.name !== undefined && !isNodeName(config.name)) {
    throw new SwitchyardError("BAD_NAME", JSON.stringify(config.name));
  }
  for (const { pattern } of config.forward) checkPattern(pattern);
  const targets: ListenTarget[] = [];
  for (const entry of config.listen) targets.push(await listenTargetOf(entry, config));
  return targets;
}

export async function connectTargetsOf(shell: Shell, config: NodeConfig): Promise<ConnectTarget[]> {
  const targets: ConnectTarget[] = [];
  for (const entry of config.connect) targets.push(await connectTargetOf(shell, entry, config));
  return targets;
}

async function listenTargetOf(entry: ListenConfig, config: NodeConfig): Promise<ListenTarget> {
  const { location, access, limits, origins, hosts, insecure = config.insecure } = entry;
  checkUrl(location);
  const tls = await tlsOf(location, entry.tls, config.tls, ["serverName", "insecureSkipVerify"]);
  const token = await tokenOf(entry.tokenFile ?? config.tokenFile, undefined);
  const options = {
    ...(tls !== undefined && { tls }),
    ...(token !== undefined && { token }),
    ...(access !== undefined && { access }),
    ...(limits !== undefined && { limits }),
    ...(origins !== undefined && { origins }),
    ...(hosts !== undefined && { hosts }),
    ...(insecure !== undefined && { insecure }),
  };
  return { location, options };
}

async function connectTargetOf(shell: Shell, entry: ConnectConfig, config: NodeConfig): Promise<ConnectTarget> {
  const { location, options } = await targetOf(shell, entry.location, {});
  checkUrl(location);
  const tls = await tlsOf(location, entry.tls, config.tls, ["requireClientCert"]);
  if (tls?.insecureSkipVerify) warnOf(shell, location);
  const tokenFile = entry.tokenFile ?? config.tokenFile;
  const token = tokenFile === undefined ? options.token : await tokenOf(tokenFile, undefined);
  const merged = { ...options.tls, ...tls };
  return {
    location,
    options: {
      ...(Object.keys(merged).length > 0 && { tls: merged }),
      ...(token !== undefined && { token }),
      ...(entry.access !== undefined && { access: entry.access }),
    },
  };
}

/** @param foreign what of the node's TLS means nothing in this direction */
async function tlsOf(
  location: string,
  own: TlsConfig | undefined,
  ofNode: TlsConfig | undefined,
  foreign: readonly (keyof TlsConfig)[],
): Promise<TlsOptions | undefined> {
  if (own !== undefined) checkSpeaksTls(location);
  else if (ofNode === undefined || !speaksTls(location)) return undefined;
  const { ca, cert, key, ...rest } = { ...without(ofNode, foreign), ...own };
  if ((cert === undefined) !== (key === undefined)) {
    throw new SwitchyardError("BAD_ARGUMENT", `${location}: a certificate and its key belong together: give both`);
  }
  return {
    ...rest,
    ...(ca !== undefined && { ca: await readFile(ca) }),
    ...(cert !== undefined && { cert: await readFile(cert) }),
    ...(key !== undefined && { key: await readFile(key) }),
  };
}

function without(tls: TlsConfig = {}, foreign: readonly (keyof TlsConfig)[]): TlsConfig {
  return Object.fromEntries(Object.entries(tls).filter(([key]) => !(foreign as readonly string[]).includes(key)));
}

function checkUrl(location: string): void {
  if (!location.includes("://") || !URL.canParse(location)) {
    throw new SwitchyardError("BAD_LOCATION", JSON.stringify(location));
  }
}
