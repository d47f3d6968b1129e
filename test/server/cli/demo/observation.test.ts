import { describe, expect, it } from "vitest";
import { changeBetween } from "../../../../server/cli/demo/observation.ts";
import { findObserver } from "../../../../server/cli/demo/observers.ts";
import { parseProcConnections, parseProcStat } from "../../../../server/cli/demo/proc-text.ts";
import { parseNetstat, parsePs } from "../../../../server/cli/demo/tool-text.ts";

describe("/proc", () => {
  it("tells connections of both families", () => {
    const text = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:1F90 0200A8C0:0050 01 0000000A:00000010 00:00000000 00000000     0        0 1 1 0 100 0",
      "   1: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 0",
      "   2: nonsense",
      "",
    ].join("\n");
    expect(parseProcConnections(text)).toEqual([
      {
        ...{ localAddress: "127.0.0.1", localPort: 8080, remoteAddress: "192.168.0.2", remotePort: 80 },
        ...{ state: "ESTABLISHED", queuedOut: 10, queuedIn: 16 },
      },
      {
        ...{ localAddress: "0000:0000:0000:0000:0000:0000:0000:0001", localPort: 22 },
        ...{ remoteAddress: "0000:0000:0000:0000:0000:0000:0000:0000", remotePort: 0 },
        ...{ state: "LISTEN", queuedOut: 0, queuedIn: 0 },
      },
    ]);
  });

  it("tells processes, whatever their names hold", () => {
    const rest = "S 7 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 100 1000000 300 18446744073709551615";
    expect(parseProcStat(`42 (a) b (c)) ${rest}\n`)).toEqual({
      pid: 42,
      parent: 7,
      name: "a) b (c)",
      memoryBytes: 300 * 4096,
    });
    expect(parseProcStat("")).toBeUndefined();
  });
});

describe("tools", () => {
  it("netstat, as Linux, macOS and Windows print it", () => {
    const text = [
      "Active Internet connections (servers and established)",
      "Proto Recv-Q Send-Q Local Address           Foreign Address         State",
      "tcp        1      2 127.0.0.1:631           10.0.0.2:443            ESTABLISHED",
      "tcp4       0      0  127.0.0.1.8080         *.*                    LISTEN",
      "tcp6       0      0  fe80::1%lo0.1024       ::1.80                 ESTABLISHED",
      "  TCP    192.168.1.5:50000      [2001:db8::1]:443      TIME_WAIT",
      "udp        0      0 0.0.0.0:68              0.0.0.0:*",
    ].join("\n");
    expect(parseNetstat(text).map((seen) => Object.values(seen).join(" "))).toEqual([
      "127.0.0.1 631 10.0.0.2 443 ESTABLISHED 2 1",
      "127.0.0.1 8080 0.0.0.0 0 LISTEN 0 0",
      "fe80::1 1024 ::1 80 ESTABLISHED 0 0",
      "192.168.1.5 50000 2001:db8::1 443 TIME_WAIT 0 0",
    ]);
  });

  it("ps", () => {
    expect(parsePs("    1     0   9000 /sbin/launchd\n  300   1 12 Some App\n\n")).toEqual([
      { pid: 1, parent: 0, name: "launchd", memoryBytes: 9_216_000 },
      { pid: 300, parent: 1, name: "Some App", memoryBytes: 12_288 },
    ]);
  });
});

it("tells what came and went", () => {
  expect(changeBetween(["a", "b"], ["b", "c"], (name) => name)).toEqual({ appeared: ["c"], vanished: ["a"] });
});

it("sees this very process", async () => {
  const observer = await findObserver("processes");
  if (observer === undefined) return; // this machine shows nothing, which the demo says, too
  expect((await observer.processes()).map(({ pid }) => pid)).toContain(process.pid);
});
