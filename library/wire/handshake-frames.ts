/** The handshake's messages and the last word as frames. Fields that a later version adds at the end are passed over. */
import type { FailureCode } from "../core/errors.ts";
import { shownText } from "../core/foreign-text.ts";
import { type HandshakeMessage, type Hello, nonceBytes } from "../core/handshake.ts";
import { limits } from "../core/limits.ts";
import { areTexts, isIndex, malformed } from "./fields.ts";
import { type ControlFrame, type Field, FrameKind } from "./frames.ts";

export function writeHandshake(message: HandshakeMessage): ControlFrame {
  if (message.kind === "hello") {
    const { minVersion, maxVersion, name, id, software, features, nonce, hasToken } = message.hello;
    return {
      kind: FrameKind.hello,
      fields: [minVersion, maxVersion, name, id, software, features, nonce, hasToken],
    };
  }
  if (message.kind === "proof") return { kind: FrameKind.proof, fields: [message.proof] };
  if (message.kind === "welcome") return { kind: FrameKind.welcome, fields: [message.version] };
  if (message.kind === "reject") return { kind: FrameKind.reject, fields: [message.code, message.reason] };
  return { kind: FrameKind.ready, fields: [] };
}

/** `undefined` for a frame of another kind. @throws SwitchyardError `BAD_FRAME` */
export function readHandshake({ kind, fields }: ControlFrame): HandshakeMessage | undefined {
  if (kind === FrameKind.hello) return { kind: "hello", hello: readHello(fields) };
  if (kind === FrameKind.ready) return { kind: "ready" };
  if (kind === FrameKind.proof) {
    const [proof] = fields;
    if (!(proof instanceof Uint8Array)) throw malformed("proof");
    return { kind: "proof", proof };
  }
  if (kind === FrameKind.welcome) {
    const [version] = fields;
    if (!isIndex(version)) throw malformed("welcome");
    return { kind: "welcome", version };
  }
  return kind === FrameKind.reject ? readReject(fields) : undefined;
}

/** Without a nonce and without a word of a token: from a node that knows of none. */
function readHello(fields: readonly Field[]): Hello {
  const [minVersion, maxVersion, name, id, software, features, nonce = null, hasToken = false] = fields;
  if (!isIndex(minVersion) || !isIndex(maxVersion)) throw malformed("hello");
  if (typeof name !== "string" || typeof id !== "string" || typeof software !== "string") throw malformed("hello");
  if (!areTexts(features) || typeof hasToken !== "boolean") throw malformed("hello");
  if (nonce !== null && (!(nonce instanceof Uint8Array) || nonce.length !== nonceBytes)) throw malformed("hello");
  const kept = nonce === null ? new Uint8Array(0) : Uint8Array.from(nonce); // not a view of the chunk
  return { minVersion, maxVersion, name, id, software, features, nonce: kept, hasToken };
}

function readReject([code, reason]: readonly Field[]): HandshakeMessage {
  if (typeof code !== "string" || typeof reason !== "string") throw malformed("reject");
  return { kind: "reject", code: codeOf(code, "REJECTED"), reason: shownText(reason, limits.reasonCharacters) };
}

/** Why the connection is closed. */
export interface Farewell {
  readonly code: FailureCode;
  /** A sentence without the code's own advice. */
  readonly reason: string;
}

export function writeFarewell({ code, reason }: Farewell): ControlFrame {
  return { kind: FrameKind.bye, fields: [code, reason.slice(0, limits.reasonCharacters)] };
}

/** `undefined`: in good order. @throws SwitchyardError `BAD_FRAME` */
export function readFarewell([code, reason = ""]: readonly Field[]): Farewell | undefined {
  if (code === undefined) return undefined;
  if (typeof code !== "string" || typeof reason !== "string") throw malformed("bye");
  return { code: codeOf(code, "PEER_LOST"), reason: shownText(reason, limits.reasonCharacters) };
}

/** What a peer can have to say against us; others are its own affair, or mean something else at our side. */
const codesOfPeers: ReadonlySet<string> = new Set<FailureCode>([
  ...(["REJECTED", "VERSION_MISMATCH", "SELF_CONNECTION", "TOKEN_REQUIRED", "WRONG_TOKEN", "NAME_TAKEN"] as const),
  ...(["FORBIDDEN", "BAD_FRAME", "BAD_TOPIC", "BAD_PATTERN", "TOO_MANY", "TOO_LARGE"] as const),
  ...(["TIMED_OUT", "PEER_SILENT", "PEER_SLOW"] as const),
]);

function codeOf(code: string, otherwise: FailureCode): FailureCode {
  return codesOfPeers.has(code) ? (code as FailureCode) : otherwise;
}
