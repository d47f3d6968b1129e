/** Looks for barriers in a panel with axe, as the frame shows it right now. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Frame } from "playwright-core";

interface AxeViolation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

declare const axe: { run(root: unknown): Promise<{ readonly violations: readonly AxeViolation[] }> };

const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** One sentence for each barrier; empty when there is none. */
export async function barriers(frame: Frame): Promise<readonly string[]> {
  // Evaluated from outside, so that the panel's content security policy stays as strict as it is.
  await frame.evaluate(await readFile(axeFile, "utf8"));
  const violations = await frame.evaluate(async () => (await axe.run(document)).violations);
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(" ")})`);
}
