import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MonitorFeed } from "../../../../webview/panels/monitor/feed.ts";
import { rowPx } from "../../../../webview/panels/monitor/scroll-map.ts";
import { TableModel } from "../../../../webview/panels/monitor/table-model.ts";
import { FakeRing } from "../../fakes/fake-ring.ts";
import { RingHost } from "../../fakes/ring-host.ts";

let ring: FakeRing;
let host: RingHost;
let feed: MonitorFeed;
let table: TableModel;

beforeEach(async () => {
  vi.useFakeTimers();
  ring = new FakeRing(1_000, 0);
  ring.push(300);
  host = new RingHost(ring);
  feed = new MonitorFeed(host, "monitor-1", () => table.pictured());
  table = new TableModel(feed, "newestLast");
  table.resized(20 * rowPx);
  await answered();
});

afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

async function answered(): Promise<void> {
  for (let n = 0; n < 4; n++) {
    await vi.advanceTimersByTimeAsync(60);
    host.answer();
    await vi.advanceTimersByTimeAsync(0);
  }
}

async function push(count: number): Promise<void> {
  ring.push(count);
  host.tell();
  await answered();
}

/** Number of the row that is drawn first in sight. */
const topRow = () => feed.picture.rows.get(table.placeAt(Math.floor(table.map.top)))?.row;

describe("a table", () => {
  it("follows the newest row", async () => {
    expect(topRow()).toBe(280);
    await push(50);
    expect(topRow()).toBe(330);
    expect(table.newerRows).toBe(0);
  });

  it("stays where the person scrolled, and counts what is newer", async () => {
    table.scrolledTo(table.map.scrollTop - 100 * rowPx);
    await answered();
    expect(topRow()).toBe(180);
    await push(600);
    expect(topRow()).toBe(180);
    expect(table.newerRows).toBe(700);
    table.jump();
    await answered();
    expect(topRow()).toBe(880);
  });

  it("is the same upside down", async () => {
    table.reorder("newestFirst");
    await answered();
    expect(topRow()).toBe(299);
    await push(10);
    expect(topRow()).toBe(309);
    table.scrolledTo(table.map.scrollTop + 100 * rowPx);
    await answered();
    expect(topRow()).toBe(209);
    await push(200);
    expect(topRow()).toBe(209);
    expect(table.newerRows).toBe(300);
  });
});

describe("a selected row", () => {
  it("is found by keys, also where no row is known yet", async () => {
    table.moveSelection(-1);
    expect(table.selection?.row?.row).toBe(299);
    table.selectOldest();
    expect(table.selection).toEqual({ place: 0, row: undefined });
    await answered();
    expect(table.selection?.row?.row).toBe(0);
    table.moveSelection(5);
    expect(table.selection?.row?.row).toBe(5);
    table.moveSelection(-50);
    expect(table.selection?.row?.row).toBe(0);
  });

  it("goes up the screen with the same keys when the newest is first", async () => {
    table.reorder("newestFirst");
    await answered();
    table.select(290);
    table.moveSelection(1);
    expect(table.selection?.row?.row).toBe(289);
  });

  it("stays selected under another search, at its new place or without one", async () => {
    table.select(296);
    feed.look({ text: "dns_request", matchCase: false, isRegex: false });
    await answered();
    expect(table.selection).toMatchObject({ place: 59, row: { row: 296 } });
    expect(table.map.shows(59)).toBe(true);
    feed.look({ text: "http_reply", matchCase: false, isRegex: false });
    await answered();
    expect(table.selection).toMatchObject({ place: undefined, row: { row: 296 } });
  });

  it("stays in sight when the table gets lower", async () => {
    table.select(299);
    table.resized(8 * rowPx);
    expect(table.map.shows(299)).toBe(true);
    expect(table.map.top + 8).toBe(300);
  });
});

describe("a table whose page was made anew", () => {
  async function anew(from: TableModel, order: "newestLast" | "newestFirst" = "newestLast"): Promise<void> {
    const place = from.kept;
    feed.close();
    feed = new MonitorFeed(host, "monitor-1", () => table.pictured());
    table = new TableModel(feed, order);
    feed.startAt({ pausedAt: undefined, row: place?.newestRow });
    if (place !== undefined) table.restore(place);
    table.resized(20 * rowPx);
    await answered();
  }

  it("follows if it did", async () => {
    await anew(table);
    expect(table.follow).toBe("following");
    expect(topRow()).toBe(280);
  });

  it("stands where it stood, with the same row selected", async () => {
    table.select(290);
    table.scrolledTo(table.map.scrollTop - 4 * rowPx);
    expect(topRow()).toBe(276);
    await push(100);
    await anew(table);
    expect(topRow()).toBe(276);
    expect(table.follow).toBe("free");
    expect(table.selection).toMatchObject({ place: 290, row: { row: 290 } });
    expect(table.newerRows).toBe(104);
  });

  it("stands where it stood, upside down", async () => {
    table.reorder("newestFirst");
    await answered();
    table.scrolledTo(table.map.scrollTop + 50 * rowPx);
    await answered();
    expect(topRow()).toBe(249);
    await push(100);
    await anew(table, "newestFirst");
    expect(topRow()).toBe(249);
  });

  it("follows when what it looked at has left", async () => {
    table.select(290);
    ring.push(5_000);
    await anew(table);
    expect(table.follow).toBe("following");
    expect(topRow()).toBe(5_280);
  });
});

describe("rows that leave the ring", () => {
  it("are said to have left once some in sight have", async () => {
    table.selectOldest();
    await answered();
    expect(table.isEvicted).toBe(false);
    await push(700);
    expect(table.isEvicted).toBe(false);
    await push(5);
    expect(table.isEvicted).toBe(true);
    expect(topRow()).toBe(0);
    await push(50_000);
    expect(table.isEvicted).toBe(true);
    expect(topRow()).toBe(0);
    table.selectOldest();
    await answered();
    expect(topRow()).toBe(50_005);
    expect(table.isEvicted).toBe(false);
  });
});
