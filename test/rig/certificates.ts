/**
 * Certificates for tests, made when they are needed and kept nowhere.
 *
 * Every authority is a fresh one, so that no key of this project is worth anything.
 */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

cryptoProvider.set(webcrypto as Crypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;

/** As `TlsOptions` take them. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate: 64 hex digits. */
  readonly fingerprint: string;
}

export interface Wanted {
  readonly name?: string;
  /** DNS names, addresses and URIs. Default: localhost and the loopback addresses. */
  readonly names?: readonly JsonGeneralName[];
  /** In days from now. Default: yesterday to in a month. */
  readonly fromDays?: number;
  readonly toDays?: number;
}

export interface Authority {
  /** Its own certificate, as PEM. */
  readonly ca: string;
  issue(wanted?: Wanted): Promise<Identity>;
}

const loopback: readonly JsonGeneralName[] = [
  { type: "dns", value: "localhost" },
  { type: "ip", value: "127.0.0.1" },
  { type: "ip", value: "::1" },
];

let count = 0;

export async function makeAuthority(name = "authority"): Promise<Authority> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...common({}),
    name: `CN=${name}`,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    ca: certificate.toString("pem"),
    issue: async (wanted = {}) => {
      const own = await makeKeys();
      const issued = await X509CertificateGenerator.create({
        ...common(wanted),
        subject: `CN=${wanted.name ?? "node"}`,
        issuer: certificate.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: extensionsOf(wanted),
      });
      return identityOf(issued, own);
    },
  };
}

export async function makeSelfSigned(wanted: Wanted = {}): Promise<Identity> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...common(wanted),
    name: `CN=${wanted.name ?? "node"}`,
    keys,
    extensions: extensionsOf(wanted),
  });
  return identityOf(certificate, keys);
}

function common({ fromDays = -1, toDays = 30 }: Wanted) {
  return {
    serialNumber: (++count).toString(16).padStart(4, "0"),
    notBefore: new Date(Date.now() + fromDays * dayMs),
    notAfter: new Date(Date.now() + toDays * dayMs),
    signingAlgorithm: algorithm,
  };
}

function extensionsOf({ names = loopback }: Wanted) {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    new SubjectAlternativeNameExtension([...names]),
  ];
}

function makeKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

async function identityOf(certificate: X509Certificate, { privateKey }: CryptoKeyPair): Promise<Identity> {
  const secret = await webcrypto.subtle.exportKey("pkcs8", privateKey as webcrypto.CryptoKey);
  const thumbprint = await certificate.getThumbprint("SHA-256");
  return {
    cert: certificate.toString("pem"),
    key: PemConverter.encode(secret, "PRIVATE KEY"),
    fingerprint: Buffer.from(thumbprint).toString("hex"),
  };
}
