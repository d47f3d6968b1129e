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
  /** The bytes of one WebSocket message; more is sent as several, and one that is larger closes its link. */
  messageBytes: 16 * 1024 * 1024,
  /** The headers of a frame may come on top of it: what a whole message may have on receipt. */
  receivedMessageBytes: 16 * 1024 * 1024 + 1024,
  /** A WebSocket client that has not sent its request by then is disconnected. */
  requestHeadersMs: 5_000,
  /** A TLS client that has not finished its handshake by then is disconnected. */
  tlsHandshakeMs: 5_000,
  /** One that was turned away is given so long to read why, and is disconnected then. */
  turnedAwayMs: 2_000,
  /** A lock on an ipc path that is older was left by a process that died; it is broken. */
  claimMs: 5_000,
} as const;
