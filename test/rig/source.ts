/**
 * What a source file says of itself: its imports, its exports, and the names of the world that it uses.
 *
 * Read from the syntax tree, so that comments and strings are never mistaken for code. Knows no rule: those are in
 * architecture.test.ts.
 */
import { posix } from "node:path";
import { parseAst } from "vitest/node";

export interface Source {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Facts {
  /** What it imports, as written; types and `import()` included. */
  readonly imports: readonly string[];
  readonly hasDefaultExport: boolean;
  /** Names it refers to (`setTimeout`), one level of members included (`Date.now`). */
  readonly names: ReadonlySet<string>;
  /** True with an `async` function, an `await` or a `for await` anywhere. */
  readonly isAsync: boolean;
  /** First arguments of `new SwitchyardError("…")`. */
  readonly failureCodes: readonly string[];
}

export interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

export function factsOf({ path, text }: Source): Facts {
  const lang = path.endsWith("x") ? "tsx" : "ts";
  const imports: string[] = [];
  const names = new Set<string>();
  const failureCodes: string[] = [];
  let hasDefaultExport = false;
  let isAsync = false;

  for (const node of nodes(parseAst(text, { lang }) as unknown as Node)) {
    const imported = importedBy(node);
    if (imported !== undefined) imports.push(imported);
    if (node.type === "Identifier") names.add(String(node["name"]));
    if (node.type === "MemberExpression") names.add(memberName(node));
    if (node["async"] === true || node.type === "AwaitExpression" || node["await"] === true) isAsync = true;
    if (node.type === "ExportDefaultDeclaration") hasDefaultExport = true;
    if (node.type === "NewExpression" && nameOf(node["callee"]) === "SwitchyardError") {
      const code = literal((node["arguments"] as readonly unknown[])[0]);
      if (code !== undefined) failureCodes.push(code);
    }
  }
  return { imports, hasDefaultExport, names, isAsync, failureCodes };
}

/** Where an import leads: a path relative to the root for our own files, the specifier itself otherwise. */
export function resolveImport(from: string, specifier: string): string {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : specifier;
}

/** `@scope/name` or `name` of a package import. */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function importedBy(node: Node): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return literal(node["source"] ?? node["argument"]);
    case "CallExpression":
      return nameOf(node["callee"]) === "require" ? literal((node["arguments"] as readonly unknown[])[0]) : undefined;
    default:
      return undefined;
  }
}

/** Every node, without the names of members and keys, which refer to nothing. */
export function* nodes(node: Node): Generator<Node> {
  yield node;
  for (const [field, child] of Object.entries(node)) {
    const isBareName = (field === "property" || field === "key") && node["computed"] !== true;
    if (isBareName && isNode(child) && child.type === "Identifier") continue;
    for (const each of Array.isArray(child) ? child : [child]) if (isNode(each)) yield* nodes(each);
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

function memberName(node: Node): string {
  return `${nameOf(node["object"])}.${nameOf(node["property"]) ?? literal(node["property"]) ?? "?"}`;
}

export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === "Identifier" ? String(node["name"]) : undefined;
}

function literal(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "TSLiteralType") return literal(node["literal"]);
  return node.type === "Literal" && typeof node["value"] === "string" ? node["value"] : undefined;
}
