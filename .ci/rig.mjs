/** What the tests take from this folder; its types are in rig.d.mts. */
export { build } from "./build.mjs";
export { openEditor } from "./editor.mjs";
export { packageExtension, vsixFile } from "./package.mjs";
export { startGroup } from "./process.mjs";
export { checkNode, isInstalled } from "./setup.mjs";
export { count } from "./test.mjs";
export { chromium } from "./tools.mjs";
