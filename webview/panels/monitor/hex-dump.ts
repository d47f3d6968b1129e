/** Bytes for people: offset, sixteen bytes in hex, the same as ASCII. Pure. */

const bytesPerLine = 16;

/** `hex` has two digits a byte. */
export function hexDump(hex: string): string {
  const lines: string[] = [];
  for (let at = 0; at < hex.length; at += 2 * bytesPerLine) {
    const bytes = hex.slice(at, at + 2 * bytesPerLine).match(/../g) ?? [];
    const offset = (at / 2).toString(16).padStart(4, "0");
    lines.push(`${offset}  ${bytes.join(" ").padEnd(3 * bytesPerLine - 1)}  ${bytes.map(asciiOf).join("")}`);
  }
  return lines.join("\n");
}

function asciiOf(byte: string): string {
  const code = Number.parseInt(byte, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
}
