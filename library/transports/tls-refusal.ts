/**
 * How a TLS listener says why it turns a peer away.
 *
 * In TLS 1.3 a client is done before the server has seen its certificate, and Node can send no alert of its own. So the
 * reason is the first and only thing that goes over the session: a short line, which no node would begin with.
 * Knows nothing of when a peer is turned away.
 */
import type { FailureCode } from "../core/errors.ts";

/** What one end may learn of its own certificate from the other. */
const codes: readonly FailureCode[] = [
  "CERT_REQUIRED",
  "CERT_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_UNTRUSTED",
  "CERT_SELF_SIGNED",
  "CERT_NOT_PINNED",
];

export const refusalHeader = "switchyard-refusal";

export function refusalLine(code: FailureCode): string {
  return `${refusalHeader}: ${code}\n`;
}

/** The code that a word stands for, if it is one that can be. */
export function certificateCode(word: string): FailureCode | undefined {
  return codes.find((code) => code === word);
}

/** What the first bytes from a listener say; nothing where they are something else. A line is never cut: it is one record. */
export function refusalIn(chunk: Uint8Array): FailureCode | undefined {
  if (chunk.length > 64) return undefined;
  const [, word = ""] = /^switchyard-refusal: ([A-Z_]+)\n$/.exec(Buffer.from(chunk).toString("latin1")) ?? [];
  return certificateCode(word);
}
