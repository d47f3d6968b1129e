/** Everything arrives, unchanged, in order, at the right end, and belongs to whoever receives it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TransportUnderTest } from "../transport.ts";
import { type Bench, benchFor, bytesOf, End } from "./bench.ts";

const kib = 1024;
const mib = 1024 * kib;

export function bytesCompliance(subject: TransportUnderTest): void {
  describe("bytes", () => {
    const bench = benchFor(subject);

    it("carries any chunks both ways at once, in order", async () => {
      const chunks = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(chunks, chunks, async (there, back) => {
          await exchange(bench, there, back);
          await bench.clear();
        }),
        { numRuns: 40 },
      );
    });

    it("carries single bytes", async () => {
      const single = Array.from({ length: 5000 }, (_, at) => Uint8Array.of(at & 0xff));
      await exchange(bench, single, single.toReversed());
    });

    it("carries chunks of 1 MiB", async () => {
      const large = [1, 2, 3, 4, 5].map((seed) => bytesOf(seed, mib));
      await exchange(bench, large, large.toReversed());
    });

    it("carries one chunk of 20 MiB", async () => {
      await exchange(bench, [bytesOf(1, 20 * mib)], []);
    });

    it("keeps many links at once apart", async () => {
      const accepted: End[] = [];
      const listener = await bench.listen((link) => accepted.push(echoing(link)));
      const ends = await Promise.all(Array.from({ length: 20 }, () => bench.connect(listener.location)));
      await Promise.all(
        ends.map(async (end, index) => {
          end.start();
          const chunks = Array.from({ length: 20 }, (_, at) => bytesOf(index * 100 + at, 1000 + index));
          await end.sendHeeding(chunks);
          await end.untilBytes(20 * (1000 + index));
          expect(end.content().equals(Buffer.concat(chunks))).toBe(true);
        }),
      );
      expect(accepted).toHaveLength(20);
    });

    it("gives each receiver a chunk of its own", async () => {
      const accepted: End[] = [];
      const listener = await bench.listen((link) => accepted.push(scribbling(link)));
      const ends = await Promise.all([1, 2, 3].map(() => bench.connect(listener.location)));
      const shared = bytesOf(7, 100 * kib);
      for (const end of ends) end.start().link.send(shared);
      for (const end of ends) end.link.close();
      await Promise.all(ends.map((end) => end.untilClosed()));
      for (const end of accepted) {
        await end.untilClosed();
        expect(end.bytes).toBe(shared.length);
        expect(scribbled.get(end)?.equals(shared)).toBe(true);
      }
      expect(Buffer.from(shared).equals(bytesOf(7, 100 * kib))).toBe(true);
    });

    it("does not deliver inside the sender's call", async () => {
      const { ours, theirs } = await bench.pair();
      ours.link.send(bytesOf(1, 10));
      expect(theirs.bytes).toBe(0);
      await theirs.untilBytes(10);
    });
  });
}

/** What a scribbling end saw before it wrote over it. */
const scribbled = new WeakMap<End, Buffer>();

function scribbling(link: End["link"]): End {
  const end = new End(link);
  end.onChunk = (chunk) => {
    scribbled.set(end, Buffer.concat([scribbled.get(end) ?? Buffer.alloc(0), chunk]));
    chunk.fill(0xee);
  };
  return end.start();
}

function echoing(link: End["link"]): End {
  const end = new End(link);
  end.onChunk = (chunk) => link.send(chunk.slice());
  return end.start();
}

async function exchange(bench: Bench, there: Uint8Array[], back: Uint8Array[]): Promise<void> {
  const { ours, theirs } = await bench.pair();
  const [sent, answered] = [Buffer.concat(there), Buffer.concat(back)];
  await Promise.all([
    ours.sendHeeding(there),
    theirs.sendHeeding(back),
    theirs.untilBytes(sent.length),
    ours.untilBytes(answered.length),
  ]);
  expect(theirs.content().equals(sent)).toBe(true);
  expect(ours.content().equals(answered)).toBe(true);
}
