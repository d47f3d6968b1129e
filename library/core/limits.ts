/**
 * Every bound of the library, with what happens there.
 *
 * Invariant: each is enforced before the memory it guards is spent. Knows nothing of who enforces it.
 */
export const limits = {
  /** UTF-8 bytes of a topic or a pattern; a longer one is refused with `BAD_TOPIC` or `BAD_PATTERN`. */
  topicBytes: 1024,
  /** `*` in one pattern; more is refused with `BAD_PATTERN`. */
  patternStars: 8,

  /** First and shortest wait before a lost connection is tried again; no wait is shorter. */
  reconnectMinMs: 100,
  /** Longest wait between two tries; the doubling of waits stops here. */
  reconnectMaxMs: 10_000,
  /** A peer silent for this long is asked for a sign of life. */
  pingAfterMs: 5_000,
  /** A peer silent for this long, although asked, is given up: its connection goes down with `PEER_SILENT`. */
  deadAfterMs: 15_000,
} as const;
