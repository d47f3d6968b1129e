/**
 * From what Node and OpenSSL say of a TLS handshake to our codes: the one table for both ends.
 *
 * Knows nothing of sockets. What says nothing about TLS has no entry: then it is the operating system's business.
 */
import type { FailureCode } from "../core/errors.ts";

/** Why a certificate was not verified: what the end that looked at it found. */
const verification: Readonly<Record<string, FailureCode>> = {
  CERT_HAS_EXPIRED: "CERT_EXPIRED",
  CERT_NOT_YET_VALID: "CERT_NOT_YET_VALID",
  DEPTH_ZERO_SELF_SIGNED_CERT: "CERT_SELF_SIGNED",
  SELF_SIGNED_CERT_IN_CHAIN: "CERT_UNTRUSTED",
  UNABLE_TO_GET_ISSUER_CERT: "CERT_UNTRUSTED",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "CERT_UNTRUSTED",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "CERT_UNTRUSTED",
  CERT_SIGNATURE_FAILURE: "CERT_UNTRUSTED",
  CERT_UNTRUSTED: "CERT_UNTRUSTED",
  CERT_REJECTED: "CERT_UNTRUSTED",
  CERT_REVOKED: "CERT_UNTRUSTED",
  CERT_CHAIN_TOO_LONG: "CERT_UNTRUSTED",
  INVALID_CA: "CERT_UNTRUSTED",
  INVALID_PURPOSE: "CERT_UNTRUSTED",
  PATH_LENGTH_EXCEEDED: "CERT_UNTRUSTED",
  HOSTNAME_MISMATCH: "CERT_WRONG_NAME",
  ERR_TLS_CERT_ALTNAME_INVALID: "CERT_WRONG_NAME",
  ERR_TLS_CERT_ALTNAME_FORMAT: "CERT_WRONG_NAME",
};

/** What the other end said by an alert before it hung up; OpenSSL names each after the version that brought it. */
const alerts: readonly (readonly [ending: string, code: FailureCode])[] = [
  ["ALERT_CERTIFICATE_REQUIRED", "CERT_REQUIRED"],
  ["PEER_DID_NOT_RETURN_A_CERTIFICATE", "CERT_REQUIRED"],
  ["ALERT_NO_CERTIFICATE", "CERT_REQUIRED"],
  ["ALERT_CERTIFICATE_EXPIRED", "CERT_EXPIRED"],
  ["ALERT_UNKNOWN_CA", "CERT_UNTRUSTED"],
  ["ALERT_BAD_CERTIFICATE", "CERT_UNTRUSTED"],
  ["ALERT_CERTIFICATE_UNKNOWN", "CERT_UNTRUSTED"],
  ["ALERT_CERTIFICATE_REVOKED", "CERT_UNTRUSTED"],
  ["ALERT_UNSUPPORTED_CERTIFICATE", "CERT_UNTRUSTED"],
  ["ALERT_ACCESS_DENIED", "CERT_UNTRUSTED"],
  ["ALERT_PROTOCOL_VERSION", "TLS_VERSION"],
  ["UNSUPPORTED_PROTOCOL", "TLS_VERSION"],
  ["VERSION_TOO_LOW", "TLS_VERSION"],
  ["NO_PROTOCOLS_AVAILABLE", "TLS_VERSION"],
  ["WRONG_VERSION_NUMBER", "NOT_TLS"], // that of a record: the bytes are none
  ["PACKET_LENGTH_TOO_LONG", "NOT_TLS"],
  ["RECORD_TOO_SMALL", "NOT_TLS"],
  ["HTTP_REQUEST", "NOT_TLS"],
  ["HTTPS_PROXY_REQUEST", "NOT_TLS"],
];

/** Whatever a verification says that is not in the table is no reason to trust. */
export function verificationFailure(error: unknown): FailureCode {
  return verification[String(error)] ?? "CERT_UNTRUSTED";
}

/** Our code for an error; nothing for one that TLS has no part in. */
export function tlsFailureOf(error: unknown): FailureCode | undefined {
  const name = nameOf(error);
  const found = verification[name] ?? alerts.find(([ending]) => name.endsWith(ending))?.[1];
  return found ?? (/^ERR_(?:SSL|TLS|OSSL)_/.test(name) ? "TLS_FAILED" : undefined);
}

/** Where a write was under way, Node has `EPROTO` in the place of the name, which is only in the text then. */
function nameOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code !== "EPROTO") return typeof code === "string" ? code : "";
  const [, reason = "failure"] = /:SSL routines:[^:]*:([^:]+):/.exec(String(message)) ?? [];
  return `ERR_SSL_${reason.toUpperCase().replaceAll(" ", "_")}`;
}
