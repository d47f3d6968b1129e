/**
 * What a token's proof is made over: all that both sides said of themselves, and which of them says it now.
 *
 * Invariant: two handshakes that differ in anything that matters, or the two sides of one, have different transcripts.
 * So what was overheard proves nothing a second time, nor back to whoever said it. Knows nothing of how a proof is made:
 * that is handed in.
 */
import type { Hello } from "./handshake.ts";

/** Who opened the link, and who listened for it. */
export type Role = "opener" | "listener";

/** Texts stand for their UTF-8; each item goes in behind its length, so that none can be taken for two. */
export type Transcript = readonly (string | Uint8Array)[];

/** Knows the token. */
export interface Credentials {
  prove(transcript: Transcript): Uint8Array;
  /** In a time that says nothing of where a wrong proof is wrong. */
  isProof(transcript: Transcript, proof: Uint8Array): boolean;
}

export interface Spoken {
  readonly opener: Hello;
  readonly listener: Hello;
  readonly version: number;
  /** What the two ends of a TLS session share; empty where there is none. */
  readonly binding: Uint8Array;
}

export function transcriptOf(prover: Role, { opener, listener, version, binding }: Spoken): Transcript {
  return ["switchyard proof 1", prover, String(version), ...itemsOf(opener), ...itemsOf(listener), binding];
}

function itemsOf(hello: Hello): Transcript {
  const { minVersion, maxVersion, name, id, software, features, nonce } = hello;
  return [String(minVersion), String(maxVersion), name, id, software, String(features.length), ...features, nonce];
}
