/**
 * What it takes to connect somewhere: the options that every command with a LOC has, contexts, and the environment.
 *
 * Invariant: this is the one place where `@NAME` becomes a location. What is not verified is said so, each time.
 */
import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { type OpenOptions, SwitchyardError, type TlsOptions } from "../../library/index.ts";
import { readContexts } from "./contexts/context-file.ts";
import { contextNamed, type SavedContext } from "./contexts/saved-context.ts";
import { gather } from "./options.ts";
import type { Shell } from "./shell.ts";
import { readTokenFile, tokenOfEnvironment } from "./token.ts";

export interface ConnectionOptions {
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsServerName?: string;
  readonly pin?: readonly string[];
  readonly tokenFile?: string;
  readonly insecureSkipVerify?: boolean;
}

/** Where to connect, and how. */
export interface Target {
  readonly location: string;
  readonly options: Pick<OpenOptions, "tls" | "token">;
}

const heading = "Connection options:";

/** Those that may be saved in a context. */
export function addSavedOptions(command: Command): void {
  const options = [
    new Option("--tls-ca <file>", "who may sign the peer's certificate, in PEM (default: the well-known authorities)"),
    new Option("--tls-cert <file>", "our certificate, in PEM"),
    new Option("--tls-key <file>", "the key of our certificate, in PEM"),
    new Option("--tls-server-name <name>", "whom the peer's certificate must name (default: the host of LOC)"),
    new Option("--pin <fingerprint>", "take only this certificate, by its SHA-256; more than once").argParser(gather),
    new Option("--token-file <file>", "the token is the first line of this file (default: SWITCHYARD_TOKEN)"),
  ];
  for (const option of options) command.addOption(option.helpGroup(heading));
}

export function addConnectionOptions(command: Command): void {
  addSavedOptions(command);
  const skip = new Option(
    "--insecure-skip-verify",
    "believe any certificate: anybody in between can read and change all",
  );
  command.addOption(skip.helpGroup(heading));
}

/** Gives the options to every command with a LOC that has not got them, and the shell what was said. */
export function makeConnectable(command: Command, shell: Shell): void {
  for (const each of command.commands) makeConnectable(each, shell);
  const takesLocation = command.registeredArguments.some((argument) => argument.name() === "loc");
  if (takesLocation && !command.options.some(({ long }) => long === "--tls-ca")) addConnectionOptions(command);
  if (!takesLocation) return;
  command.hook("preAction", (_program, action) => shell.connectWith(action.opts<ConnectionOptions>()));
}

/**
 * @param written a location, `@NAME`, or `@` for the context in use
 * @throws SwitchyardError `BAD_ARGUMENT` where there is no such context, or the options cannot be
 */
export async function targetOf(shell: Shell, written: string, options: ConnectionOptions): Promise<Target> {
  const context = written.startsWith("@") ? contextNamed(written.slice(1), await readContexts()) : undefined;
  const location = context?.location ?? written;
  const tls = await readTls({ ...optionsOf(context), ...options });
  if (tls !== undefined) checkSpeaksTls(location);
  if (options.insecureSkipVerify) warnOf(shell, location);
  const token = await tokenOf(options.tokenFile, context?.tokenFile);
  return { location, options: { ...(tls !== undefined && { tls }), ...(token !== undefined && { token }) } };
}

/** An option wins over the environment, and that over a context. */
export async function tokenOf(option: string | undefined, saved: string | undefined): Promise<string | undefined> {
  if (option !== undefined) return readTokenFile(option);
  return tokenOfEnvironment(process.env) ?? (saved === undefined ? undefined : readTokenFile(saved));
}

export function warnOf(shell: Shell, location: string): void {
  shell.say(`warning: the certificate of ${location} is not verified; anybody in between can read and change all`);
}

function optionsOf(context: SavedContext | undefined): ConnectionOptions {
  if (context === undefined) return {};
  const { tlsCa, tlsCert, tlsKey, tlsServerName, pins } = context;
  return {
    ...(tlsCa !== undefined && { tlsCa }),
    ...(tlsCert !== undefined && { tlsCert }),
    ...(tlsKey !== undefined && { tlsKey }),
    ...(tlsServerName !== undefined && { tlsServerName }),
    ...(pins !== undefined && { pin: pins }),
  };
}

/** Reads the files. @returns `undefined` where nothing is said of TLS */
export async function readTls(options: ConnectionOptions): Promise<TlsOptions | undefined> {
  const { tlsCa, tlsCert, tlsKey, tlsServerName, pin, insecureSkipVerify } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new SwitchyardError("BAD_ARGUMENT", "a certificate and its key belong together: give both");
  }
  const tls: TlsOptions = {
    ...(tlsCa !== undefined && { ca: await readFile(tlsCa) }),
    ...(tlsCert !== undefined && { cert: await readFile(tlsCert) }),
    ...(tlsKey !== undefined && { key: await readFile(tlsKey) }),
    ...(tlsServerName !== undefined && { serverName: tlsServerName }),
    ...(pin !== undefined && { pins: pin }),
    ...(insecureSkipVerify === true && { insecureSkipVerify }),
  };
  return Object.keys(tls).length === 0 ? undefined : tls;
}

const withoutTls = /^(?:tcp|ipc|inproc|ws):/;

export function speaksTls(location: string): boolean {
  return !withoutTls.test(location);
}

/** Whoever asks for encryption must not be left without it unawares. */
export function checkSpeaksTls(location: string): void {
  if (speaksTls(location)) return;
  throw new SwitchyardError(
    "BAD_ARGUMENT",
    `${location} is not encrypted, but TLS is asked for; take tls:// or wss://`,
  );
}
