/**
 * Finds the texts in a source file, and what each is used for.
 *
 * Read from the syntax tree, so that comments and regular expressions are no texts.
 */
import { parseAst } from "vitest/node";

export interface Literal {
  /** The parts of a template that are computed are `{}`. */
  readonly text: string;
  /** `l10n.t` for the first argument of such a call, `why:` for a property; empty for anything else. */
  readonly use: string;
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

export function literalsOf(source: string): readonly Literal[] {
  return [...walk(parseAst(source, { lang: "ts" }) as unknown as Node, "")];
}

function* walk(node: Node, use: string): Generator<Literal> {
  const text = textOf(node);
  if (text !== undefined) yield { text, use };
  for (const [field, value] of Object.entries(node)) {
    const children = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    for (const [index, child] of children.entries()) {
      if (isNode(child)) yield* walk(child, useOf(node, field, index));
    }
  }
}

function useOf(parent: Node, field: string, index: number): string {
  if (parent.type === "CallExpression" && field === "arguments" && index === 0) return nameOf(parent["callee"]);
  if (parent.type === "Property" && field === "value") return `${nameOf(parent["key"])}:`;
  return "";
}

function textOf(node: Node): string | undefined {
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral") return undefined;
  const quasis = node["quasis"] as readonly { readonly value: { readonly raw: string } }[];
  return quasis.map(({ value }) => value.raw).join("{}");
}

/** `a` or `a.b`. */
function nameOf(node: unknown): string {
  if (!isNode(node)) return "";
  if (node.type === "Identifier") return String(node["name"]);
  return node.type === "MemberExpression" ? `${nameOf(node["object"])}.${nameOf(node["property"])}` : "";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
