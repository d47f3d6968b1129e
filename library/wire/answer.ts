/**
 * A survey's answer on the wire: the fields of a `reply`, which goes back from neighbour to neighbour.
 *
 * The answer's time and values are a body of their own, checked against its signature at every node as a message's is,
 * and otherwise left alone on the way.
 */
import { SwitchyardError } from "../core/errors.ts";
import { isNodeId, isNodeName } from "../core/handshake.ts";
import { limits } from "../core/limits.ts";
import type { Origin } from "../core/origin.ts";
import { Time, type Value } from "../core/values/index.ts";
import { Arena } from "./codec.ts";
import { isIndex, malformed } from "./fields.ts";
import { type Field, FrameKind, header } from "./frames.ts";
import { readBody } from "./read-body.ts";
import { Shape } from "./shape.ts";
import { parseSignature, signatureBehind } from "./signature.ts";

export interface WireAnswer {
  /** Id of the node that asks. */
  readonly asker: string;
  readonly survey: number;
  /** Connections crossed before this one. */
  readonly hops: number;
  /** Who answers. */
  readonly node: Origin;
  readonly name: string;
  readonly signature: string;
  /** An array of the time and the values. */
  readonly body: Uint8Array;
}

/** Type of what comes before the values: the time. */
const lead = "t";
const leadTypes = parseSignature(lead);

const arena = new Arena();

/** @throws SwitchyardError `TOO_LARGE`, `TOO_MANY` */
export function packAnswer(
  name: string,
  time: Time,
  values: readonly Value[],
): Pick<WireAnswer, "name" | "signature" | "body"> {
  if (lead.length + values.length > limits.messageValues) {
    throw new SwitchyardError("TOO_MANY", `${values.length} values of an answer`);
  }
  const signature = signatureBehind(lead, values);
  const shape = shapeOf(signature);
  arena.control({ kind: FrameKind.reply, fields: shape.bodyOf([time, ...values]) as readonly Field[] });
  const end = arena.end - arena.bytes[arena.start + header.padding]!;
  const body = Uint8Array.from(arena.bytes.subarray(arena.start + header.bytes, end));
  if (!shape.fits(body, 0, body.length)) {
    throw new SwitchyardError("TOO_MANY", `an answer of more than ${limits.valueElements} elements`);
  }
  return { name, signature, body };
}

export function answerFields({ asker, survey, hops, node, name, signature, body }: WireAnswer): readonly Field[] {
  return [asker, survey, hops, node.id, node.name, name, signature, body];
}

/** @throws SwitchyardError `BAD_FRAME` */
export function readAnswer(fields: readonly Field[]): WireAnswer {
  const [asker, survey, hops, id, nodeName, name, signature, body] = fields;
  if (!isNodeId(asker) || !isIndex(survey, 2 ** 32) || !isIndex(hops, 256)) throw malformed("reply");
  if (!isNodeId(id) || typeof nodeName !== "string" || !isNodeName(nodeName)) throw malformed("reply");
  if (typeof name !== "string" || name === "" || name.length > limits.topicBytes) throw malformed("reply");
  if (typeof signature !== "string" || !(body instanceof Uint8Array)) throw malformed("reply");
  const answer: WireAnswer = { asker, survey, hops, node: { id, name: nodeName }, name, signature, body };
  if (!signature.startsWith(lead) || !shapeOf(signature).fits(body, 0, body.length)) throw malformed("reply");
  if (readBody(body, 0, leadTypes)[0] === null) throw malformed("reply"); // it has a time
  return answer;
}

/** Of an answer that `readAnswer` gave. */
export function valuesOf({ signature, body }: WireAnswer): { readonly time: Time; readonly values: readonly Value[] } {
  const [time, ...values] = shapeOf(signature).valuesOf(body, 0);
  if (!(time instanceof Time)) throw malformed("reply");
  return { time, values };
}

function shapeOf(signature: string): Shape {
  return new Shape({ kind: FrameKind.reply, name: "", signature, writer: "", columns: [] });
}
