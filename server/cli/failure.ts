/**
 * What went wrong, as one line for people and a status for scripts.
 *
 * Invariant: 2 says that the command was called wrongly, 1 that it could not do what it was asked. The line never holds
 * a stack trace, and never more than one line.
 */
import { CommanderError } from "commander";
import { type FailureCode, failures, SwitchyardError } from "../../library/index.ts";
import { printable } from "./style.ts";

export interface Failure {
  readonly line: string;
  readonly status: 1 | 2;
}

/** Codes that are the caller's mistake: another call would have worked. */
const misuse: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "BAD_ARGUMENT",
  "BAD_LOCATION",
  "UNKNOWN_SCHEME",
  "BAD_TOPIC",
  "BAD_PATTERN",
  "BAD_VALUE",
  "BAD_FILTER",
  "BAD_NAME",
  "OUT_OF_RANGE",
]);

/** What the system says of files, in words. */
const systemWords: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "the operating system does not let us; check the permissions",
  EISDIR: "it is a folder, not a file",
  ENOTDIR: "part of the path is a file, not a folder",
  EPERM: "the operating system does not let us; check the permissions",
  EROFS: "it lies where nothing can be written",
};

/** @param command what was called, for the hint: `switchyard pub` */
export function failureOf(error: unknown, command: string): Failure {
  if (error instanceof CommanderError) return { line: commanderLine(error, command), status: 2 };
  if (error instanceof SwitchyardError) {
    return { line: `${oneLine(adviceFor(error, command))} [${error.code}]`, status: misuse.has(error.code) ? 2 : 1 };
  }
  if (isSystemError(error)) return { line: systemLine(error), status: 1 };
  const message = error instanceof Error ? error.message : String(error);
  return { line: `${oneLine(message)} (a mistake in switchyard: --debug shows where)`, status: 1 };
}

/** A message that says already what to do. */
const ownAdvice = /`(?:switchyard|chmod) |there are @|\?$/;

/** The library sends whoever passes a wrong argument to its documentation; here that is the help of the command. */
function adviceFor({ code, message }: SwitchyardError, command: string): string {
  const advice = `: ${failures.BAD_ARGUMENT}`;
  if (code !== "BAD_ARGUMENT" || !message.endsWith(advice)) return message;
  const what = message.slice(0, -advice.length);
  return command === "" || ownAdvice.test(what) ? what : `${what}; see ${command} --help`;
}

function commanderLine({ message }: CommanderError, command: string): string {
  if (message === "(outputHelp)") return `which one? See ${command} --help`;
  const words = oneLine(message.replace(/^error: /, ""));
  return /--help/.test(words) ? words : `${words.replace(/\.$/, "")}; see ${command} --help`;
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}

function systemLine({ code, path, message }: SystemError): string {
  const words = systemWords[code] ?? message;
  return oneLine(path === undefined ? words : `${path}: ${words} [${code}]`);
}

function oneLine(text: string): string {
  return printable(text.trim().replace(/\s*\n\s*/g, " "));
}
