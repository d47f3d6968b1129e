/**
 * A person at the workbench: opens a folder in the run's editor, runs commands, looks into panels, takes pictures.
 *
 *     const workbench = await openWorkbench({ settings: { "switchyard.connections": […] } });
 *     await workbench.runCommand("Switchyard: Open Monitor");
 *     const panel = await workbench.panel("table");
 *     await panel.locator("td").first().click();
 *     await workbench.screenshot("monitor");
 *
 * Invariant: every workbench has a folder and a browser of its own and takes both along when it closes; nothing
 * here waits for time to pass, only for what a person would see.
 * Knows nothing of what the panels show.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Frame, type Locator, type Page } from "playwright-core";
import { inject, onTestFinished } from "vitest";

/** Names of today: the editor would migrate an older one while it starts, and undo a change made meanwhile. */
const themes = {
  dark: { name: "Dark Modern", class: "vs-dark" },
  light: { name: "Light Modern", class: "vs" },
  highContrast: { name: "Default High Contrast", class: "hc-black" },
  highContrastLight: { name: "Default High Contrast Light", class: "hc-light" },
} as const;

export type Theme = keyof typeof themes;
export const allThemes = Object.keys(themes) as readonly Theme[];

const browserOptions = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const pictures = fileURLToPath(new URL("../../dist/screenshots/", import.meta.url));

/** How long a person would wait for anything at all, on a busy machine. */
const patienceMs = 20_000;

export interface WorkbenchOptions {
  /** Settings of the workspace, over the quiet ones of the run. */
  readonly settings?: Record<string, unknown>;
  /** Files of the workspace: path to content. */
  readonly files?: Record<string, string>;
  /** 1280 by 800 when absent. */
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly theme?: Theme;
}

/** Opens a folder of its own. Closed by itself when the test ends that opened it, unless `beforeAll` did. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const place = await mkdtemp(join(tmpdir(), "switchyard-e2e-"));
  const folder = join(place, "workspace"); // a name without chance, for the pictures
  let browser: Browser | undefined;
  try {
    const settings = { ...options.settings, "workbench.colorTheme": themes[options.theme ?? "dark"].name };
    await writeFiles(folder, { ...options.files, ".vscode/settings.json": JSON.stringify(settings, null, 2) });
    browser = await chromium.launch({ executablePath: inject("browser"), args: browserOptions });
    const viewport = options.viewport ?? { width: 1280, height: 800 };
    const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
    page.setDefaultTimeout(patienceMs);
    const workbench = new Workbench({ page, folder, browser, settings });
    await page.goto(`${inject("editorOrigin")}/?folder=${encodeURIComponent(folder)}`);
    await page.locator(".monaco-workbench .statusbar-item").first().waitFor();
    return workbench;
  } catch (error) {
    await browser?.close();
    await rm(place, { recursive: true, force: true });
    throw error;
  }
}

/** `openWorkbench` for a single test, which closes it, and keeps a picture of it when the test failed. */
export async function workbenchOfTest(options: WorkbenchOptions = {}): Promise<Workbench> {
  const workbench = await openWorkbench(options);
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") await workbench.screenshot(`failed ${task.name}`).catch(() => undefined);
    await workbench.close();
  });
  return workbench;
}

export class Workbench {
  readonly page: Page;
  /** The workspace folder on disk. */
  readonly folder: string;
  readonly #browser: Browser;
  #settings: Record<string, unknown>;

  constructor(parts: { page: Page; folder: string; browser: Browser; settings: Record<string, unknown> }) {
    this.page = parts.page;
    this.folder = parts.folder;
    this.#browser = parts.browser;
    this.#settings = parts.settings;
  }

  /** Runs a command by its whole title, category included, as the palette shows it. */
  async runCommand(title: string): Promise<void> {
    const input = await this.#openPalette(title);
    await input.press("Enter");
    await this.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: title })
      .first()
      .waitFor({ state: "hidden" });
  }

  /** Titles of the commands that the palette offers for these words. */
  async commandsFor(words: string): Promise<readonly string[]> {
    const input = await this.#openPalette(words);
    const titles = await this.#rows().locator(".label-name").allInnerTexts();
    await input.press("Escape");
    await input.waitFor({ state: "hidden" });
    return titles;
  }

  /** Types into the input box or quick pick that a command opened, and accepts it. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator(".quick-input-widget input:visible").first();
    await input.fill(text);
    await input.press("Enter");
  }

  /** Picks the entry of an open quick pick whose label contains the text. */
  async pick(text: string): Promise<void> {
    await this.#rows().filter({ hasText: text }).first().click();
  }

  /** The webview that holds an element of that selector, waited for. */
  async panel(selector: string): Promise<Frame> {
    const deadlineMs = performance.now() + patienceMs;
    while (performance.now() < deadlineMs) {
      for (const frame of this.page.frames()) {
        if (frame !== this.page.mainFrame() && (await holds(frame, selector))) return frame;
      }
      // Frames come with paints; a page that is being replaced has none, and is waited for.
      await this.page.evaluate(() => new Promise(requestAnimationFrame)).catch(() => this.page.waitForLoadState());
    }
    throw new Error(`no webview shows "${selector}" after ${patienceMs} ms`);
  }

  /** Opens a view container from the activity bar. */
  async openContainer(title: string): Promise<void> {
    const icon = this.page.locator(`a.action-label[aria-label^="${title}"]`);
    const tab = this.page.locator('.activitybar [role="tab"]').filter({ has: icon });
    if ((await tab.getAttribute("aria-selected")) === "true") return;
    await tab.click();
    await this.page.mouse.move(0, 0); // or its hover hides what comes up
  }

  /** The row of a tree view whose label contains the text. */
  treeRow(text: string): Locator {
    return this.page.locator('.sidebar [role="treeitem"]').filter({ hasText: text }).first();
  }

  statusItem(text: string): Locator {
    return this.page.locator(".statusbar-item").filter({ hasText: text }).first();
  }

  notification(text: string): Locator {
    return this.page.locator(".notification-toast, .notifications-center").filter({ hasText: text }).first();
  }

  /** Changes settings of the workspace; the editor follows while it runs. */
  async changeSettings(changes: Record<string, unknown>): Promise<void> {
    this.#settings = { ...this.#settings, ...changes };
    await writeFiles(this.folder, { ".vscode/settings.json": JSON.stringify(this.#settings, null, 2) });
  }

  /** Switches the colour theme and waits until it shows. */
  async showTheme(theme: Theme): Promise<void> {
    await this.changeSettings({ "workbench.colorTheme": themes[theme].name });
    await this.page.locator(`.monaco-workbench.${themes[theme].class}`).first().waitFor();
  }

  /** A picture of the whole window, as `dist/screenshots/NAME.png`. */
  async screenshot(name: string): Promise<void> {
    const file = join(pictures, `${name.replace(/[^a-z0-9]+/gi, "-")}.png`);
    await this.page.screenshot({ path: file });
  }

  /** Closes the browser and removes the folder. */
  async close(): Promise<void> {
    await this.#browser.close();
    await rm(dirname(this.folder), { recursive: true, force: true, maxRetries: 5 });
  }

  /**
   * The palette, showing what matches. Commands of an extension appear only after the editor has read its manifest, and
   * an open palette does not hear of them: it is opened again until it has them.
   */
  async #openPalette(words: string): Promise<Locator> {
    const input = this.page.locator(".quick-input-widget input:visible").first();
    const deadlineMs = performance.now() + patienceMs;
    while (performance.now() < deadlineMs) {
      await this.page.keyboard.press("F1");
      const found = await input
        .fill(`>${words}`, { timeout: 2_000 })
        .then(() => this.#rows().filter({ hasText: words }).first().waitFor({ timeout: 1_000 }))
        .then(() => true)
        .catch(() => false);
      if (found) return input;
      await this.page.keyboard.press("Escape");
    }
    throw new Error(`the palette offers no command "${words}"`);
  }

  #rows(): Locator {
    return this.page.locator(".quick-input-list .monaco-list-row");
  }
}

async function holds(frame: Frame, selector: string): Promise<boolean> {
  try {
    return (await frame.locator(selector).count()) > 0;
  } catch {
    return false; // the frame was replaced while we looked
  }
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
