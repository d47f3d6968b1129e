/** Types of log columns, from Zeek's words to a signature. */
import { parseColumnType } from "../core/zeek-log/types.ts";
import type { Column } from "./shape.ts";
import { codeOfType, maxLength } from "./signature.ts";

/** The signature of lines with these columns; `undefined` without any. Types that Zeek does not log tell their own. */
export function signatureOfColumns(columns: readonly Column[]): string | undefined {
  if (columns.length === 0) return undefined;
  const text = columns.map(({ type }) => codeOf(type)).join("");
  return text.length > maxLength ? "?".repeat(columns.length) : text;
}

function codeOf(text: string): string {
  const type = parseColumnType(text);
  if (type === undefined) return "?";
  if (type.kind === "scalar") return codeOfType[type.type];
  return type.kind === "vector" ? `[${codeOfType[type.element]}]` : `{${codeOfType[type.element]}}`;
}
