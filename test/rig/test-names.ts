/**
 * The names of the tests in a file, as far as they stand in it: of templates what is fixed.
 *
 * Read from the syntax tree, so that a comment names no test. Knows nothing of what names mean.
 */
import { parseAst } from "vitest/node";
import { isNode, type Node, nameOf, nodes, type Source } from "./source.ts";

/** What takes the name of a test first, our own helpers included. */
const namers: ReadonlySet<string> = new Set(["it", "test", "describe", "simulate", "cases", "killing"]);

export function namesOfTests({ path, text }: Source): readonly string[] {
  const tree = parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }) as unknown as Node;
  const names: string[] = [];
  for (const node of nodes(tree)) {
    if (node.type !== "CallExpression" || !namers.has(rootOf(node["callee"]) ?? "")) continue;
    const name = textOf((node["arguments"] as readonly unknown[])[0]);
    if (name !== undefined) names.push(name);
  }
  return names;
}

/** `describe` of `describe.skipIf(…)`, `it` of `it.each(…)` and of ``it.each`…` ``. */
function rootOf(callee: unknown): string | undefined {
  if (!isNode(callee)) return undefined;
  return nameOf(callee) ?? rootOf(callee["object"] ?? callee["callee"] ?? callee["tag"]);
}

function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral") return undefined;
  const quasis = node["quasis"] as readonly { readonly value: { readonly cooked: string } }[];
  return quasis.map(({ value }) => value.cooked).join("…");
}
