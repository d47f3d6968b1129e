/**
 * Who may import whom, and what the pure core must not touch: the table of docs/architecture.md as data.
 *
 * Invariant: the rule of the longest matching folder holds, alone. A file outside every folder named here is free.
 */
import { builtinModules } from "node:module";
import { type Facts, packageName, resolveImport } from "./source.ts";

interface Rule {
  readonly folder: string;
  /** Folders, or single files, of our own. */
  readonly files: readonly string[];
  readonly packages: readonly string[];
  /** Node's own modules. */
  readonly isNodeAllowed: boolean;
}

const languageServer = ["vscode-languageserver", "vscode-languageserver-textdocument", "vscode-jsonrpc"];

export const rules: readonly Rule[] = [
  { folder: "library/core", files: ["library/core"], packages: [], isNodeAllowed: false },
  { folder: "library/wire", files: ["library/wire", "library/core"], packages: ["msgpackr"], isNodeAllowed: false },
  {
    folder: "library/transports",
    files: ["library/transports", "library/core"],
    packages: ["ws"],
    isNodeAllowed: true,
  },
  {
    folder: "library/storage",
    files: ["library/storage", "library/core"],
    packages: ["classic-level"],
    isNodeAllowed: true,
  },
  { folder: "library", files: ["library"], packages: [], isNodeAllowed: true },
  { folder: "server/protocol", files: ["server/protocol"], packages: [], isNodeAllowed: false },
  {
    folder: "server",
    files: ["server", "library/index.ts"],
    packages: [...languageServer, "commander", "yaml"],
    isNodeAllowed: true,
  },
  {
    // It measures the bare packages beside ours, and parts of the library alone.
    folder: "server/cli/bench",
    files: ["server", "library/index.ts", "library/parts.ts"],
    packages: ["commander", "ws", "msgpackr"],
    isNodeAllowed: true,
  },
  {
    folder: "extension",
    files: ["extension", "server/protocol"],
    packages: ["vscode", "vscode-languageclient"],
    isNodeAllowed: true,
  },
  {
    folder: "webview",
    files: ["webview", "server/protocol"],
    packages: ["preact", "@tanstack/virtual-core"],
    isNodeAllowed: false,
  },
];

/** Clocks, chance, waiting and the world around: what the core is handed, never takes. */
const impure = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "Promise",
  "fetch",
  "process",
  "performance",
  "crypto",
  "console",
  "globalThis",
  "require",
  "Date.now",
  "Math.random",
];

/** The imports of a file that its folder's rule forbids, as sentences. */
export function forbiddenImports(path: string, { imports }: Facts): readonly string[] {
  const rule = ruleFor(path);
  return imports
    .filter((specifier) => !isAllowed(path, specifier, rule))
    .map((specifier) => `${path} imports ${resolveImport(path, specifier)}`);
}

/** What makes a file impure, as sentences. */
export function impurities(path: string, { names, isAsync }: Facts): readonly string[] {
  const found = impure.filter((name) => names.has(name)).map((name) => `${path} uses ${name}`);
  return isAsync ? [...found, `${path} is async`] : found;
}

function isAllowed(path: string, specifier: string, rule: Rule | undefined): boolean {
  if (specifier.startsWith("/")) return false;
  if (specifier.startsWith(".")) {
    const target = resolveImport(path, specifier);
    if (target.startsWith("../")) return false;
    return rule === undefined || rule.files.some((allowed) => target === allowed || target.startsWith(`${allowed}/`));
  }
  if (rule === undefined) return true;
  if (specifier.startsWith("node:")) return rule.isNodeAllowed;
  // Node's own modules carry their prefix, always: `import "fs"` is nobody's.
  return !builtinModules.includes(specifier) && rule.packages.includes(packageName(specifier));
}

function ruleFor(path: string): Rule | undefined {
  const matching = rules.filter(({ folder }) => path.startsWith(`${folder}/`));
  return matching.sort((a, b) => b.folder.length - a.folder.length)[0];
}
