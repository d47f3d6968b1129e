/**
 * The bounds of every transport, with what happens there.
 *
 * Invariant: they hold for each transport alike, so that what is above need not care which one it has.
 */
export const bounds = {
  /** Bytes queued on one link, from which on `send` says false. What is given nevertheless is still taken. */
  congestedBytes: 256 * 1024,
  /** Connections that the operating system holds until they are accepted; it refuses more, or holds fewer. */
  backlog: 4096,
} as const;
