/**
 * The settings, typed and checked: what a person wrote there may be anything.
 *
 * Invariant: what these functions return is well formed; what is not well formed is left out.
 * In a workspace that is not trusted, nothing that the workspace says is read.
 */
import { ConfigurationTarget, workspace } from "vscode";
import type { TlsSettings } from "../server/protocol/clusters.ts";
import { isRecord } from "./failure.ts";

/** A cluster to connect to, as a person named it. */
export interface Profile {
  readonly name: string;
  readonly location: string;
  /** Paths as they are written. */
  readonly tls?: TlsSettings;
  /** It takes a token, which is asked for: never the token itself. */
  readonly token?: true;
}

const section = "switchyard";

/**
 * The profiles of all levels together, nearest first: folder and workspace before user.
 * One name is one profile: the nearest wins.
 */
export function profiles(): readonly Profile[] {
  const levels = workspace.getConfiguration(section).inspect<unknown>("connections");
  const nearestFirst = workspace.isTrusted
    ? [levels?.workspaceFolderValue, levels?.workspaceValue, levels?.globalValue]
    : [levels?.globalValue];
  const byName = new Map<string, Profile>();
  for (const profile of nearestFirst.flatMap(readProfiles)) {
    if (!byName.has(profile.name)) byName.set(profile.name, profile);
  }
  return [...byName.values()];
}

/** What is known by name and location alone, with all that the settings say of it. */
export function profileAt(name: string, location: string): Profile {
  return profiles().find((profile) => profile.name === name && profile.location === location) ?? { name, location };
}

/** The profile to connect to without being asked; never one in a workspace that is not trusted. */
export function profileOnStart(): Profile | undefined {
  if (!workspace.isTrusted) return undefined;
  const name = workspace.getConfiguration(section).get<unknown>("connectOnStart");
  return profiles().find((profile) => profile.name === name);
}

/** Patterns to open a monitor on as soon as that profile is connected. */
export function patternsOnStart(): readonly string[] {
  const patterns = workspace.isTrusted ? workspace.getConfiguration(section).get<unknown>("monitorOnStart") : undefined;
  return Array.isArray(patterns) ? patterns.filter(isText) : [];
}

/** How many rows a new monitor keeps. */
export function monitorRows(): number {
  const rows = workspace.getConfiguration(section).get<unknown>("monitor.maxRows");
  return typeof rows === "number" && Number.isInteger(rows) ? Math.min(1_000_000, Math.max(100, rows)) : 100_000;
}

/**
 * Adds a profile to the workspace's settings, or to the person's own where no folder is open. What else stands there
 * stays as it is written.
 */
export async function saveProfile(profile: Profile): Promise<void> {
  const hasWorkspace = (workspace.workspaceFolders?.length ?? 0) > 0;
  const configuration = workspace.getConfiguration(section);
  const levels = configuration.inspect<unknown>("connections");
  const written = hasWorkspace ? levels?.workspaceValue : levels?.globalValue;
  const before: readonly unknown[] = Array.isArray(written) ? written : [];
  const after = [...before.filter((entry) => !(isRecord(entry) && entry["name"] === profile.name)), profile];
  const target = hasWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await configuration.update("connections", after, target);
}

function readProfiles(value: unknown): Profile[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (!isRecord(entry)) return [];
    const { name, location, token } = entry;
    if (!isText(name) || !isText(location)) return [];
    const tls = readTls(entry["tls"]);
    return [
      {
        ...{ name: name.trim(), location: location.trim() },
        ...(tls !== undefined && { tls }),
        ...(token === true && { token }),
      },
    ];
  });
}

/** What is not on this list is not taken: above all nothing that would leave certificates unverified. */
function readTls(value: unknown): TlsSettings | undefined {
  if (!isRecord(value)) return undefined;
  const { ca, cert, key, serverName, pins, minVersion } = value;
  const tls: TlsSettings = {
    ...(isText(ca) && { ca }),
    ...(isText(cert) && { cert }),
    ...(isText(key) && { key }),
    ...(isText(serverName) && { serverName }),
    ...(Array.isArray(pins) && { pins: pins.map(String) }),
    ...((minVersion === "TLSv1.2" || minVersion === "TLSv1.3") && { minVersion }),
  };
  return Object.keys(tls).length === 0 ? undefined : tls;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
