/** Whoever answered is no node of ours: what it probably is, from its first bytes, in words. */

const textual: readonly (readonly [start: string, what: string])[] = [
  ["HTTP/", "as a web server does"],
  ["GET ", "as a web browser does"],
  ["POST ", "as a web client does"],
  ["SSH-", "as an SSH server does"],
  ["220 ", "as a mail or FTP server does"],
  ["-ERR", "as a Redis server does"],
  ["INFO {", "as a NATS server does"],
];

/** The middle of a sentence: "tcp://… answered <this>". */
export function describeStranger(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes.subarray(0, 24));
  const known = textual.find(([start]) => text.startsWith(start));
  if (known !== undefined) return known[1];
  const isTlsRecord = bytes.length > 1 && bytes[0]! >= 0x14 && bytes[0]! <= 0x17 && bytes[1] === 0x03;
  if (isTlsRecord) return "as a TLS port does";
  return `${JSON.stringify(text).replaceAll(/[\u007f-\u00ff]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`)}`;
}
