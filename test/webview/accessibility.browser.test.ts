/** Every state of every panel in every theme has no barrier that axe knows of; and the keyboard alone does all. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { barriers } from "../e2e/accessibility.ts";
import { expectCounters, expectNewest, follow, patience, rowsInSight } from "./fakes/monitor-page.ts";
import { control, dress, errorsOf, noBrowser, PanelLab, type PanelOptions } from "./fakes/panel-page.ts";
import { type ThemeName, themes } from "./fakes/themes.ts";

const raiseArguments = { cluster: "cluster-1", clusterName: "demo", topic: "zeek.conn.new", name: "n", args: "1" };

interface State extends PanelOptions {
  readonly name: string;
  readonly prepare: (page: Page) => Promise<unknown>;
}

const states: readonly State[] = [
  { name: "a monitor that waits", prepare: (page) => page.waitForSelector("text=Waiting for events") },
  {
    name: "a monitor with a row in full",
    rows: 500,
    prepare: async (page) => {
      await page.click("[data-row='490']");
      await page.waitForSelector(".values");
      await page.click(".form-head >> text=Raw bytes");
    },
  },
  {
    name: "a narrow monitor, paused, with gaps and losses",
    rows: 500,
    width: 320,
    prepare: async (page) => {
      await control(page, { kind: "disconnect", ms: 8_000 }, { kind: "push", count: 9 }, { kind: "drop", count: 3 });
      await page.waitForSelector(".gap-label");
      await page.waitForSelector(".notice >> text=3 messages of sensor-1");
      await control(page, { kind: "push", count: 1 });
      await page.waitForSelector(".loss-label");
      await page.keyboard.press("Space");
      await page.waitForSelector(".notice-paused");
    },
  },
  {
    name: "a monitor with a wrong search, looking at evicted rows",
    rows: 500,
    maxRows: 500,
    prepare: async (page) => {
      await page.focus("[role=grid]");
      await page.keyboard.press("Home");
      await expect.poll(async () => (await rowsInSight(page))[0], patience).toBe(0);
      await control(page, { kind: "push", count: 5 });
      await page.waitForSelector(".is-evicted");
      await page.click("[aria-label='Use regular expression']");
      await page.fill(".search input", "(");
      await page.waitForSelector("#search-problem");
    },
  },
  {
    name: "a monitor where nothing matches, with a menu",
    rows: 50,
    prepare: async (page) => {
      await page.fill(".search input", "no such thing");
      await page.waitForSelector("text=Clear search");
      await page.click("[aria-label='Columns and order']");
    },
  },
  {
    name: "a monitor that is not connected",
    prepare: async (page) => {
      await control(page, { kind: "status", status: { state: "rejected", problem: "the token is wrong" } });
      await page.waitForSelector("text=demo is not connected");
    },
  },
  {
    name: "the help of a monitor",
    rows: 50,
    prepare: async (page) => {
      await page.keyboard.press("?");
      await page.waitForSelector("dialog[open]");
    },
  },
  {
    name: "a form with its history",
    panel: "raise",
    panelArguments: raiseArguments,
    prepare: async (page) => {
      await page.keyboard.press("Control+Enter");
      await page.waitForSelector(".history");
    },
  },
  {
    name: "a form with answers",
    panel: "raise",
    panelArguments: raiseArguments,
    prepare: async (page) => {
      await page.click("text=Ask");
      await page.waitForSelector(".answer-table");
    },
  },
  {
    name: "a form with mistakes",
    panel: "raise",
    panelArguments: raiseArguments,
    prepare: async (page) => {
      await control(page, { kind: "receivers", receivers: [], known: true });
      await page.fill("textarea", "1, !");
      await page.waitForSelector(".argument-problem");
      await page.fill("input >> nth=0", "nobody.here");
      await page.waitForSelector("text=nobody subscribes");
    },
  },
];

describe.skipIf(noBrowser !== undefined)(`barriers ${noBrowser ?? ""}`, { timeout: 60_000 }, () => {
  let lab: PanelLab;
  let page: Page;

  beforeAll(async () => {
    lab = await PanelLab.open();
  }, 60_000);
  afterAll(() => lab.close());
  afterEach(async () => {
    expect(errorsOf(page)).toEqual([]);
    await page.context().close();
  });

  it.each(states)("has none: $name", async ({ prepare, ...options }) => {
    page = await lab.panel(options);
    await prepare(page);
    for (const theme of Object.keys(themes) as ThemeName[]) {
      await dress(page, theme);
      expect(await barriers(page.mainFrame()), theme).toEqual([]);
    }
  });

  it.each([320, 550])("fits into %d px", async (width) => {
    page = await lab.panel({ rows: 500, width, height: 480 });
    await page.click("[data-row='495']");
    await page.waitForSelector(".values");
    const overflow = await page.evaluate(() => {
      const isOutside = (element: Element) => element.getBoundingClientRect().right > window.innerWidth + 0.5;
      const fixed = [...document.querySelectorAll(".toolbar *, .counters *, .detail *, .notices *")];
      return fixed.filter((element) => isOutside(element) && element.closest(".form-text") === null).map(String);
    });
    expect(overflow).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });

  it("are none for the keyboard alone, in the monitor", async () => {
    page = await lab.panel({ rows: 1_000 });
    await expectNewest(page, 999);
    const press = async (...keys: readonly string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const active = () => page.evaluate(() => document.activeElement?.getAttribute("aria-activedescendant"));
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));

    await press("Control+f");
    expect(await focused()).toBe("Search topic, event and arguments");
    await page.keyboard.type("dns_request");
    await expectCounters(page, { shown: 200 });
    await press("Enter", "ArrowUp");
    await expect.poll(active, patience).toBe("row-199");
    await press("k", "k", "j");
    await expect.poll(active, patience).toBe("row-198");
    await press("Enter");
    await page.waitForSelector(".values");
    expect(await page.textContent(".detail h2")).toBe("dns_request");
    await press("Escape");
    await expect.poll(() => page.locator(".detail").count(), patience).toBe(0);
    await press("Home");
    await expect.poll(async () => (await rowsInSight(page))[0], patience).toBe(1);
    await press("PageDown", "PageDown");
    expect((await rowsInSight(page))[0]).toBeGreaterThan(50);
    await press("End");
    await expect.poll(() => follow(page), patience).toBe("following");
    await press("Space");
    await page.waitForSelector(".notice-paused");
    await press("Space");
    await press("?");
    await page.waitForSelector("dialog[open]");
    await press("Escape");
    await expect.poll(() => page.locator("dialog").count(), patience).toBe(0);

    // Backwards from the table: help, columns, time.
    await page.focus("[role=grid]");
    await press("Shift+Tab", "Shift+Tab", "Enter");
    await page.waitForSelector("[role=menu]");
    await press("End", "Space");
    await press("Escape");
    expect(await focused()).toBe("Columns and order");
    await expect.poll(async () => (await rowsInSight(page))[0], patience).toBe(996);
    await press("Control+f", "Escape");
    await expectCounters(page, { shown: 1_000 });
  });

  it("are none for the keyboard alone, in the form", async () => {
    page = await lab.panel({ panel: "raise", panelArguments: { cluster: "cluster-1", clusterName: "demo" } });
    await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
    await page.keyboard.type("zeek.conn.new");
    await page.keyboard.press("Tab");
    await page.keyboard.type("connection_established");
    await page.keyboard.press("Tab");
    await page.keyboard.type("1, a");
    await page.waitForSelector("text=would reach 2 nodes: logger, manager");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Sent to 1 direct peer");
  });

  it("of motion are none for who asked for calm", async () => {
    page = await lab.panel({ rows: 50 });
    await page.evaluate(() => document.body.classList.add("vscode-reduce-motion"));
    const moving = await page.evaluate(() => document.getAnimations().length);
    expect(moving).toBe(0);
  });
});
