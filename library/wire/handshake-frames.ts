/** The handshake's messages as frames. Fields that a later version adds at the end are passed over. */
import { type FailureCode, failures } from "../core/errors.ts";
import type { HandshakeMessage, Hello } from "../core/handshake.ts";
import { areTexts, isIndex, malformed } from "./fields.ts";
import { type ControlFrame, type Field, FrameKind } from "./frames.ts";

export function writeHandshake(message: HandshakeMessage): ControlFrame {
  if (message.kind === "hello") {
    const { minVersion, maxVersion, name, id, software, features } = message.hello;
    return { kind: FrameKind.hello, fields: [minVersion, maxVersion, name, id, software, features] };
  }
  if (message.kind === "welcome") return { kind: FrameKind.welcome, fields: [message.version] };
  if (message.kind === "reject") return { kind: FrameKind.reject, fields: [message.code, message.reason] };
  return { kind: FrameKind.ready, fields: [] };
}

/** `undefined` for a frame of another kind. @throws SwitchyardError `BAD_FRAME` */
export function readHandshake({ kind, fields }: ControlFrame): HandshakeMessage | undefined {
  if (kind === FrameKind.hello) return { kind: "hello", hello: readHello(fields) };
  if (kind === FrameKind.ready) return { kind: "ready" };
  if (kind === FrameKind.welcome) {
    const [version] = fields;
    if (!isIndex(version)) throw malformed("welcome");
    return { kind: "welcome", version };
  }
  return kind === FrameKind.reject ? readReject(fields) : undefined;
}

function readHello([minVersion, maxVersion, name, id, software, features]: readonly Field[]): Hello {
  if (!isIndex(minVersion) || !isIndex(maxVersion)) throw malformed("hello");
  if (typeof name !== "string" || typeof id !== "string" || typeof software !== "string") throw malformed("hello");
  if (!areTexts(features)) throw malformed("hello");
  return { minVersion, maxVersion, name, id, software: software.slice(0, 64), features };
}

/** A code that we do not know is a refusal like any other. */
function readReject([code, reason]: readonly Field[]): HandshakeMessage {
  if (typeof code !== "string" || typeof reason !== "string") throw malformed("reject");
  const known = Object.hasOwn(failures, code) ? (code as FailureCode) : "REJECTED";
  return { kind: "reject", code: known, reason: reason.slice(0, 256) };
}
