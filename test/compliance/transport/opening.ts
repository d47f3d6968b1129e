/** Listening and connecting: who gets through, who does not and why, and when a location is free again. */
import { describe, expect, it } from "vitest";
import { SwitchyardError } from "../../../library/core/errors.ts";
import type { TransportUnderTest } from "../transport.ts";
import { benchFor, bytesOf, End } from "./bench.ts";

export function openingCompliance(subject: TransportUnderTest): void {
  describe("opening", () => {
    const bench = benchFor(subject);

    it("serves the scheme of its locations", () => {
      expect(subject.transport.schemes.map((scheme) => `${scheme}:`)).toContain(bench.location().protocol);
    });

    it("says where it listens, and whom a link is with", async () => {
      const { ours, theirs, listener } = await bench.pair();
      expect(new URL(listener.location).port).not.toBe("0");
      expect(ours.link.remote).not.toBe("");
      expect(theirs.link.remote).not.toBe("");
    });

    it("does not reach anybody where nobody listens", async () => {
      const listener = await bench.listen(() => {});
      await listener.close();
      expect(await failureOf(bench.connect(listener.location))).toEqual({
        code: "UNREACHABLE",
        names: listener.location,
      });
    });

    it("does not listen where somebody does, and leaves that one alone", async () => {
      const accepted: End[] = [];
      const first = await bench.listen((link) => accepted.push(new End(link).start()));
      const second = bench.listen(() => {}, new URL(first.location));
      expect(await failureOf(second)).toEqual({ code: "LOCATION_IN_USE", names: first.location });
      const end = await bench.connect(first.location);
      end.start().link.send(bytesOf(1, 10));
      end.link.close();
      await end.untilClosed();
      expect(accepted.map(({ bytes }) => bytes)).toContain(10);
    });

    it("frees the location when the listener closes, and keeps the links", async () => {
      const { ours, theirs, listener } = await bench.pair();
      await listener.close();
      await listener.close();
      const again = await bench.listen(() => {}, new URL(listener.location));
      expect(again.location).toBe(listener.location);
      await listener.close(); // that of the past: it must not close the new one
      await bench.connect(again.location);
      ours.link.send(bytesOf(1, 10));
      await theirs.untilBytes(10);
    });

    it("accepts a storm of links", async () => {
      const listener = await bench.listen((link) => {
        const end = new End(link);
        end.onChunk = (chunk) => link.send(chunk);
        end.start();
      });
      const ends = await Promise.all(Array.from({ length: 100 }, () => bench.connect(listener.location)));
      for (const [index, end] of ends.entries()) end.start().link.send(Uint8Array.of(index));
      await Promise.all(ends.map((end) => end.untilBytes(1)));
      expect(ends.map((end) => end.chunks[0]?.[0])).toEqual(ends.map((_, index) => index));
    });

    it("gives up at once by a signal that was given before", async () => {
      const listener = await bench.listen(() => {});
      const attempt = bench.connect(listener.location, AbortSignal.abort());
      expect(await failureOf(attempt)).toEqual({ code: "TIMED_OUT", names: listener.location });
    });

    it("gives up a connect that is under way, and leaves no link behind", async () => {
      const accepted: End[] = [];
      const listener = await bench.listen((link) => accepted.push(new End(link).start()));
      const controller = new AbortController();
      const attempt = bench.connect(listener.location, controller.signal);
      controller.abort();
      expect(await failureOf(attempt)).toEqual({ code: "TIMED_OUT", names: listener.location });
      await bench.letTimePass();
      await Promise.all(accepted.map((end) => end.untilClosed()));
    });

    it("does not heed the signal once the link is open", async () => {
      const accepted: End[] = [];
      const listener = await bench.listen((link) => accepted.push(new End(link).start()));
      const controller = new AbortController();
      const end = await bench.connect(listener.location, controller.signal);
      controller.abort();
      end.start().link.send(bytesOf(1, 10));
      await bench.letTimePass();
      expect(accepted[0]?.bytes).toBe(10);
      expect(end.closedTimes).toBe(0);
    });

    it.each(["?query", "#fragment"])("refuses a location with a %s", async (extra) => {
      const bad = new URL(`${bench.location().href}${extra}`);
      expect((await failureOf(bench.connect(bad.href))).code).toBe("BAD_LOCATION");
      expect((await failureOf(bench.listen(() => {}, bad))).code).toBe("BAD_LOCATION");
    });

    it("refuses a location with user info, without repeating it", async () => {
      const location = bench.location();
      if (location.host === "") location.host = "host"; // only behind a host there can be any
      location.username = "me";
      location.password = "secret";
      await expect(bench.connect(location.href)).rejects.toThrow(/must not have user info/);
      await expect(bench.connect(location.href)).rejects.not.toThrow(/secret/);
    });
  });
}

/** The code, and the location when the message names it. */
async function failureOf(attempt: Promise<unknown>): Promise<{ code: string; names: string | undefined }> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof SwitchyardError)) return { code: `no SwitchyardError but ${String(error)}`, names: undefined };
  return { code: error.code, names: /[a-z]+:\/\/[^\s:]*(?::\d+)?[^\s:]*/.exec(error.message)?.[0] };
}
