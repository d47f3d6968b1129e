/** Reads what `netstat -an` and `ps` print where there is no `/proc`. Pure: text in, observations out. */
import { isIP } from "node:net";
import type { SeenConnection, SeenProcess } from "./observation.ts";

/** `netstat -an`, on Linux, macOS, the BSDs and Windows: the TCP lines. */
export function parseNetstat(text: string): SeenConnection[] {
  return text.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    if (!/^tcp/i.test(words[0] ?? "")) return [];
    const ends = words.slice(1).map(parseEnd);
    const first = ends.findIndex((end) => end !== undefined);
    const from = ends[first];
    const to = ends[first + 1];
    if (from === undefined || to === undefined) return [];
    const [queuedIn = 0, queuedOut = 0] = words.slice(1, 1 + first).map(Number);
    return [
      {
        localAddress: from.address,
        localPort: from.port,
        remoteAddress: to.address,
        remotePort: to.port,
        state: (words[first + 3] ?? "UNKNOWN").toUpperCase(),
        queuedOut,
        queuedIn,
      },
    ];
  });
}

/** `127.0.0.1:80`, `127.0.0.1.80`, `[::1]:80`, `*.80`, `0.0.0.0:*`. */
function parseEnd(text: string): { address: string; port: number } | undefined {
  const [, bracketed = "", port = ""] = /^(.*)[:.](\d{1,5}|\*)$/.exec(text) ?? [];
  const address = bracketed === "*" ? "0.0.0.0" : bracketed.replace(/^\[|\]$|%.*$/g, "");
  return isIP(address) === 0 ? undefined : { address, port: port === "*" ? 0 : Number(port) };
}

/** `ps -axo pid=,ppid=,rss=,comm=`. */
export function parsePs(text: string): SeenProcess[] {
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, kibibytes, path] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (path === undefined) return [];
    const name = path.slice(path.lastIndexOf("/") + 1);
    return [{ pid: Number(pid), parent: Number(parent), name, memoryBytes: Number(kibibytes) * 1024 }];
  });
}
