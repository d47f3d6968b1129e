/** CRC-32C (Castagnoli), as LevelDB has it behind each block and record: reflected, polynomial 0x1EDC6F41, and masked. */

const polynomial = 0x82f63b78; // 0x1EDC6F41, its bits the other way round
const table = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
  table[byte] = remainder;
}

export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let remainder = -1;
  for (let at = start; at < end; at++) remainder = table[(remainder ^ bytes[at]!) & 0xff]! ^ (remainder >>> 8);
  return ~remainder >>> 0;
}

/** LevelDB rotates what it stores, for a checksum of bytes that hold checksums would be weak; see its util/crc32c.h. */
export function unmasked(stored: number): number {
  const rotated = (stored - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
