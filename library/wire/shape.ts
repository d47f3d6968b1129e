/**
 * A shape: what messages of one stream have in common, announced once and then named by a number.
 *
 * For an event that is its name and the types of its arguments; for a log line the log's id, writer and columns. All
 * file writes have one: no name, and a body that is a path and bytes, which never become text.
 */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { Value } from "../core/values/index.ts";
import { areTexts, isIndex, malformed } from "./fields.ts";
import { type Field, FrameKind } from "./frames.ts";
import { mismatch, toPayload } from "./payload.ts";
import { readBody, readFileBody } from "./read-body.ts";
import { fitsFile, fitsSignature } from "./scan-body.ts";
import { type FieldType, parseSignature } from "./signature.ts";

/** A column of a log: its name, and its type in Zeek's words (`addr`, `vector[string]`). */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** What a sender names: the rest follows from the values. */
export interface ShapeName {
  /** The event's name, or the log's id. */
  readonly name: string;
  /** Of a log; empty for an event. */
  readonly writer: string;
  /** Of a log that declared them. */
  readonly columns: readonly Column[];
}

export interface ShapeDefinition extends ShapeName {
  /** Kind of the frames that have it. */
  readonly kind: number;
  readonly signature: string;
}

/** Of every file write: the path, and bytes that stay bytes. */
export const fileSignature = "ss";

export class Shape {
  readonly definition: ShapeDefinition;
  readonly types: readonly FieldType[];
  /** Filled anew for each message: a body is packed before the next one is begun. */
  readonly #body: unknown[];
  readonly #isFile: boolean;

  /** @throws SwitchyardError `BAD_FRAME` when the signature is none */
  constructor(definition: ShapeDefinition) {
    this.definition = definition;
    this.types = parseSignature(definition.signature);
    if (definition.columns.length > 0 && definition.columns.length !== this.types.length) {
      throw new SwitchyardError("BAD_FRAME", `${definition.columns.length} columns for ${this.types.length} types`);
    }
    this.#isFile = definition.kind === FrameKind.file;
    if (this.#isFile && definition.signature !== fileSignature) {
      throw new SwitchyardError("BAD_FRAME", `the signature of a file write is ${fileSignature}`);
    }
    this.#body = new Array<unknown>(this.types.length).fill(null);
  }

  /** The body for these values, or `undefined` when they are not of this shape. Good until the next call. */
  bodyOf(values: readonly Value[]): readonly unknown[] | undefined {
    const { types } = this;
    const body = this.#body;
    if (values.length !== types.length) return undefined;
    for (let i = 0; i < types.length; i++) {
      const payload = toPayload(types[i]!, values[i]!);
      if (payload === mismatch) return undefined;
      body[i] = payload;
    }
    return body;
  }

  /** Is this body, straight from the wire, one of this shape? */
  fits(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#isFile ? fitsFile(bytes, start, end) : fitsSignature(bytes, start, end, this.types);
  }

  /** The values of a body that fits. */
  valuesOf(bytes: Uint8Array, start: number): Value[] {
    return this.#isFile ? readFileBody(bytes, start) : readBody(bytes, start, this.types);
  }
}

/** Shapes by what `sharedShape` is given as their key. */
const shared = new Map<string, Shape>();

/**
 * The shape of that definition: one for all streams of other nodes that have it, for many nodes raise the same few events.
 * `key` tells definitions apart. @throws SwitchyardError `BAD_FRAME` when the signature is none
 */
export function sharedShape(key: string, definition: ShapeDefinition): Shape {
  const known = shared.get(key);
  if (known !== undefined) return known;
  const shape = new Shape(definition);
  if (key.length > limits.sharedShapeCharacters) return shape;
  if (shared.size >= limits.sharedShapes) shared.clear();
  shared.set(key, shape);
  return shape;
}

/** The fields of the frame that announces a shape. */
export function shapeFields(stream: number, index: number, definition: ShapeDefinition): readonly Field[] {
  const { kind, name, signature, writer, columns } = definition;
  return [stream, index, kind, name, signature, writer, columns.flatMap((column) => [column.name, column.type])];
}

/** @throws SwitchyardError `BAD_FRAME` */
export function readShapeFields(fields: readonly Field[]): ShapeDefinition {
  const [, , kind, name, signature, writer, texts] = fields;
  if (!isIndex(kind, 64) || typeof name !== "string" || typeof signature !== "string") throw malformed("shape");
  if (typeof writer !== "string" || !areTexts(texts) || texts.length % 2 !== 0) throw malformed("shape");
  if (texts.length > 2 * limits.messageValues) throw malformed("shape");
  for (const text of [name, writer, ...texts]) if (text.length > limits.topicBytes) throw malformed("shape");
  const columns: Column[] = [];
  for (let i = 0; i < texts.length; i += 2) columns.push({ name: texts[i]!, type: texts[i + 1]! });
  return { kind, name, signature, writer, columns };
}
