/** Decodes the reference's frames from a stream of chunks. */
export function decodeFrames(take: (topic: string, name: string, args: readonly unknown[]) => void) {
  let held: Buffer | undefined;
  return (chunk: Buffer): void => {
    let bytes = held === undefined ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32BE(at);
      if (bytes.length - at - 4 < length) break;
      const topicEnd = at + 5 + bytes[at + 4]!;
      const topic = bytes.toString("latin1", at + 5, topicEnd);
      const [name, args] = JSON.parse(bytes.toString("utf8", topicEnd, at + 4 + length)) as [string, unknown[]];
      take(topic, name, args);
      at += 4 + length;
    }
    bytes = bytes.subarray(at);
    held = bytes.length > 0 ? bytes : undefined;
  };
}
