/** The vectors of docs/wire-vectors: what is in them, and how each is packed. */
import type { Hello } from "../../../library/core/handshake.ts";
import { type Role, transcriptOf } from "../../../library/core/proof.ts";
import { formatValue, parseValue, type Value } from "../../../library/core/values/index.ts";
import { Token } from "../../../library/token.ts";
import { Arena } from "../../../library/wire/codec.ts";
import { type Field, FrameKind, routing } from "../../../library/wire/frames.ts";
import { writeHandshake } from "../../../library/wire/handshake-frames.ts";
import { Shape } from "../../../library/wire/shape.ts";
import { signatureOf } from "../../../library/wire/signature.ts";
import { wireTimeOf } from "../../../library/wire/time.ts";
import { bytesOf, hexOf, packBody } from "./bodies.ts";

export interface FrameVector {
  readonly name: string;
  readonly kind: number;
  readonly fields: readonly Field[];
}

export interface MessageVector {
  readonly name: string;
  readonly kind: number;
  readonly hops: number;
  readonly shape: number;
  readonly stream: number;
  readonly sequence: number;
  /** Both, and the values, in the text form of docs/values.md. */
  readonly time: string;
  readonly signature: string;
  readonly values: readonly string[];
}

export interface ValueVector {
  readonly value: string;
  readonly signature: string;
}

const alpha = "a1".repeat(16);
const beta = "b2".repeat(16);
const gamma = "c3".repeat(16);
const columns = ["ts", "time", "id.orig_h", "addr", "service", "set[string]"];

/** Both sides of the handshake that is shown. */
const usual = { minVersion: 1, maxVersion: 1, software: "switchyard 1.0.0", features: [], hasToken: true };
const helloOfAlpha: Hello = { ...usual, name: "alpha", id: alpha, nonce: Uint8Array.from({ length: 32 }, (_, i) => i) };
const helloOfBeta: Hello = { ...usual, name: "beta", id: beta, nonce: helloOfAlpha.nonce.map((byte) => byte + 32) };

/** The token of the proofs that are shown. */
export const exampleToken = "0123456789abcdef0123456789abcdef";

function proofOf(prover: Role): Uint8Array {
  const spoken = { opener: helloOfAlpha, listener: helloOfBeta, version: 1, binding: new Uint8Array(0) };
  return new Token(exampleToken).prove(transcriptOf(prover, spoken));
}

export const frameVectors: readonly FrameVector[] = [
  { name: "hello", ...writeHandshake({ kind: "hello", hello: helloOfAlpha }) },
  { name: "hello, of the listener", ...writeHandshake({ kind: "hello", hello: helloOfBeta }) },
  {
    name: "hello, of a node that knows no tokens",
    kind: FrameKind.hello,
    fields: [1, 1, "gamma", gamma, "tiny 0.1", []],
  },
  { name: "proof", kind: FrameKind.proof, fields: [proofOf("opener")] },
  { name: "proof, of the listener", kind: FrameKind.proof, fields: [proofOf("listener")] },
  { name: "welcome", kind: FrameKind.welcome, fields: [1] },
  { name: "reject", kind: FrameKind.reject, fields: ["REJECTED", "beta is not let in"] },
  { name: "ready", kind: FrameKind.ready, fields: [] },
  { name: "ping", kind: FrameKind.ping, fields: [] },
  { name: "pong", kind: FrameKind.pong, fields: [] },
  { name: "bye", kind: FrameKind.bye, fields: [] },
  { name: "bye, with a reason", kind: FrameKind.bye, fields: ["FORBIDDEN", 'alpha may not publish "zeek.conn"'] },
  { name: "interest, told", kind: FrameKind.interest, fields: [[alpha, "zeek.*", [alpha]]] },
  { name: "interest, passed on", kind: FrameKind.interest, fields: [[alpha, "zeek.*", [alpha, beta]]] },
  { name: "interest, withdrawn", kind: FrameKind.interest, fields: [[alpha, "zeek.*"]] },
  { name: "interest, lost", kind: FrameKind.interest, fields: [[alpha, "zeek.*", null]] },
  { name: "barrier", kind: FrameKind.barrier, fields: [`${alpha}-0`, 1] },
  { name: "passed", kind: FrameKind.passed, fields: [`${alpha}-0`, 3] },
  { name: "stream", kind: FrameKind.stream, fields: [5, gamma, "gamma", "zeek.conn", 2, 7, false] },
  {
    name: "stream, of what must arrive",
    kind: FrameKind.stream,
    fields: [6, gamma, "gamma", "zeek.conn", 3, 8, true],
  },
  { name: "shape, of an event", kind: FrameKind.shape, fields: [5, 0, FrameKind.event, "opened", "csad", "", []] },
  {
    name: "shape, of a log",
    kind: FrameKind.shape,
    fields: [6, 0, FrameKind.log, "Conn::LOG", "ta{s}", "Log::WRITER_ASCII", columns],
  },
  { name: "shape, of file writes", kind: FrameKind.shape, fields: [6, 3, FrameKind.file, "", "ss", "", []] },
  { name: "shape, of a question", kind: FrameKind.shape, fields: [5, 4, FrameKind.question, "who", "ccs", "", []] },
  { name: "ask", kind: FrameKind.ask, fields: [`${alpha}-1`, ".switchyard.nodes", 1, 1000] },
  { name: "answer", kind: FrameKind.answer, fields: [`${alpha}-1`, 1, `{"name":"beta","id":"${beta}"}`] },
  {
    name: "reply",
    kind: FrameKind.reply,
    fields: [gamma, 3_735_928_559, 0, beta, "beta", "here", "ts", bytesOf("92d3151eeaa57deab2f8a3796573")],
  },
  { name: "acknowledge", kind: FrameKind.acknowledge, fields: [[gamma, 3, alpha, 9, false]] },
  {
    name: "resend, of nothing",
    kind: FrameKind.resend,
    fields: [alpha, 1, gamma, "gamma", "zeek.conn", 3, 9, null],
  },
  { name: "dropped", kind: FrameKind.dropped, fields: [[5, 12, false]] },
];

const time = "2018-03-24T17:15:20.600843Z";

export const messageVectors: readonly MessageVector[] = [
  {
    ...{ name: "event", kind: FrameKind.event, hops: 0, shape: 0, stream: 5, sequence: 7, time },
    ...{ signature: "csad", values: ["42", '"Cx1"', "10.0.0.1", "0.5"] },
  },
  {
    ...{ name: "event, one hop on", kind: FrameKind.event, hops: 1, shape: 0, stream: 9, sequence: 7, time },
    ...{ signature: "csad", values: ["42", '"Cx1"', "10.0.0.1", "0.5"] },
  },
  {
    ...{ name: "log line", kind: FrameKind.log, hops: 0, shape: 0, stream: 6, sequence: 8, time },
    ...{ signature: "ta{s}", values: [time, "[2001:db8::1]", '{"dns", "http"}'] },
  },
  {
    ...{ name: "question", kind: FrameKind.question, hops: 0, shape: 4, stream: 5, sequence: 10, time },
    ...{ signature: "ccs", values: ["3735928559", "5000", '"zeek"'] },
  },
  {
    ...{ name: "file write", kind: FrameKind.file, hops: 0, shape: 3, stream: 6, sequence: 9, time },
    ...{ signature: "ss", values: ['"logs/dns.log"', '"\\x89PNG\\xff"'] },
  },
  {
    ...{
      name: "event, of no values",
      kind: FrameKind.event,
      hops: 0,
      shape: 2,
      stream: 5,
      sequence: 4_294_967_295,
      time,
    },
    ...{ signature: "", values: [] },
  },
];

/** One of each type, and whatever is sent in a way of its own. */
export const valueTexts: readonly string[] = [
  ...["-", "T", "F"],
  ...["0", "127", "128", "255", "65536", "4294967295", "4294967296", "9007199254740993", "18446744073709551615"],
  ...["+0", "-1", "-32", "-33", "-2147483648", "-2147483649", "+9223372036854775807", "-9223372036854775808"],
  ...["0.0", "-0.0", "1.0", "-1.0", "0.5", "4294967296.0", "inf", "-inf", "nan", "1e-310"],
  ...['""', '"dns"', '"hé🚦"', '"\\xff\\x00"', '"\ufefftext"'],
  ...["1970-01-01T00:00:00Z", "2018-03-24T17:15:20.600843001Z", "1969-12-31T23:59:59.999999999Z"],
  ...["0 secs", "250 msecs", "-0.001 usecs", "1 day"],
  ...["0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "2001:db8::1"],
  ...["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"],
  ...["53/udp", "443/tcp", "8/icmp", "0/unknown"],
  ...["tcp", "Notice::LOG"],
  ...["[]", "[1, 2]", "[1, -]", '[1, "one"]', '[["a"], ["b"]]'],
  ...['{"a", "b"}', "{1, -}", "{}", "{10.0.0.0/8}"],
  ...['{"a" -> 1}', "{->}", '{[1, "b"] -> {53/udp}, [2, "c"] -> {}}', '{1 -> 0.5, 2 -> "text"}'],
];

export function packFrame({ kind, fields }: FrameVector): string {
  const arena = new Arena();
  arena.control({ kind, fields });
  return hexOf(arena.bytes.subarray(arena.start, arena.end));
}

export function packMessage(vector: MessageVector): string {
  const { kind, hops, shape, stream, sequence, signature, values } = vector;
  const when = parseValue(vector.time) as Extract<Value, { kind: "time" }>;
  const body = new Shape({ kind, name: "", signature, writer: "", columns: [] }).bodyOf(values.map(parseValue));
  if (body === undefined) throw new Error(`${vector.name} does not have the signature ${signature}`);
  const arena = new Arena();
  arena.message(kind, body, shape, stream, sequence, wireTimeOf(when));
  arena.bytes[arena.start + routing.hops] = hops;
  return hexOf(arena.bytes.subarray(arena.start, arena.end));
}

/** The body of a message with this value alone, of the signature that it has and telling its own. */
export function packValue(text: string): ValueVector & { readonly body: string; readonly bodyTold: string } {
  const value = parseValue(text);
  const signature = signatureOf(value);
  return {
    value: formatValue(value),
    signature,
    body: hexOf(packBody([value], signature)!),
    bodyTold: hexOf(packBody([value], "?")!),
  };
}
