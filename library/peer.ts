/** The node at the other end of a connection, as `accept` and whoever asks a connection are told. */
import type { Hello } from "./core/handshake.ts";
import type { Identity } from "./core/identity.ts";
import type { Link } from "./transports/transport.ts";

export interface Peer {
  readonly name: string;
  /** Its node life: 32 hex digits. */
  readonly id: string;
  /** Of its software, for people. */
  readonly version: string;
  /** As the transport sees it: `127.0.0.1:5321`. */
  readonly remote: string;
  /** Nobody on the way can read what is said: the link is TLS. */
  readonly isEncrypted: boolean;
  /** What it has proven: its certificate, or else that it has the token. Absent where it was asked for neither. */
  readonly identity?: Identity;
}

/** Characters of a software's name that are kept. */
const softwareCharacters = 64;

export function peerOf({ name, id, software, hasToken }: Hello, { remote, security }: Link): Peer {
  const identity = identityOf(security?.certificate, hasToken);
  return {
    ...{ name, id, version: software.slice(0, softwareCharacters), remote },
    isEncrypted: security !== undefined,
    ...(identity !== undefined && { identity }),
  };
}

/** A handshake in which the peer says that it has a token ends unless it proves it. */
function identityOf(
  certificate: NonNullable<Link["security"]>["certificate"],
  hasToken: boolean,
): Identity | undefined {
  if (certificate === undefined) return hasToken ? { kind: "token" } : undefined;
  const { subject, names, fingerprint } = certificate;
  return { kind: "certificate", subject, names, fingerprint };
}
