/** The Raise Event form in a real browser, against the fake server. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { askSurvey, raiseEvent } from "../../server/protocol/events.ts";
import { patience, requestsOf } from "./fakes/monitor-page.ts";
import { control, errorsOf, noBrowser, PanelLab } from "./fakes/panel-page.ts";

const given = {
  cluster: "cluster-1",
  clusterName: "demo",
  topic: "zeek.conn.new",
  name: "connection_established",
  args: "10, 443",
};

describe.skipIf(noBrowser !== undefined)(`the Raise Event form ${noBrowser ?? ""}`, { timeout: 30_000 }, () => {
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

  async function open(panelArguments: unknown = given): Promise<void> {
    page = await lab.panel({ panel: "raise", panelArguments });
    await page.waitForSelector("form");
  }

  const raised = () => requestsOf(page, raiseEvent.method);

  it("raises what it was filled with, and says to how many it went", async () => {
    await open();
    await page.waitForSelector("text=would reach 2 nodes: logger, manager");
    await page.waitForSelector("text=count, count");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Sent to 1 direct peer");
    const { cluster, topic, name, args } = given;
    expect(await raised()).toEqual([{ cluster, topic, name, args }]);
  });

  it("asks on request, and lists what each node says", async () => {
    await open();
    await page.click("text=Ask");
    await page.waitForSelector("text=2 nodes answered within 2 s");
    const rows = await page.locator(".answer-table tbody tr").allTextContents();
    expect(rows).toEqual(['logger3 ms0, "fine"', 'manager1\u202f203 msbusy(1, "fine")']);
    const { cluster, topic, name, args } = given;
    expect(await requestsOf(page, askSurvey.method)).toEqual([{ cluster, topic, name, args, timeoutMs: 2_000 }]);
    expect(await raised()).toEqual([]);

    await control(page, { kind: "receivers", receivers: [], known: true });
    await page.click("text=Ask");
    await page.waitForSelector("text=Nobody answered within 2 s");
    await control(page, { kind: "fail", method: askSurvey.method, code: "BAD_TOPIC", message: "not a topic" });
    await page.click("text=Ask");
    await page.waitForSelector("text=Not sent: not a topic");
    expect(await page.locator(".answers").count()).toBe(0);
  });

  it("shows a mistake with its column, and raises nothing meanwhile", async () => {
    await open();
    await page.fill("textarea", "10, !x");
    await page.waitForSelector("text=Column 5: “!” begins no value");
    expect(await page.textContent(".problem-place mark")).toBe("!");
    expect(await page.isDisabled(".raise-button")).toBe(true);
    await page.keyboard.press("Control+Enter");
    await page.fill("textarea", "10, 1");
    await expect.poll(() => page.isDisabled(".raise-button"), patience).toBe(false);
    expect(await raised()).toEqual([]);
  });

  it("says why the server did not raise it, at the field it concerns", async () => {
    await open();
    await page.fill("input >> nth=0", "zeek.*");
    await page.click(".raise-button");
    await page.waitForSelector(".field-wrong >> text=not a topic");
    expect(await page.textContent(".outcome")).toContain("Not sent: not a topic");
    await page.fill("input >> nth=0", "zeek.x");
    expect(await page.locator(".field-wrong").count()).toBe(0);
  });

  it("tells before and after that nobody gets it", async () => {
    await open();
    await control(page, { kind: "receivers", receivers: [], known: true });
    await page.fill("input >> nth=0", "nobody.here");
    await page.waitForSelector("text=nobody subscribes");
    await page.click(".raise-button");
    await page.waitForSelector("text=Sent to no peer");
  });

  it("keeps what was raised, to fill the form again", async () => {
    await open();
    await page.keyboard.press("Enter");
    await page.waitForSelector(".history-line");
    await page.fill("textarea", "99");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".history-line").count(), patience).toBe(2);
    await page.click(".history-line >> nth=1");
    expect(await page.inputValue("textarea")).toBe("10, 443");
    await page.reload();
    await expect.poll(() => page.locator(".history-line").count(), patience).toBe(2);
    expect(await page.inputValue("textarea")).toBe("10, 443");
  });

  it("begins with what is missing, and raises nothing that is not whole", async () => {
    await open({ cluster: "cluster-1", clusterName: "demo", topic: "zeek.conn.new" });
    await page.waitForFunction(() => document.activeElement?.getAttribute("placeholder") === "connection_established");
    expect(await page.isDisabled(".raise-button")).toBe(true);
    await page.keyboard.press("Enter");
    expect(await raised()).toEqual([]);
  });

  it("says when the cluster is not connected", async () => {
    await open();
    await control(page, { kind: "status", status: { state: "down" } });
    await page.waitForSelector("text=demo is not connected");
  });
});
