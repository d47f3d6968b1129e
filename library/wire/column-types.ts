/** Types of log columns, from Zeek's words to a signature. */
import { parseColumnType, type ScalarType } from "../core/zeek-log/types.ts";
import type { Column } from "./shape.ts";
import { type FieldCode, maxLength } from "./signature.ts";

const codes: Record<ScalarType, FieldCode> = {
  bool: "b",
  count: "c",
  int: "i",
  double: "d",
  string: "s",
  time: "t",
  interval: "v",
  addr: "a",
  subnet: "u",
  port: "p",
  enum: "e",
};

/** The signature of lines with these columns; `undefined` without any. Types that Zeek does not log tell their own. */
export function signatureOfColumns(columns: readonly Column[]): string | undefined {
  if (columns.length === 0) return undefined;
  const text = columns.map(({ type }) => codeOf(type)).join("");
  return text.length > maxLength ? "?".repeat(columns.length) : text;
}

function codeOf(text: string): string {
  const type = parseColumnType(text);
  if (type === undefined) return "?";
  if (type.kind === "scalar") return codes[type.type];
  return type.kind === "vector" ? `[${codes[type.element]}]` : `{${codes[type.element]}}`;
}
