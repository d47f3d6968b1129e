/**
 * Who is at the other end of a TLS session: whether it is welcome, and what is told of it above.
 *
 * Invariant: a certificate is told only when it was verified, and then it is among the pins, if there are any.
 * Knows nothing of what the session carries.
 */
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { type FailureCode, SwitchyardError } from "../core/errors.ts";
import { verificationFailure } from "./tls-failures.ts";
import type { Expectation } from "./tls-options.ts";
import type { LinkSecurity, PeerCertificate } from "./transport.ts";

/** A label of our own makes the value worthless for every other protocol; RFC 5705. */
const exporterLabel = "EXPORTER-switchyard-1";
const bindingBytes = 32;

/**
 * Why the peer is not welcome; nothing for one that is. A session that was taken up again may have been verified
 * without a certificate, so that having one is looked at first.
 */
function refusalOfPeer(socket: TLSSocket, expected: Expectation): FailureCode | undefined {
  const certificate = shownBy(socket);
  if (certificate === undefined) return expected.isCertificateRequired ? "CERT_REQUIRED" : undefined;
  if (!socket.authorized) return verificationFailure(socket.authorizationError);
  return expected.pins === undefined || expected.pins.has(fingerprintOf(certificate)) ? undefined : "CERT_NOT_PINNED";
}

/** For listeners: what protects the link with a client, or why there is none. Never throws. */
export function admission(socket: TLSSocket, expected: Expectation): LinkSecurity | FailureCode {
  try {
    return refusalOfPeer(socket, expected) ?? securityOf(socket, true);
  } catch {
    return "TLS_FAILED"; // it is gone already
  }
}

/** What protects the link. `isVerified` is false only where the caller wanted no verification. */
export function securityOf(socket: TLSSocket, isVerified: boolean): LinkSecurity {
  const certificate = isVerified && socket.authorized ? shownBy(socket) : undefined;
  return {
    ...(certificate === undefined ? {} : { certificate: described(certificate) }),
    binding: socket.exportKeyingMaterial(bindingBytes, exporterLabel, Buffer.alloc(0)),
  };
}

/** Of the server that we connected to; its chain and name have been verified by Node. */
export function checkPins(socket: TLSSocket, where: string, pins: ReadonlySet<string> | undefined): void {
  if (pins === undefined) return;
  const certificate = shownBy(socket);
  const fingerprint = certificate === undefined ? "none" : fingerprintOf(certificate);
  if (pins.has(fingerprint)) return;
  throw new SwitchyardError("CERT_NOT_PINNED", `cannot connect to ${where}, which shows ${fingerprint}`);
}

/** What `shownBy` found. */
const shown = new WeakMap<TLSSocket, X509Certificate | undefined>();

/** Asked once for each session: Node 20 gives it away, and has nothing the second time. */
function shownBy(socket: TLSSocket): X509Certificate | undefined {
  if (!shown.has(socket)) shown.set(socket, socket.getPeerX509Certificate());
  return shown.get(socket);
}

function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

function described(certificate: X509Certificate): PeerCertificate {
  return {
    subject: (certificate.subject ?? "").replaceAll("\n", ", "),
    names: namesOf(certificate.subjectAltName ?? ""),
    fingerprint: fingerprintOf(certificate),
  };
}

/** Node lists them as `DNS:a, IP Address:::1, URI:"…"`, in quotes wherever a comma could deceive. */
export function namesOf(list: string): readonly string[] {
  const names: string[] = [];
  const entry = /\s*([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:,|$)/y;
  for (let found = entry.exec(list); found !== null && found[0] !== ""; found = entry.exec(list)) {
    const [, kind = "", text = ""] = found;
    const name = text.startsWith('"') ? unquoted(text) : text;
    if (["DNS", "IP Address", "URI"].includes(kind) && name !== undefined) names.push(name);
  }
  return names;
}

/** Nothing for what cannot be read: it is the peer's text, and must not end the process. */
function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}
