/** Loads a part of the extension bundled as it is for the editor, and gives it another `vscode`. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const nodeRequire = createRequire(import.meta.url);

/** Of a file under `extension/`: a function that runs it anew each time, with all it imports. */
export async function bundled<Exports>(entry: string, vscode: unknown): Promise<() => Exports> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "extension", entry)],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    external: ["vscode"],
    logLevel: "error",
  });
  const code = outputFiles[0]?.text ?? "";
  const require = (name: string): unknown => (name === "vscode" ? vscode : nodeRequire(name));
  return () => {
    const module = { exports: {} as Exports };
    compileFunction(code, ["module", "exports", "require"])(module, module.exports, require);
    return module.exports;
  };
}
