/**
 * One editor for all end-to-end tests of a run: built, packaged and installed as a user gets it.
 *
 * Invariant: what was started here is ended here, whatever the tests did.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { build, chromium, type Editor, openEditor, packageExtension, vsixFile } from "../../.ci/rig.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the editor answers, without a folder. */
    editorOrigin: string;
    /** The browser's executable. */
    browser: string;
  }
}

let editor: Editor | undefined;
let folder: string | undefined;

export async function setup(project: TestProject): Promise<void> {
  const browser = await chromium();
  if (browser === undefined) throw new Error("the end-to-end tests need a Chromium, Chrome or Edge");
  // `npm test` has built and packaged just now; whoever runs vitest by hand means the sources as they are.
  if (process.env["SWITCHYARD_PACKAGED"] === undefined) {
    await build({ types: false });
    await packageExtension();
  }
  folder = await mkdtemp(join(tmpdir(), "switchyard-e2e-"));
  editor = await openEditor({ folder, vsix: vsixFile, idleSeconds: 300 }); // should we be killed before `teardown`
  project.provide("editorOrigin", new URL(editor.url).origin);
  project.provide("browser", browser);
}

export async function teardown(): Promise<void> {
  await editor?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
