import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RequestFailed } from "../../../../webview/host.ts";
import { MonitorFeed } from "../../../../webview/panels/monitor/feed.ts";
import { FakeRing } from "../../fakes/fake-ring.ts";
import { RingHost } from "../../fakes/ring-host.ts";

let ring: FakeRing;
let host: RingHost;
let feed: MonitorFeed;
let drawn: number;

beforeEach(() => {
  vi.useFakeTimers();
  ring = new FakeRing(1_000, 0);
  ring.push(300);
  host = new RingHost(ring);
  drawn = 0;
  feed = new MonitorFeed(host, "monitor-1", () => drawn++);
});

afterEach(() => {
  feed.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Lets the timers of so many ms run, and the promises between them. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

async function answered(): Promise<void> {
  await pass(60);
  host.answer();
  await pass(0);
}

const search = (text: string, isRegex = false) => ({ text, matchCase: false, isRegex });

describe("what a feed asks for", () => {
  it("is the newest rows, at once", async () => {
    await answered();
    expect(host.asked).toEqual([{ monitor: "monitor-1", first: -50, limit: 50 }]);
    expect(feed.picture.newest).toBe(299);
    expect(drawn).toBe(1);
  });

  it("is one page for any number of changes, and one at a time", async () => {
    await pass(0);
    for (let n = 0; n < 10; n++) {
      ring.push(5);
      host.tell();
    }
    await pass(500);
    expect(host.inFlight).toBe(1);
    host.answer();
    await pass(500);
    expect(host.asked).toHaveLength(2);
    host.answer();
    await pass(500);
    expect(host.asked).toHaveLength(2);
    expect(feed.picture.newest).toBe(349);
  });

  it("is nothing while hidden", async () => {
    await answered();
    feed.setVisible(false);
    ring.push(5);
    host.tell();
    await pass(5_000);
    expect(host.asked).toHaveLength(1);
    feed.setVisible(true);
    await answered();
    expect(feed.picture.newest).toBe(304);
  });

  it("is nothing when the rows are known", async () => {
    await answered();
    feed.show({ kind: "places", from: 270, to: 290 });
    await pass(500);
    expect(host.asked).toHaveLength(1);
    feed.show({ kind: "places", from: 200, to: 230 });
    await answered();
    expect(host.asked[1]).toMatchObject({ upTo: 229, first: -30 });
    expect(feed.picture.rows.get(200)?.row).toBe(200);
  });
});

describe("a search", () => {
  it("takes effect with its answer, not before", async () => {
    await answered();
    feed.look(search("dns_request"));
    await pass(60);
    expect(feed.search.text).toBe("");
    expect(feed.generation).toBe(0);
    host.answer();
    await pass(0);
    expect(feed.search.text).toBe("dns_request");
    expect(feed.generation).toBe(1);
    expect(feed.picture.counters.shown).toBe(60);
  });

  it("that is wrong says so, and leaves the one before", async () => {
    await answered();
    feed.look(search("dns", true));
    await answered();
    feed.look(search("dns(", true));
    await answered();
    expect(feed.searchProblem).toContain("Invalid regular expression");
    expect(feed.search.text).toBe("dns");
    ring.push(100);
    host.tell();
    await answered();
    await answered();
    expect(feed.picture.counters.received).toBe(400);
    expect(feed.search.text).toBe("dns");
  });

  it("typed while another is on its way is asked for next", async () => {
    await answered();
    feed.look(search("dns"));
    await pass(60);
    feed.look(search("http"));
    host.answer();
    await pass(0);
    await answered();
    expect(feed.search.text).toBe("http");
  });

  it("keeps the place of who looks elsewhere than at the newest", async () => {
    await answered();
    feed.show({ kind: "places", from: 100, to: 130 });
    await answered();
    feed.look(search("dns_request"));
    await answered();
    expect([...feed.picture.rows.values()].at(-1)?.row).toBe(126);
  });
});

describe("a pause", () => {
  it("holds the picture and knows what is new", async () => {
    await answered();
    feed.pause();
    ring.push(214);
    host.tell();
    await answered();
    expect(host.asked.at(-1)).toMatchObject({ upTo: 299 });
    expect(feed.picture.shown.to).toBe(300);
    expect(feed.picture.newest).toBe(513);
    feed.resume();
    await answered();
    expect(feed.picture.shown.to).toBe(514);
  });

  it("of a monitor that has never been so far is forgotten", async () => {
    feed.startAt({ pausedAt: 9_999, row: undefined });
    await answered();
    expect(feed.pausedAt).toBeUndefined();
  });
});

describe("a failure", () => {
  it("is told, and asked again after a second", async () => {
    await answered();
    host.failure = new RequestFailed("TIMED_OUT", "no answer");
    host.tell();
    await answered();
    expect(feed.problem).toEqual({ kind: "silent", message: "no answer" });
    await pass(900);
    expect(host.inFlight).toBe(0);
    await pass(100);
    host.answer();
    await pass(0);
    expect(feed.problem).toBeUndefined();
  });

  it("is final when the monitor is gone", async () => {
    await answered();
    host.failure = new RequestFailed("CLOSED", "no such monitor");
    host.tell();
    await answered();
    expect(feed.problem?.kind).toBe("closed");
    await pass(10_000);
    expect(host.asked).toHaveLength(2);
  });

  it("of a closed feed is nobody's concern", async () => {
    await pass(0);
    feed.close();
    await pass(10_000);
    host.tell();
    await pass(10_000);
    expect(host.asked).toHaveLength(1);
    expect(drawn).toBe(0);
  });
});
