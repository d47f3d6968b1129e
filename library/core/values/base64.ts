/** Bytes as base64 (RFC 4648, padded) and back; here because the core has neither Node's nor the browser's coders. */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digits = new Map(Array.from(alphabet, (letter, digit) => [letter, digit]));

export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const triple = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => alphabet[(triple >> shift) & 63]).join("");
    text += letters.slice(0, Math.min(bytes.length - at, 3) + 1).padEnd(4, "=");
  }
  return text;
}

/** The bytes, or `undefined` when `text` is not exactly what `encodeBase64` writes. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const letters = text.replace(/={1,2}$/, "");
  const bytes = new Uint8Array((letters.length * 6) >> 3);
  let bits = 0;
  for (let i = 0, at = 0; i < letters.length; i++) {
    bits = (bits << 6) | (digits.get(letters[i]!) ?? 0);
    if (i % 4 > 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  return encodeBase64(bytes) === text ? bytes : undefined;
}
