/** Reads what Linux says of connections and processes under `/proc`. Pure: text in, observations out. */
import type { SeenConnection, SeenProcess } from "./observation.ts";

/** By their numbers in the kernel; 0 is none. */
const states = [
  "",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
];

const memoryPageBytes = 4096;

/** `/proc/net/tcp` or `/proc/net/tcp6`. Lines that it does not know are passed over. */
export function parseProcConnections(text: string): SeenConnection[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local = "", remote = "", state = "", queues = ""] = line.trim().split(/\s+/);
      const from = parseEnd(local);
      const to = parseEnd(remote);
      if (from === undefined || to === undefined) return [];
      const [out = "0", into = "0"] = queues.split(":");
      return [
        {
          localAddress: from.address,
          localPort: from.port,
          remoteAddress: to.address,
          remotePort: to.port,
          state: states[Number.parseInt(state, 16)] || "UNKNOWN",
          queuedOut: Number.parseInt(out, 16),
          queuedIn: Number.parseInt(into, 16),
        },
      ];
    });
}

/** `0100007F:1F90` is 127.0.0.1:8080: words of four bytes, each the wrong way round on the machines that there are. */
function parseEnd(text: string): { address: string; port: number } | undefined {
  const [, hex, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? [];
  if (hex === undefined || port === undefined) return undefined;
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  return { address: bytes.length === 4 ? dotted(bytes) : coloned(bytes), port: Number.parseInt(port, 16) };
}

function dotted(bytes: readonly string[]): string {
  return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
}

function coloned(bytes: readonly string[]): string {
  return bytes
    .map((byte, i) => (i % 2 === 1 || i === 0 ? byte : `:${byte}`))
    .join("")
    .toLowerCase();
}

/** `/proc/<pid>/stat`; the name is in brackets and may itself hold blanks and brackets. */
export function parseProcStat(text: string): SeenProcess | undefined {
  const [, pid, name, rest = ""] = /^(\d+) \((.*)\) (.*)$/s.exec(text.trim()) ?? [];
  if (pid === undefined || name === undefined) return undefined;
  const fields = rest.split(" "); // the first of them, the state, is field 3 in the manual
  const memoryBytes = Number(fields[21] ?? 0) * memoryPageBytes;
  return { pid: Number(pid), parent: Number(fields[1] ?? 0), name, memoryBytes };
}
