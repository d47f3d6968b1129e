/**
 * The limit: frames of 100 bytes with their length in front, sent in writes of 64 KiB, and only counted.
 *
 * Nothing is encoded or decoded; what any library does on top of a socket costs what is missing to this.
 */
import { once } from "node:events";
import net from "node:net";
import { now, type Part, tell, told, usageMeter } from "./role.ts";
import { Tally } from "./tally.ts";

const frameBytes = 100;
/** What each frame adds to the sum: the length in its header. */
export const bareAddend = frameBytes - 4;
const framesInBuffer = Math.floor((64 * 1024) / frameBytes);

export async function bareSubscribe(part: Part): Promise<void> {
  const tally = new Tally(part.events);
  const server = net.createServer({ noDelay: true }, (socket) => socket.on("data", countFrames(tally)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  tell({ kind: "ready", location: `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}` });
  await tally.full;
  tally.report();
  await told("stop");
  process.exit(0);
}

function countFrames(tally: Tally): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    let count = 0;
    let sum = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32BE(at);
      if (bytes.length - at - 4 < length) break;
      count += 1;
      sum += length;
      at += 4 + length;
    }
    tally.addAll(count, sum);
    held = bytes.subarray(at);
  };
}

export async function barePublish(part: Part): Promise<void> {
  const { hostname, port } = new URL(part.location!);
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  tell({ kind: "ready", location: part.location! });
  await told("go");
  const buffer = Buffer.alloc(framesInBuffer * frameBytes, "x"); // never changed, so it may be in flight many times
  for (let i = 0; i < framesInBuffer; i++) buffer.writeUInt32BE(bareAddend, i * frameBytes);
  const stop = usageMeter();
  const startNs = now();
  for (let left = part.events; left > 0; ) {
    const frames = Math.min(left, framesInBuffer);
    left -= frames;
    if (!socket.write(buffer.subarray(0, frames * frameBytes))) await once(socket, "drain");
  }
  const usage = stop();
  tell({ kind: "done", startNs: String(startNs), endNs: String(now()), count: part.events, sum: 0, usage, bytes: 0 });
  await told("stop");
  process.exit(0);
}
