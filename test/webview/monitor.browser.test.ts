/** The Monitor panel in a real browser, against the fake server: what it shows, and what it asks for. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readMonitor } from "../../server/protocol/monitor.ts";
import { copyText, raiseAgain } from "../../webview/host.ts";
import {
  drawnAt,
  expectCounters,
  expectNewest,
  follow,
  patience,
  requestsOf,
  rowsInSight,
  wheel,
} from "./fakes/monitor-page.ts";
import { control, errorsOf, noBrowser, PanelLab, type PanelOptions } from "./fakes/panel-page.ts";

describe.skipIf(noBrowser !== undefined)(`the Monitor in a browser ${noBrowser ?? ""}`, { timeout: 30_000 }, () => {
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

  async function open(options: PanelOptions = {}): Promise<void> {
    page = await lab.panel(options);
    await page.waitForSelector((options.rows ?? 0) > 0 ? "[data-row]" : ".empty");
  }

  describe("counters", () => {
    it("are exact, whatever happens to rows", async () => {
      await open({ maxRows: 5_000, rows: 4_000, state: { own: { monitor: "monitor-1", saidFull: true } } });
      await expectCounters(page, { received: 4_000, shown: 4_000, filtered: 0, evicted: 0, dropped: 0 });
      await control(page, { kind: "push", count: 4_431 }, { kind: "drop", count: 12 });
      await expectCounters(page, { received: 8_431, shown: 5_000, filtered: 0, evicted: 3_431, dropped: 12 });
      await page.fill(".search input", "mail.example");
      await expectCounters(page, { received: 8_431, shown: 1_250, filtered: 3_750, evicted: 3_431 });
      expect(await page.textContent(".match-count")).toBe("shown 1\u202f250 of 8\u202f431 received");
      await page.click("[aria-label^='Clear the rows']");
      await expectCounters(page, { received: 8_431, shown: 0, filtered: 0, evicted: 3_431, cleared: 5_000 });
      await control(page, { kind: "push", count: 4 });
      await expectCounters(page, { received: 8_435, shown: 1, filtered: 3, evicted: 3_431, cleared: 5_000 });
    });
  });

  describe("the table", () => {
    it("holds the rows in sight only, and follows the newest", async () => {
      await open({ rows: 100_000 });
      await expectNewest(page, 99_999);
      expect(await page.locator("[data-place]").count()).toBeLessThan(80);
      expect(await page.getAttribute("[role=grid]", "aria-rowcount")).toBe("100001");
      await control(page, { kind: "push", count: 500 });
      await expectNewest(page, 100_499);
    });

    it("never has two reads on their way, and reads no more than it shows", async () => {
      await open({ rows: 1_000 });
      for (let n = 0; n < 20; n++) {
        await control(page, { kind: "push", count: 50 });
        await page.mouse.wheel(0, -200);
      }
      await expectCounters(page, { received: 2_000 });
      expect(await page.evaluate(() => window.fake.mostReads)).toBe(1);
      for (const params of await requestsOf(page, readMonitor.method)) {
        expect((params as { limit: number }).limit).toBeLessThan(100);
      }
    });

    it("asks for nothing while it is hidden, and catches up at once", async () => {
      await open({ rows: 1_000 });
      await expectNewest(page, 999);
      const setVisibility = (state: string) =>
        page.evaluate((given) => {
          Object.defineProperty(document, "visibilityState", { value: given, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, state);
      await setVisibility("hidden");
      const before = (await requestsOf(page, readMonitor.method)).length;
      // The change was told once the fake's next notification is heard; nobody reads then.
      await page.evaluate(() => {
        (globalThis as { told?: Promise<void> }).told = new Promise((resolve) => {
          window.addEventListener("message", ({ data }) => {
            if ((data as { method?: string }).method === "switchyard/monitor/changed") setTimeout(resolve, 0);
          });
        });
      });
      await control(page, { kind: "push", count: 700 });
      await page.evaluate(() => (globalThis as { told?: Promise<void> }).told);
      expect((await requestsOf(page, readMonitor.method)).length).toBe(before);
      await setVisibility("visible");
      await expectNewest(page, 1_699);
    });

    it("survives messages that nobody should send", async () => {
      await open({ rows: 10 });
      for (const message of [null, 7, "x", {}, { id: 999, result: null }, { method: "unknown/thing" }, { id: "x" }]) {
        await page.evaluate((given) => window.fake.inject(given), message);
      }
      await control(page, { kind: "push", count: 5 });
      await expectNewest(page, 14);
    });

    it("shows newest first when asked", async () => {
      await open({ rows: 1_000, state: { order: "newestFirst" } });
      await expect.poll(async () => (await rowsInSight(page))[0], patience).toBe(999);
      await control(page, { kind: "push", count: 100 });
      await expect.poll(async () => (await rowsInSight(page))[0], patience).toBe(1_099);
      await wheel(page, 2_000);
      const before = await drawnAt(page);
      await control(page, { kind: "push", count: 5_000 });
      await expectCounters(page, { received: 6_100 });
      expect(await drawnAt(page)).toEqual(before);
      await page.click(".jump-button");
      await expect.poll(async () => (await rowsInSight(page))[0], patience).toBe(6_099);
    });
  });

  describe("following", () => {
    it("ends by scrolling up, tells what is newer, and begins again by the button", async () => {
      await open({ rows: 5_000 });
      await expectNewest(page, 4_999);
      await wheel(page, -1_100);
      const newest = (await rowsInSight(page)).at(-1) ?? 0;
      expect(newest).toBeLessThan(4_960);
      const before = await drawnAt(page);
      await control(page, { kind: "push", count: 214 });
      await expectCounters(page, { received: 5_214 });
      expect(await drawnAt(page)).toEqual(before);
      const newer = 5_213 - newest;
      const button = await page.textContent(".jump-button");
      expect([`Jump to newest · ${newer}`, `Jump to newest · ${newer + 1}`]).toContain(button);
      await page.click(".jump-button");
      await expectNewest(page, 5_213);
      await control(page, { kind: "push", count: 10 });
      await expectNewest(page, 5_223);
    });

    it("holds still while a mouse is over the rows, and goes on when it leaves", async () => {
      await open({ rows: 1_000 });
      await expectNewest(page, 999);
      await page.mouse.move(300, 300);
      await page.mouse.move(302, 304);
      await expect.poll(() => follow(page), patience).toBe("held");
      const before = await drawnAt(page);
      await control(page, { kind: "push", count: 300 });
      await expectCounters(page, { received: 1_300 });
      expect(await drawnAt(page)).toEqual(before);
      expect(await page.textContent(".hold-note")).toBe("Held under the pointer · 300 newer");
      await page.mouse.move(300, 10);
      await expectNewest(page, 1_299);
    });

    it.each([
      ["without a search", ""],
      ["with a search", "example"],
    ])("leaves rows in their place while old ones are evicted, %s", async (_, text) => {
      const state = { own: { monitor: "monitor-1", saidFull: true }, search: { text } };
      await open({ rows: 5_000, maxRows: 5_000, state });
      await expectCounters(page, { received: 5_000 });
      await expectNewest(page, 4_999);
      await wheel(page, -2_000);
      const before = await drawnAt(page);
      for (let n = 1; n <= 8; n++) {
        await control(page, { kind: "push", count: 500 });
        await expectCounters(page, { received: 5_000 + 500 * n, evicted: 500 * n });
        expect(await drawnAt(page)).toEqual(before);
      }
      expect(await page.locator(".is-evicted").count()).toBe(0);
      // Now those in sight leave the buffer themselves: they stay, and the panel says so.
      await control(page, { kind: "push", count: 4_000 });
      await expectCounters(page, { received: 13_000 });
      await page.waitForSelector("text=The rows here have left the buffer");
      expect(await drawnAt(page)).toEqual(before);
      await page.click("text=Go to the oldest kept");
      await expect.poll(async () => (await rowsInSight(page))[0], patience).toBe(8_000);
    });
  });

  describe("a pause", () => {
    it("holds the picture, counts what is new, and ends", async () => {
      await open({ rows: 5_000 });
      await expectNewest(page, 4_999);
      await page.click("text=Pause");
      const before = await drawnAt(page);
      await control(page, { kind: "push", count: 214 });
      await expectCounters(page, { received: 5_214 });
      await expect.poll(() => page.textContent(".notice-paused"), patience).toContain("+214 new");
      const held = await drawnAt(page);
      for (const [row, top] of Object.entries(held)) expect(before[row] ?? top).toBe(before[row]);
      await expectNewest(page, 4_999);
      await page.click(".notice-paused >> text=Resume");
      await expectNewest(page, 5_213);
      expect(await page.locator(".notice-paused").count()).toBe(0);
    });

    it("is by itself when the buffer fills for the first time, and only then", async () => {
      await open({ rows: 900, maxRows: 1_000 });
      await control(page, { kind: "push", count: 150 });
      await page.waitForSelector("text=as the buffer of 1\u202f000 rows is full");
      await page.keyboard.press("Space");
      await control(page, { kind: "push", count: 500 });
      await expectNewest(page, 1_549);
      expect(await page.locator(".notice-paused").count()).toBe(0);
    });

    it("survives that the panel is made anew", async () => {
      await open({ rows: 5_000 });
      await expectNewest(page, 4_999);
      await page.keyboard.press("Space");
      await page.waitForSelector(".notice-paused");
      await page.reload();
      await page.waitForSelector(".notice-paused");
      await control(page, { kind: "push", count: 30 });
      await expect.poll(() => page.textContent(".new-rows"), patience).toBe("+30 new");
      await expectNewest(page, 4_999);
    });
  });

  describe("a search", () => {
    it("shows what matches, by case and by regular expression", async () => {
      await open({ rows: 1_000 });
      await page.fill(".search input", "DNS::log");
      await expectCounters(page, { shown: 200 });
      await page.click("[aria-label='Match case']");
      await expectCounters(page, { shown: 0 });
      await page.waitForSelector("text=None of 1\u202f000 rows matches");
      await page.fill(".search input", "DNS::L.G|http_re");
      await page.click("[aria-label='Use regular expression']");
      await expectCounters(page, { shown: 400 });
    });

    it("says what is wrong with it below, and keeps what it showed", async () => {
      await open({ rows: 1_000 });
      await page.click("[aria-label='Use regular expression']");
      await page.fill(".search input", "mail");
      await expectCounters(page, { shown: 250 });
      await page.fill(".search input", "mail(");
      await expect.poll(() => page.textContent("#search-problem"), patience).toContain("Invalid regular expression");
      await expectCounters(page, { shown: 250 });
      await control(page, { kind: "push", count: 400 });
      await expectCounters(page, { received: 1_400, shown: 350 });
      expect(await page.getAttribute(".search input", "aria-invalid")).toBe("true");
      await page.fill(".search input", "mail.");
      await expectCounters(page, { shown: 350 });
      await expect.poll(() => page.locator("#search-problem").count(), patience).toBe(0);
    });

    it("marks what it found, and is cleared where nothing matches", async () => {
      await open({ rows: 1_000 });
      await page.fill(".search input", "HTTP_re");
      await expectCounters(page, { shown: 200 });
      expect(await page.textContent("mark")).toBe("http_re");
      await page.fill(".search input", "no such thing");
      await page.click("text=Clear search");
      await expectCounters(page, { shown: 1_000 });
      expect(await page.inputValue(".search input")).toBe("");
    });
  });

  describe("the detail", () => {
    it("shows a row in full, folds what is long, copies, and raises again", async () => {
      await open({ rows: 1_000 });
      await page.click("[data-row='990']");
      await page.waitForSelector(".values");
      const detail = page.locator(".detail");
      expect(await detail.locator("h2").textContent()).toBe("connection_established");
      expect(await detail.locator(".facts").textContent()).toContain("456789Z");
      expect(await detail.locator(".values tbody tr").count()).toBe(5);
      expect((await detail.locator(".value-text").last().textContent())?.length).toBeLessThan(400);
      await detail.getByText("Show all 6\u202f800 characters").click();
      expect((await detail.locator(".value-text .long-text").last().textContent())?.length).toBe(6_800);
      await detail.getByText("Raw bytes").click();
      expect(await detail.locator(".form-text").textContent()).toContain("0000  7a 65 65 6b");
      await detail.getByLabel("Copy topic").click();
      await detail.getByText("Copy as JSON").click();
      await expect.poll(() => requestsOf(page, copyText.method), patience).toHaveLength(2);
      expect((await requestsOf(page, copyText.method))[0]).toEqual({ text: "zeek.conn.new" });
      await detail.getByText("Raise again").click();
      await expect.poll(() => requestsOf(page, raiseAgain.method), patience).toHaveLength(1);
      expect((await requestsOf(page, raiseAgain.method))[0]).toMatchObject({
        cluster: "cluster-1",
        topic: "zeek.conn.new",
        name: "connection_established",
      });
    });

    it("names the columns of a log line, and offers no raising of it", async () => {
      await open({ rows: 1_000 });
      await page.click("[data-row='994']");
      await page.waitForSelector(".values");
      expect(await page.textContent(".values")).toContain("id.orig_h");
      expect(await page.locator("text=Raise again").count()).toBe(0);
    });

    it("says that its row has left the buffer", async () => {
      await open({ rows: 1_000, maxRows: 1_000, state: { own: { monitor: "monitor-1", saidFull: true } } });
      await wheel(page, -500);
      const row = (await rowsInSight(page))[3];
      await control(page, { kind: "push", count: 5_000 });
      await expectCounters(page, { received: 6_000 });
      await page.click(`[data-row='${row}']`);
      await page.waitForSelector("text=This row has left the buffer");
      expect(await page.textContent(".detail .facts")).toContain("zeek.");
    });
  });

  describe("the arrangement", () => {
    it("of columns, time and order comes back after a reload", async () => {
      await open({ rows: 1_000 });
      await page.click("[aria-label='Columns and order']");
      await page.click("[role=menuitemcheckbox] >> text=Hops");
      await page.click("[role=menuitemcheckbox] >> text=Newest first");
      await page.keyboard.press("Escape");
      await page.click("[aria-label='Time']");
      await page.click("[role=menuitemradio] >> text=Since the row before");
      await page.keyboard.press("Escape");
      const edge = page.getByLabel("Width of Topic");
      await edge.focus();
      await page.keyboard.press("ArrowRight");
      expect(await edge.getAttribute("aria-valuenow")).toBe("200");
      await page.fill(".search input", "dns");
      await expectCounters(page, { shown: 400 });
      await page.reload();
      await page.waitForSelector("[data-row]");
      await expectCounters(page, { shown: 400 });
      expect(await page.getByLabel("Width of Topic").getAttribute("aria-valuenow")).toBe("200");
      expect(await page.locator("[role=columnheader]").allTextContents()).toEqual([
        "Time",
        "Topic",
        "Event",
        "Arguments",
        "Sender",
      ]);
      expect((await rowsInSight(page))[0]).toBe(999);
      expect(await page.textContent("[data-row='996'] .cell-time")).toBe("+14 ms");
    });

    it("of columns is changed with the keys", async () => {
      await open({ rows: 100 });
      await page.focus("[aria-label='Columns and order']");
      for (const key of ["Enter", "Alt+ArrowDown", "Alt+ArrowDown", "ArrowDown", "Space", "Escape"]) {
        await page.keyboard.press(key);
      }
      const heads = page.locator("[role=columnheader]");
      await expect.poll(() => heads.allTextContents(), patience).toEqual(["Topic", "Event", "Time", "Sender", "Hops"]);
    });

    it("of columns is changed with the mouse", async () => {
      await open({ rows: 100 });
      const edge = await page.getByLabel("Width of Event").boundingBox();
      const head = await page.locator("[role=columnheader] >> text=Topic").boundingBox();
      if (edge === null || head === null) throw new Error("no table head");
      await page.mouse.move(edge.x + 4, edge.y + 8);
      await page.mouse.down();
      await page.mouse.move(edge.x + 64, edge.y + 8, { steps: 4 });
      await page.mouse.up();
      expect(await page.getByLabel("Width of Event").getAttribute("aria-valuenow")).toBe("210");
      await page.mouse.move(head.x + 10, head.y + 8);
      await page.mouse.down();
      await page.mouse.move(20, head.y + 8, { steps: 6 });
      await page.mouse.up();
      expect((await page.locator("[role=columnheader]").allTextContents()).slice(0, 2)).toEqual(["Topic", "Time"]);
    });
  });

  it("looks where the person looked when it is made anew", async () => {
    await open({ rows: 5_000 });
    await expectNewest(page, 4_999);
    await wheel(page, -1_000);
    const row = (await rowsInSight(page))[5];
    await page.click(`[data-row='${row}']`);
    await page.waitForSelector(".values");
    const before = await drawnAt(page);
    // Kept once the person has come to rest.
    await expect
      .poll(() => page.evaluate(() => JSON.stringify(window.fake.state)), patience)
      .toContain(`"selectedRow":${row}`);
    await page.reload();
    await page.waitForSelector(".values");
    expect(await page.getAttribute(".is-selected", "data-row")).toBe(String(row));
    expect(Object.keys(await drawnAt(page))).toEqual(expect.arrayContaining(Object.keys(before).slice(1, -1)));
    expect(await follow(page)).toBe("free");
  });

  describe("trouble", () => {
    it("is drawn as a line where the connection was down", async () => {
      await open({ rows: 500 });
      await control(page, { kind: "disconnect", ms: 8_000 }, { kind: "push", count: 5 });
      await page.waitForSelector("[data-row='500'] .gap-label");
      expect(await page.locator(".gap-label").count()).toBe(1);
      expect(await page.textContent(".gap-label")).toMatch(/^disconnected \d\d:\d\d:\d\d to \d\d:\d\d:\d\d$/);
    });

    it("M4: is drawn as a line where messages were lost, and counted above", async () => {
      await open({ rows: 500 });
      expect(await page.locator(".loss-count").count()).toBe(0);
      await control(page, { kind: "drop", count: 12 }, { kind: "push", count: 5 });
      await page.waitForSelector("[data-row='500'] .loss-label");
      expect(await page.textContent(".loss-label")).toBe(
        "12 messages of sensor-1 under demo.conn were lost (slow reader)",
      );
      expect(await page.textContent(".loss-count")).toBe("12 lost");
      expect(await page.getAttribute(".loss-count", "title")).toBe(
        "12 messages were lost on their way here since this monitor was opened:\n" +
          "12 because somebody on the way, perhaps this monitor, was too slow",
      );
      await expectCounters(page, { received: 505, dropped: 12 });

      await control(page, { kind: "drop", count: 1, cause: "connection" });
      await page.waitForSelector(".notice >> text=1 message of sensor-1 under demo.conn was lost (connection lost).");
      await control(page, { kind: "disconnect", ms: 8_000 }, { kind: "push", count: 1 });
      await page.waitForSelector("[data-row='505'] .loss-label");
      expect(await page.locator("[data-row='505'] .gap-label").count()).toBe(2);
      expect(await page.locator(".notice-warning").count()).toBe(0);
      expect(await page.textContent(".loss-count")).toBe("13 lost");
    });

    it("with the cluster is told with what is done about it", async () => {
      await open();
      expect(await page.textContent(".empty")).toContain("Waiting for events on zeek.*");
      const status = { state: "retrying", attempt: 4, retryInMs: 60_000, problem: "nobody listens there" } as const;
      await control(page, { kind: "status", status });
      await page.waitForSelector("text=demo is not connected");
      expect(await page.textContent(".notice-warning")).toMatch(
        /nobody listens there\. Trying again in \d\d s \(attempt 4\)/,
      );
      await control(page, { kind: "status", status: { state: "up" } });
      await page.waitForSelector("text=Waiting for events");
    });

    it("with the server is told, and ends by itself", async () => {
      await open({ rows: 100 });
      await control(
        page,
        { kind: "fail", method: readMonitor.method, code: "INTERNAL", message: "out of luck" },
        { kind: "push", count: 1 },
      );
      await page.waitForSelector("text=The server does not answer, trying again: out of luck");
      await expectNewest(page, 100);
      await expect.poll(() => page.locator(".notice-error").count(), patience).toBe(0);
    });

    it("of a monitor that is gone is final", async () => {
      await open({ rows: 100 });
      await control(
        page,
        { kind: "fail", method: readMonitor.method, code: "CLOSED", message: "no such monitor" },
        { kind: "push", count: 1 },
      );
      await page.waitForSelector("text=This monitor is closed: no such monitor");
      expect((await rowsInSight(page)).at(-1)).toBe(99);
    });
  });
});
