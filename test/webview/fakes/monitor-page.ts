/** What a person sees of a Monitor panel, read from its page. */
import { isDeepStrictEqual } from "node:util";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** The panel answers within this, however busy the machine. */
export const patience = { timeout: 15_000, interval: 30 };

export async function counters(page: Page): Promise<Readonly<Record<string, number>>> {
  return page.evaluate(() => {
    const counts: Record<string, number> = {};
    for (const element of document.querySelectorAll<HTMLElement>("[data-counter]")) {
      counts[element.dataset["counter"] ?? ""] = Number(element.dataset["count"]);
    }
    return counts;
  });
}

export async function expectCounters(page: Page, expected: Readonly<Record<string, number>>): Promise<void> {
  await expect.poll(() => counters(page), patience).toMatchObject(expected);
}

/** Numbers of the rows that are at least half in sight, from top to bottom. */
export async function rowsInSight(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => {
    const table = document.querySelector(".table")?.getBoundingClientRect();
    const head = document.querySelector(".table-head")?.getBoundingClientRect();
    if (table === undefined || head === undefined) return [];
    return [...document.querySelectorAll<HTMLElement>("[data-row]")]
      .filter((row) => {
        const box = row.getBoundingClientRect();
        return box.top + box.height / 2 > head.bottom && box.top + box.height / 2 < table.bottom;
      })
      .map((row) => Number(row.dataset["row"]));
  });
}

/** Where each row in sight is drawn, by number. */
export async function drawnAt(page: Page): Promise<Readonly<Record<string, number>>> {
  return page.evaluate(() => {
    const at: Record<string, number> = {};
    for (const row of document.querySelectorAll<HTMLElement>("[data-row]")) {
      const { top } = row.getBoundingClientRect();
      if (top > 50 && top < window.innerHeight - 60) at[row.dataset["row"] ?? ""] = Math.round(top);
    }
    return at;
  });
}

export async function expectNewest(page: Page, row: number): Promise<void> {
  await expect.poll(async () => (await rowsInSight(page)).at(-1), patience).toBe(row);
}

export async function follow(page: Page): Promise<string | null> {
  return page.getAttribute(".table", "data-follow");
}

/** Requests of one method that the panel has made. */
export async function requestsOf(page: Page, method: string): Promise<readonly unknown[]> {
  return page.evaluate(
    (sought) => window.fake.requests.filter((request) => request.method === sought).map(({ params }) => params),
    method,
  );
}

/** Rows are drawn in a frame after the scrolling: until then those in sight may be none at all. */
async function isDrawn(page: Page): Promise<boolean> {
  const before = await drawnAt(page);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const after = await drawnAt(page);
  return Object.keys(after).length > 0 && isDeepStrictEqual(after, before);
}

/** Turns the wheel over the table, and takes the mouse away again; resolves when the rows there are drawn. */
export async function wheel(page: Page, deltaY: number): Promise<void> {
  await page.mouse.move(300, 300);
  await page.mouse.wheel(0, deltaY);
  await expect.poll(() => follow(page), patience).toBe("free");
  await page.mouse.move(300, 10);
  await expect.poll(() => isDrawn(page), patience).toBe(true);
}
