/**
 * `TlsOptions`, checked before anything is opened, and said in Node's words.
 *
 * Invariant: whatever is wrong with our own certificate, key or authorities is found here, not in a handshake.
 * Knows nothing of peers: whether one is welcome is decided in `tls-peer.ts`.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { SwitchyardError } from "../core/errors.ts";
import { shown } from "./location.ts";
import type { TlsOptions } from "./transport.ts";

/** What a peer has to show. */
export interface Expectation {
  readonly isCertificateRequired: boolean;
  /** Fingerprints, as `PeerCertificate` has them. */
  readonly pins: ReadonlySet<string> | undefined;
}

const versions: readonly unknown[] = [undefined, "TLSv1.2", "TLSv1.3"];

/** @throws SwitchyardError `BAD_ARGUMENT`, `BAD_CERTIFICATE` */
export function credentialsOf(location: URL, tls: TlsOptions): SecureContextOptions {
  if (!versions.includes(tls.minVersion)) {
    throw badArgument(location, "has a tls.minVersion that is neither TLSv1.2 nor TLSv1.3");
  }
  const ca = tls.ca === undefined ? undefined : checkedAuthorities(location, tls.ca);
  checkPair(location, tls);
  const credentials: SecureContextOptions = {
    minVersion: tls.minVersion ?? "TLSv1.3",
    maxVersion: "TLSv1.3",
    ...(ca === undefined ? {} : { ca }),
    ...(tls.cert === undefined ? {} : { cert: pem(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: pem(tls.key) }),
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
  };
  attempt(location, "the certificate, key or authorities", () => createSecureContext(credentials)); // as weak keys are
  return credentials;
}

/** @throws SwitchyardError `BAD_ARGUMENT` for what makes no sense when listening */
export function expectationOf(location: URL, tls: TlsOptions): Expectation {
  const isCertificateRequired = tls.requireClientCert === true;
  if (tls.insecureSkipVerify === true) {
    throw badArgument(
      location,
      "has tls.insecureSkipVerify, which is for connecting; leave out requireClientCert here",
    );
  }
  if (tls.cert === undefined || tls.key === undefined) {
    throw badArgument(location, "needs tls.cert and tls.key to listen with");
  }
  if (isCertificateRequired && (tls.ca === undefined || listOf(tls.ca).length === 0)) {
    throw badArgument(location, "has tls.requireClientCert, but no tls.ca that says who may sign them");
  }
  if (tls.pins !== undefined && !isCertificateRequired) {
    throw badArgument(location, "has tls.pins, which need tls.requireClientCert where one listens");
  }
  return { isCertificateRequired, pins: pinsOf(location, tls) };
}

/** @throws SwitchyardError `BAD_ARGUMENT` for a pin that is no SHA-256 */
export function pinsOf(location: URL, { pins }: TlsOptions): ReadonlySet<string> | undefined {
  if (pins === undefined) return undefined;
  const plain = pins.map((pin) => pin.replaceAll(":", "").toLowerCase());
  const wrong = plain.findIndex((pin) => !/^[\da-f]{64}$/.test(pin));
  if (wrong >= 0) throw badArgument(location, `has a pin that is no SHA-256 of 64 hex digits (${pins[wrong]})`);
  return new Set(plain);
}

/** Options for TLS are a mistake where there is none: their owner believes that the bytes are protected. */
export function rejectTls(location: URL, tls: TlsOptions | undefined): void {
  if (tls !== undefined) throw badArgument(location, "speaks no TLS, but got options for it; use tls:// or wss://");
}

/** The operating system tells it at once, OpenSSL only in the handshake, or never. */
function checkPair(location: URL, { cert, key, passphrase }: TlsOptions): void {
  if ((cert === undefined) !== (key === undefined)) {
    throw badArgument(location, "has one of tls.cert and tls.key without the other");
  }
  if (cert === undefined || key === undefined) return;
  const parsed = attempt(location, "tls.cert", () => new X509Certificate(pem(cert)));
  const secret = attempt(location, "tls.key", () => privateKey(pem(key), passphrase));
  if (!parsed.checkPrivateKey(secret)) throw badCertificate(location, "tls.key does not belong to tls.cert");
}

function privateKey(key: string | Buffer, passphrase: string | undefined): KeyObject {
  if (!key.includes("ENCRYPTED")) return createPrivateKey({ key, format: "pem" });
  if (passphrase === undefined) throw new Error("its passphrase is missing");
  try {
    return createPrivateKey({ key, format: "pem", passphrase });
  } catch (error) {
    if (isBadDecrypt(error)) throw error;
    // One wrong passphrase in 256 makes bytes that end as those of a key do, and are none.
    throw new Error("the passphrase is wrong, or the key is damaged");
  }
}

/** OpenSSL passes over what it cannot read, which would leave nobody to trust. */
function checkedAuthorities(location: URL, ca: NonNullable<TlsOptions["ca"]>): (string | Buffer)[] {
  const list = listOf(ca).map(pem);
  for (const each of list) attempt(location, "tls.ca", () => new X509Certificate(each));
  return list;
}

function listOf(ca: NonNullable<TlsOptions["ca"]>): readonly (string | Uint8Array)[] {
  return typeof ca === "string" || ca instanceof Uint8Array ? [ca] : ca;
}

function pem(given: string | Uint8Array): string | Buffer {
  return typeof given === "string" ? given : Buffer.from(given.buffer, given.byteOffset, given.byteLength);
}

function attempt<Result>(location: URL, what: string, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    throw badCertificate(location, `${what} cannot be used (${reasonOf(error)})`);
  }
}

/** Without the cause: its details may be of a secret. */
function badCertificate(location: URL, what: string): SwitchyardError {
  return new SwitchyardError("BAD_CERTIFICATE", `${shown(location)}: ${what}`);
}

function badArgument(location: URL, what: string): SwitchyardError {
  return new SwitchyardError("BAD_ARGUMENT", `${shown(location)} ${what}`);
}

function reasonOf(error: unknown): string {
  const { code, reason, message } = error as { readonly [field: string]: unknown };
  if (code === undefined) return String(message); // our own
  if (isBadDecrypt(error)) return "the passphrase is wrong";
  return typeof reason === "string" ? reason : "it is no PEM";
}

function isBadDecrypt(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" && code.endsWith("BAD_DECRYPT");
}
