/** A fast sender and a slow receiver: nothing is lost, and whoever heeds `false` stays bounded. */
import { describe, expect, it } from "vitest";
import type { TransportUnderTest } from "../transport.ts";
import { benchFor, bytesOf, type End, repeated } from "./bench.ts";

const kib = 1024;
const mib = 1024 * kib;

export function congestionCompliance(subject: TransportUnderTest): void {
  describe("congestion", () => {
    const bench = benchFor(subject);

    it("takes small sends without a word", async () => {
      const { ours, theirs } = await bench.pair();
      for (let at = 0; at < 100; at++) expect(ours.link.send(bytesOf(at, 1000))).toBe(true);
      await theirs.untilBytes(100_000);
    });

    it("says false while the receiver does not take anything, and loses nothing of what is sent nevertheless", async () => {
      const { ours, theirs } = await bench.pair();
      theirs.link.pause();
      const chunks = Array.from({ length: 320 }, (_, seed) => bytesOf(seed, 50 * kib));
      expect(chunks.map((chunk) => ours.link.send(chunk))).toContain(false);
      theirs.link.resume();
      await theirs.untilBytes(320 * 50 * kib);
      expect(theirs.content().equals(Buffer.concat(chunks))).toBe(true);
      await ours.until(() => ours.drainedTimes > 0);
    });

    it("follows each false with drained, for a sender that waits for it", async () => {
      const { ours, theirs } = await bench.pair();
      const chunk = bytesOf(1, 300 * kib);
      for (let round = 1; round <= 20; round++) {
        const drainedTimes = ours.drainedTimes;
        if (!ours.link.send(chunk)) await ours.until(() => ours.drainedTimes > drainedTimes);
      }
      await theirs.untilBytes(20 * chunk.length);
      expect(ours.drainedTimes).toBeGreaterThan(0);
    });

    it("tells drained to a link that was congested before it started", async () => {
      const { ours, theirs } = await bench.unstartedPair();
      const chunks = sendUntilCongested(ours);
      await theirs.start().untilBytes(total(chunks));
      await ours.start().until(() => ours.drainedTimes > 0);
    });

    it("keeps a sender that heeds false bounded", async () => {
      const { ours, theirs } = await bench.pair();
      let sent = 0;
      let most = 0;
      theirs.onChunk = () => {
        most = Math.max(most, sent - theirs.bytes);
      };
      for (const chunk of repeated(bytesOf(1, 64 * kib), 64 * mib)) {
        sent += chunk.length;
        await ours.sendHeeding([chunk]);
      }
      await theirs.untilBytes(64 * mib);
      expect(most).toBeLessThanOrEqual(subject.mostUnderWay);
    });

    it("delivers nothing to a link that is paused before it starts, and all of it once it is resumed", async () => {
      const { ours, theirs } = await bench.unstartedPair();
      theirs.link.pause();
      theirs.start();
      ours.start();
      const chunks = sendUntilCongested(ours);
      await bench.letTimePass();
      expect(theirs.bytes).toBe(0);
      theirs.link.resume();
      await theirs.untilBytes(total(chunks));
      expect(theirs.content().equals(Buffer.concat(chunks))).toBe(true);
    });

    it("stops delivery soon after pause, from within received, and goes on after resume", async () => {
      const { ours, theirs } = await bench.pair();
      theirs.onChunk = () => theirs.link.pause();
      const chunks = [...sendUntilCongested(ours), ...sendUntilCongested(ours)];
      await theirs.untilBytes(1);
      await bench.letTimePass();
      const before = theirs.bytes;
      expect(before).toBeLessThan(total(chunks));
      await bench.letTimePass();
      expect(theirs.bytes).toBe(before);

      theirs.onChunk = () => {};
      theirs.link.resume();
      await theirs.untilBytes(total(chunks));
      expect(theirs.content().equals(Buffer.concat(chunks))).toBe(true);
    });

    it("forgets pauses that were taken back before the start", async () => {
      const { ours, theirs } = await bench.unstartedPair();
      theirs.link.pause();
      theirs.link.resume();
      ours.start().link.send(bytesOf(1, 10));
      await theirs.start().untilBytes(10);
    });
  });
}

/** Sends to one who does not listen. What was sent, the last of it congested. */
function sendUntilCongested(end: End): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let seed = 0; seed < 1000; seed++) {
    const chunk = bytesOf(seed, 64 * kib);
    chunks.push(chunk);
    if (!end.link.send(chunk)) return chunks;
  }
  throw new Error("never congested");
}

function total(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
