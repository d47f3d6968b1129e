/** Numbers in bytes: one view for each buffer, made once. */

/** msgpackr caches a view on the buffers it has seen; we fill the same place, so that there is one view for a chunk. */
type Viewed = Uint8Array & { dataView?: DataView };

export function viewOf(bytes: Uint8Array): DataView {
  const viewed = bytes as Viewed;
  viewed.dataView ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return viewed.dataView;
}
