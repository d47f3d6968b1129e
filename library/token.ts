/**
 * A token: what both sides of a connection know and nobody else does.
 *
 * Invariant: it is never shown: not when it is inspected, not as JSON, not in an error. What goes over the wire is an
 * HMAC-SHA-256 under it, from which it cannot be found out as long as it is made by chance.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { inspect } from "./arrival.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Credentials, Transcript } from "./core/proof.ts";

export class Token implements Credentials {
  readonly #bytes: Uint8Array;

  /** @throws SwitchyardError `BAD_TOKEN` unless it can have 128 bits of chance */
  constructor(token: string | Uint8Array) {
    this.#bytes = checked(token);
  }

  prove(transcript: Transcript): Uint8Array {
    const hmac = createHmac("sha256", this.#bytes);
    const length = Buffer.alloc(4);
    for (const item of transcript) {
      const bytes = typeof item === "string" ? Buffer.from(item) : item;
      length.writeUInt32BE(bytes.length);
      hmac.update(length).update(bytes);
    }
    return new Uint8Array(hmac.digest());
  }

  isProof(transcript: Transcript, proof: Uint8Array): boolean {
    const expected = this.prove(transcript);
    return proof.length === expected.length && timingSafeEqual(proof, expected);
  }

  toJSON(): string {
    return "[token]";
  }

  [inspect](): string {
    return "[token]";
  }
}

/** Its faults are told without a word of it, its length included. */
function checked(token: unknown): Uint8Array {
  if (typeof token === "string") {
    if (token.length < limits.tokenCharacters || token.length > limits.tokenMax) throw bad("of this length");
    return Buffer.from(token);
  }
  if (!(token instanceof Uint8Array)) throw bad(`of type ${typeof token}`);
  if (token.length < limits.tokenBytes || token.length > limits.tokenMax) throw bad("of this length");
  return Uint8Array.from(token);
}

function bad(what: string): SwitchyardError {
  return new SwitchyardError("BAD_TOKEN", `a token ${what}`);
}
