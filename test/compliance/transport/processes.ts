/** With another process at the other end: one that is killed, and one that must come to its end by itself. */
import { describe, expect, it } from "vitest";
import type { TransportUnderTest } from "../transport.ts";
import { benchFor, End, once } from "./bench.ts";
import { startPeer } from "./peer-process.ts";

export function processCompliance(subject: TransportUnderTest): void {
  describe("processes", () => {
    const bench = benchFor(subject);

    it("lets a process end by itself once its links and listeners are closed", async () => {
      const peer = await startPeer("leave", bench.location().href, subject.tls?.());
      expect(await peer.ended).toBe(0);
    }, 30_000);

    if (!subject.crossesProcesses) return;

    it("tells of a peer that was killed, at the end that waits and at the one that sends", async () => {
      const accepted: End[] = [];
      const both = once<void>();
      const listener = await bench.listen((link) => {
        accepted.push(new End(link).start());
        if (accepted.length === 2) both.resolve();
      });
      const peer = await startPeer("hold", listener.location, subject.tls?.());
      await both.promise;
      await Promise.all(accepted.map((end) => end.untilBytes(1)));
      accepted[0]?.link.send(new Uint8Array(20_000_000)); // never read there
      peer.kill();
      const errors = await Promise.all(accepted.map((end) => end.untilClosed()));
      expect(errors[0]?.code).toBe("PEER_LOST");
      expect([undefined, "PEER_LOST"]).toContain(errors[1]?.code);
    }, 30_000);
  });
}
