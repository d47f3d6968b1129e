/** Closing in every order: flushed or not as promised, told once to each end, last of all. */
import { describe, expect, it } from "vitest";
import type { TransportUnderTest } from "../transport.ts";
import { benchFor, bytesOf } from "./bench.ts";

const mib = 1024 * 1024;

export function closingCompliance(subject: TransportUnderTest): void {
  describe("closing", () => {
    const bench = benchFor(subject);

    it("flushes all that is queued, then closes both ends in good order", async () => {
      const { ours, theirs } = await bench.pair();
      const chunks = Array.from({ length: 100 }, (_, seed) => bytesOf(seed, 100_000));
      for (const chunk of chunks) ours.link.send(chunk);
      ours.link.close();
      expect(await theirs.untilClosed()).toBeUndefined();
      expect(await ours.untilClosed()).toBeUndefined();
      expect(theirs.content().equals(Buffer.concat(chunks))).toBe(true);
    });

    it("closes from the accepted end, too", async () => {
      const { ours, theirs } = await bench.pair();
      theirs.link.send(bytesOf(1, mib));
      theirs.link.close();
      expect(await ours.untilClosed()).toBeUndefined();
      expect(await theirs.untilClosed()).toBeUndefined();
      expect(ours.bytes).toBe(mib);
    });

    it("closes while it is paused, and while the other end sends", async () => {
      const { ours, theirs } = await bench.pair();
      ours.link.pause();
      for (let seed = 0; seed < 40; seed++) theirs.link.send(bytesOf(seed, 100_000));
      ours.link.close();
      expect(await ours.untilClosed()).toBeUndefined();
      expect(await theirs.untilClosed()).toBeUndefined();
    });

    it("delivers nothing after a close of one's own", async () => {
      const { ours, theirs } = await bench.pair();
      theirs.link.send(bytesOf(1, mib));
      ours.link.close();
      await Promise.all([ours.untilClosed(), theirs.untilClosed()]);
      expect(ours.bytes).toBe(0);
    });

    it("takes nothing after a close", async () => {
      const { ours, theirs } = await bench.pair();
      ours.link.close();
      expect(ours.link.send(bytesOf(1, 10))).toBe(false);
      await theirs.untilClosed();
      expect(theirs.link.send(bytesOf(1, 10))).toBe(false);
      expect(theirs.bytes).toBe(0);
    });

    it("closes from both ends at once", async () => {
      const { ours, theirs } = await bench.pair();
      ours.link.send(bytesOf(1, 1000));
      theirs.link.send(bytesOf(2, 1000));
      ours.link.close();
      theirs.link.close();
      expect(await ours.untilClosed()).toBeUndefined();
      expect(await theirs.untilClosed()).toBeUndefined();
    });

    it("destroys at once, whatever is queued", async () => {
      const { ours, theirs } = await bench.pair();
      theirs.link.pause();
      for (let seed = 0; seed < 100; seed++) ours.link.send(bytesOf(seed, 500_000));
      ours.link.destroy();
      expect(await ours.untilClosed()).toBeUndefined();
      theirs.link.resume();
      await theirs.untilClosed();
      expect(theirs.bytes).toBeLessThan(50_000_000);
    });

    it("destroys after a close that cannot be flushed", async () => {
      const { ours, theirs } = await bench.pair();
      theirs.link.pause();
      for (let seed = 0; seed < 40; seed++) ours.link.send(bytesOf(seed, 500_000));
      ours.link.close();
      await bench.letTimePass();
      expect(ours.closedTimes).toBe(0);
      ours.link.destroy();
      await ours.untilClosed();
      theirs.link.resume();
      await theirs.untilClosed();
    });

    it("tells of a destroyed peer that was idle: lost, or closed in good order", async () => {
      const { ours, theirs } = await bench.pair();
      theirs.link.destroy();
      expect([undefined, "PEER_LOST"]).toContain((await ours.untilClosed())?.code);
      expect(await theirs.untilClosed()).toBeUndefined();
    });

    it("tells closed once and never inside the call, however often and in whatever order it is closed", async () => {
      const { ours, theirs } = await bench.pair();
      ours.link.close();
      ours.link.close();
      theirs.link.destroy();
      theirs.link.close();
      ours.link.destroy();
      theirs.link.destroy();
      expect(ours.closedTimes + theirs.closedTimes).toBe(0);
      await Promise.all([ours.untilClosed(), theirs.untilClosed()]);
      for (const end of [ours, theirs]) {
        end.link.close();
        end.link.destroy();
        end.link.pause();
        end.link.resume();
      }
      await bench.letTimePass(); // a second `closed` would throw
      expect([ours.closedTimes, theirs.closedTimes]).toEqual([1, 1]);
    });

    it("closes from within received", async () => {
      const { ours, theirs } = await bench.pair();
      theirs.onChunk = () => theirs.link.close();
      ours.link.send(bytesOf(1, 1000));
      expect(await ours.untilClosed()).toBeUndefined();
      expect(await theirs.untilClosed()).toBeUndefined();
    });

    it("holds everything back until the start: bytes, then closed", async () => {
      const { ours, theirs } = await bench.unstartedPair();
      ours.start().link.send(bytesOf(1, 1000));
      ours.link.close();
      await bench.letTimePass();
      theirs.start();
      expect(theirs.closedTimes).toBe(0);
      expect(await theirs.untilClosed()).toBeUndefined();
      expect(theirs.content().equals(bytesOf(1, 1000))).toBe(true);
      await ours.untilClosed();
    });

    it("holds closed back until the start of a link that was closed before it", async () => {
      const { ours, theirs } = await bench.unstartedPair();
      ours.link.destroy();
      theirs.link.close();
      await bench.letTimePass();
      await ours.start().untilClosed();
      await theirs.start().untilClosed();
    });
  });
}
