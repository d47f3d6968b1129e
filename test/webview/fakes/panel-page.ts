/**
 * A panel in a real browser, against the fake server: bundles, launches, opens.
 *
 * Nothing leaves the machine: every request of the page is answered from here. The page has the content security
 * policy of the extension's, but for the worker that plays the server.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import type { MonitorInfo } from "../../../server/protocol/monitor.ts";
import type { Control } from "./fake-server.worker.ts";
import { type ThemeName, themes } from "./themes.ts";

const executablePath = "/usr/bin/chromium";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const origin = "http://panel.invalid";

export const monitorInfo: MonitorInfo = {
  monitor: "monitor-1",
  cluster: "cluster-1",
  patterns: ["zeek.*"],
  maxRows: 100_000,
  maxBytes: 256_000_000,
};

/** Why there is no browser here, in words. */
export const noBrowser = existsSync(executablePath) ? undefined : `no browser at ${executablePath}`;

interface Served {
  readonly contentType: string;
  readonly body: string | Buffer;
}

export interface PanelOptions {
  readonly panel?: "monitor" | "raise";
  readonly panelArguments?: unknown;
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly zoom?: number;
  /** Rows in the ring before the panel opens. */
  readonly rows?: number;
  readonly maxRows?: number;
  /** What the panel kept when it was last here. */
  readonly state?: unknown;
}

/** One browser and the bundles, shared by the tests of a file. */
export class PanelLab {
  readonly #browser: Browser;
  readonly #files: ReadonlyMap<string, Served>;

  private constructor(browser: Browser, files: ReadonlyMap<string, Served>) {
    this.#browser = browser;
    this.#files = files;
  }

  static async open(): Promise<PanelLab> {
    const [files, browser] = await Promise.all([bundle(), chromium.launch({ executablePath, args: flags })]);
    return new PanelLab(browser, files);
  }

  /** Size of the panels' script, minified, in bytes. */
  get scriptBytes(): number {
    return Buffer.byteLength(this.#files.get("/main.js")?.body ?? "");
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** Opens a panel on a page of its own; nothing of another test is there. */
  async panel(options: PanelOptions = {}): Promise<Page> {
    const { width = 1_100, height = 640, zoom = 1, theme = "dark" } = options;
    const context = await this.#browser.newContext({
      viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
      deviceScaleFactor: zoom,
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.route("**/*", (route) => {
      const path = new URL(route.request().url()).pathname;
      const file = path === "/" ? pageOf(options, theme) : this.#files.get(path);
      return file === undefined ? route.fulfill({ status: 404, body: "" }) : route.fulfill(file);
    });
    await page.goto(`${origin}/`);
    await page.evaluate(() => document.fonts.ready);
    pageErrors.set(page, errors);
    return page;
  }
}

const pageErrors = new WeakMap<Page, string[]>();

/** What went wrong on the page: exceptions, and errors in its console. */
export function errorsOf(page: Page): readonly string[] {
  return pageErrors.get(page) ?? [];
}

export async function control(page: Page, ...orders: readonly Control[]): Promise<void> {
  await page.evaluate((given) => {
    for (const order of given) window.fake.control(order);
  }, orders);
}

/** Dresses the page in another theme. */
export async function dress(page: Page, name: ThemeName): Promise<void> {
  await page.evaluate(({ bodyClass, variables }) => {
    document.body.className = bodyClass;
    document.documentElement.removeAttribute("style");
    for (const [variable, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty(variable, value);
    }
  }, themes[name]);
}

async function bundle(): Promise<ReadonlyMap<string, Served>> {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const made = await build({
    entryPoints: {
      main: at("../../../webview/main.tsx"),
      page: at("fake-page.ts"),
      worker: at("fake-server.worker.ts"),
    },
    outdir: "/",
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
  });
  const files = new Map<string, Served>();
  for (const { path, text } of made.outputFiles) {
    const name = path.replaceAll("\\", "/").replace(/^.*\//, "/");
    files.set(name, { contentType: name.endsWith(".css") ? "text/css" : "text/javascript", body: text });
  }
  const icons = createRequire(import.meta.url).resolve("@vscode/codicons/dist/codicon.css");
  files.set("/codicon.css", { contentType: "text/css", body: await readFile(icons) });
  files.set("/codicon.ttf", { contentType: "font/ttf", body: await readFile(icons.replace(/css$/, "ttf")) });
  return files;
}

function pageOf(options: PanelOptions, theme: ThemeName): Served {
  const { panel = "monitor", panelArguments, rows = 0, maxRows = 100_000, state } = options;
  const { bodyClass, variables } = themes[theme];
  const given = panelArguments ?? { monitor: { ...monitorInfo, maxRows }, clusterName: "demo" };
  const orders: readonly Control[] = [
    { kind: "start", maxRows, startMs: startMs() },
    { kind: "push", count: rows },
  ];
  const prepare = `
    for (const [name, value] of Object.entries(${JSON.stringify(variables)}))
      document.documentElement.style.setProperty(name, value);
    for (const order of ${JSON.stringify(orders)}) window.fake.control(order);
    ${state === undefined ? "" : `window.fake.state ??= ${JSON.stringify(state)};`}`;
  const policy =
    "default-src 'none'; script-src 'nonce-test'; style-src 'self'; font-src 'self'; worker-src 'self'; connect-src 'none'";
  const body = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Switchyard</title>
<link rel="stylesheet" href="/codicon.css">
<link rel="stylesheet" href="/main.css">
</head>
<body class="${bodyClass}">
<div id="root" data-panel="${panel}" data-arguments="${escapeAttribute(JSON.stringify(given))}"></div>
<script nonce="test" src="/page.js"></script>
<script nonce="test">${prepare}</script>
<script nonce="test" src="/main.js"></script>
</body>
</html>`;
  return { contentType: "text/html", body };
}

/** The first row is of today, at a time that is easy to read. */
function startMs(): number {
  return new Date(new Date().setHours(0, 0, 1, 250)).getTime();
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
