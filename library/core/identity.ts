/**
 * Who a peer is, beyond what it says of itself.
 *
 * Invariant: whatever is here was proven before anybody sees it: a certificate by TLS, a token by the handshake.
 * Knows nothing of how either is checked.
 */

/** Proven by a certificate that TLS has verified, or else by the token that both sides have. */
export type Identity =
  | {
      readonly kind: "certificate";
      readonly subject: string;
      /** Host names, addresses and URIs that the certificate is made out to. */
      readonly names: readonly string[];
      /** SHA-256 of the whole certificate: 64 lower-case hex digits. */
      readonly fingerprint: string;
    }
  | { readonly kind: "token" };

/** Without a certificate or token there is no identity: such peers are alike. Whoever has the token is alike, too. */
export function isSameIdentity(a: Identity | undefined, b: Identity | undefined): boolean {
  if (a?.kind !== b?.kind) return false;
  return a?.kind !== "certificate" || b?.kind !== "certificate" || a.fingerprint === b.fingerprint;
}

/**
 * Names in use, and by whom: a name is one identity's for as long as any connection of it holds it.
 *
 * Invariant: all holders of a name are of one identity. A node that starts again is let in beside the connection of its
 * former life, which nobody knows to be dead yet.
 */
export class NamesInUse {
  readonly #holders = new Map<string, { readonly identity: Identity | undefined; readonly holders: Set<unknown> }>();

  /** False: somebody else has it. Claiming twice is harmless. */
  claim(name: string, identity: Identity | undefined, holder: unknown): boolean {
    const known = this.#holders.get(name);
    if (known === undefined) {
      this.#holders.set(name, { identity, holders: new Set([holder]) });
      return true;
    }
    if (!isSameIdentity(known.identity, identity)) return false;
    known.holders.add(holder);
    return true;
  }

  release(name: string, holder: unknown): void {
    const known = this.#holders.get(name);
    if (known?.holders.delete(holder) === true && known.holders.size === 0) this.#holders.delete(name);
  }
}
