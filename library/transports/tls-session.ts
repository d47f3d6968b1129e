/**
 * TLS sessions from both ends: what tls and wss share.
 *
 * Invariant: a server's certificate is verified, with its name, unless the caller said otherwise; a client's handshake
 * that fails or never ends is closed, touches nobody else and reaches nobody but `refused`.
 */
import { constants } from "node:crypto";
import { isIP, type Socket } from "node:net";
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  type Server,
  type TLSSocket,
  type TlsOptions as TlsServerOptions,
} from "node:tls";
import { SwitchyardError } from "../core/errors.ts";
import { bounds } from "./bounds.ts";
import { errnoOf } from "./failures.ts";
import { type HostAndPort, hostPort, shown } from "./location.ts";
import { socketOptions } from "./socket-link.ts";
import { tlsFailureOf } from "./tls-failures.ts";
import { credentialsOf, type Expectation, expectationOf, pinsOf } from "./tls-options.ts";
import { checkPins, securityOf } from "./tls-peer.ts";
import type { LinkSecurity, ListenerOptions, TlsOptions } from "./transport.ts";

/** How sessions with one server are begun; all that can be wrong with the options is found when it is made. */
export interface Dialling {
  connect(): TLSSocket;
  /** Once the session is there. @throws SwitchyardError `CERT_NOT_PINNED` */
  check(socket: TLSSocket): LinkSecurity;
}

/** @throws SwitchyardError `BAD_ARGUMENT`, `BAD_CERTIFICATE` */
export function dialling(location: URL, { host, port }: HostAndPort, tls: TlsOptions = {}): Dialling {
  const name = tls.serverName ?? host;
  const pins = pinsOf(location, tls);
  const isVerified = tls.insecureSkipVerify !== true;
  const to: ConnectionOptions & { readonly highWaterMark: number } = {
    ...{ host, port, highWaterMark: socketOptions.highWaterMark },
    secureContext: createSecureContext(credentialsOf(location, tls)),
    servername: isIP(name) === 0 ? name : "", // an address must not be sent, but is verified all the same
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    rejectUnauthorized: isVerified,
  };
  return {
    connect: () => connect(to).setNoDelay(true),
    check: (socket) => {
      checkPins(socket, shown(location), pins);
      return securityOf(socket, isVerified);
    },
  };
}

/** What `connect` failed of; `hasConnected` once there was somebody, who then hung up in the middle of the handshake. */
export function failureOfSession(location: URL, hasConnected: boolean, error: unknown): unknown {
  const isCutOff = hasConnected && ["ECONNRESET", "EPIPE"].includes(errnoOf(error));
  if (!isCutOff) return error;
  const what = `${shown(location)} hung up during the TLS handshake`;
  return new SwitchyardError("TLS_FAILED", what, { cause: error });
}

export interface ServerSettings {
  readonly options: TlsServerOptions;
  readonly expected: Expectation;
}

/** @throws SwitchyardError `BAD_ARGUMENT`, `BAD_CERTIFICATE` */
export function serverSettings(location: URL, tls: TlsOptions = {}): ServerSettings {
  const expected = expectationOf(location, tls);
  const options: TlsServerOptions = {
    ...credentialsOf(location, tls),
    noDelay: true,
    handshakeTimeout: bounds.tlsHandshakeMs,
    requestCert: tls.ca !== undefined,
    rejectUnauthorized: false, // we do it, and say why; see tls-refusal.ts
    secureOptions: constants.SSL_OP_NO_TICKET, // who is welcome is decided anew each time
  };
  return { options, expected };
}

/** Closes what fails, and tells. The result ends the handshakes that are under way. */
export function guardHandshakes(server: Server, location: URL, refused: ListenerOptions["refused"]): () => void {
  const underWay = new Map<string, Socket>();
  server.on("connection", (raw: Socket) => {
    const remote = remoteOf(raw);
    underWay.set(remote, raw);
    raw.once("close", () => {
      if (underWay.get(remote) === raw) underWay.delete(remote);
    });
  });
  server.prependListener("secureConnection", (socket) => underWay.delete(remoteOf(socket)));
  server.on("tlsClientError", (error, socket) => {
    const remote = remoteOf(socket);
    socket.on("error", () => {});
    socket.destroy(); // Node does not when the time is up
    refused?.(handshakeFailure(location, remote, error));
  });
  return () => {
    for (const raw of underWay.values()) raw.destroy();
  };
}

export function remoteOf(socket: Socket): string {
  return hostPort(socket.remoteAddress ?? "?", socket.remotePort ?? 0);
}

function handshakeFailure(location: URL, remote: string, error: Error): SwitchyardError {
  const errno = errnoOf(error);
  const code = errno === "ERR_TLS_HANDSHAKE_TIMEOUT" ? "TIMED_OUT" : (tlsFailureOf(error) ?? "TLS_FAILED");
  const from = remote.startsWith("?") ? "a client" : remote;
  return new SwitchyardError(code, `TLS handshake of ${from} with ${shown(location)} (${errno})`, { cause: error });
}
