/**
 * From the operating system's error codes to ours: the one table for every transport.
 *
 * Invariant: every failure names its location and keeps the original error as its cause.
 * Knows nothing of sockets: it is given the error and what was attempted.
 */
import { type FailureCode, SwitchyardError } from "../core/errors.ts";
import { shown } from "./location.ts";
import { tlsFailureOf } from "./tls-failures.ts";

const whenConnecting: Readonly<Record<string, FailureCode>> = {
  EACCES: "NOT_PERMITTED",
  EPERM: "NOT_PERMITTED",
  ENOTFOUND: "NAME_NOT_FOUND",
  EAI_AGAIN: "NAME_NOT_FOUND",
  ETIMEDOUT: "TIMED_OUT",
  EMFILE: "TOO_MANY",
  ENFILE: "TOO_MANY",
};

const whenListening: Readonly<Record<string, FailureCode>> = {
  EADDRINUSE: "LOCATION_IN_USE",
  ENOTFOUND: "NAME_NOT_FOUND",
  EAI_AGAIN: "NAME_NOT_FOUND",
  EADDRNOTAVAIL: "BAD_LOCATION",
  EEXIST: "BAD_LOCATION", // where a directory is needed, there is a file
  ENOTDIR: "BAD_LOCATION",
  ENAMETOOLONG: "BAD_LOCATION",
  EMFILE: "TOO_MANY",
  ENFILE: "TOO_MANY",
};

/** Whatever is not in the table (refused, no route, reset, no such file) means that nobody could be reached. */
export function failureToConnect(location: URL, cause: unknown): SwitchyardError {
  if (cause instanceof SwitchyardError) return cause;
  const errno = errnoOf(cause);
  return failure(
    tlsFailureOf(cause) ?? whenConnecting[errno] ?? "UNREACHABLE",
    `cannot connect to ${shown(location)}`,
    errno,
    cause,
  );
}

/** Whatever is not in the table means that the operating system does not want it. */
export function failureToListen(location: URL, cause: unknown): SwitchyardError {
  const errno = errnoOf(cause);
  const what = errno === "EADDRNOTAVAIL" ? "which is no address of this machine" : errno;
  return failure(whenListening[errno] ?? "NOT_PERMITTED", `cannot listen at ${shown(location)}`, what, cause);
}

/** The caller's signal ended the attempt. */
export function aborted(location: URL, signal: AbortSignal): SwitchyardError {
  return failure("TIMED_OUT", `connecting to ${shown(location)} was given up`, "", signal.reason);
}

/** An open link broke; or, with TLS, the peer only now tells that it refuses us. */
export function peerLost(remote: string, cause?: unknown, detail = errnoOf(cause)): SwitchyardError {
  if (cause instanceof SwitchyardError) return cause;
  return failure(tlsFailureOf(cause) ?? "PEER_LOST", `the link with ${remote} broke`, detail, cause);
}

/** `ECONNREFUSED` and the like; empty for errors that do not come from the operating system. */
export function errnoOf(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

function failure(code: FailureCode, what: string, detail: string, cause: unknown): SwitchyardError {
  return new SwitchyardError(code, detail === "" ? what : `${what} (${detail})`, cause === undefined ? {} : { cause });
}
