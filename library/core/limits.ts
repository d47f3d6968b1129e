/**
 * Every bound of the library, with what happens there.
 *
 * Invariant: each is enforced before the memory it guards is spent. Knows nothing of who enforces it.
 */
export const limits = {
  /** Containers inside containers in one value; a deeper one is refused with `TOO_LARGE`. */
  valueDepth: 64,
  /** Elements of all containers of one value together, two for each entry of a table; more are refused with `TOO_MANY`. */
  valueElements: 1_000_000,
  /** Bytes of one string, as UTF-8 where it is text; a longer one is refused with `TOO_LARGE`. */
  stringBytes: 16 * 1024 * 1024,
  /** Characters of the name of an enum; a longer one is refused with `BAD_VALUE`. */
  enumCharacters: 1024,

  /** UTF-8 bytes of a topic or a pattern; a longer one is refused with `BAD_TOPIC` or `BAD_PATTERN`. */
  topicBytes: 1024,
  /** `*` in one pattern; more is refused with `BAD_PATTERN`. */
  patternStars: 8,
  /** Topics for which an index of patterns remembers its answer; one more, and all of them are forgotten. */
  recentTopics: 8_192,

  /** First and shortest wait before a lost connection is tried again; no wait is shorter. */
  reconnectMinMs: 100,
  /** Longest wait between two tries; the doubling of waits stops here. */
  reconnectMaxMs: 10_000,
  /** A peer silent for this long is asked for a sign of life. */
  pingAfterMs: 5_000,
  /** A peer silent for this long, although asked, is given up: its connection goes down with `PEER_SILENT`. */
  deadAfterMs: 15_000,

  /** Bytes of one frame, after the handshake; a longer one closes the connection with `BAD_FRAME`, and is refused before it is sent. */
  frameBytes: 16 * 1024 * 1024 - 8,
  /** Bytes of one frame before both sides have accepted each other; a longer one closes the connection. */
  handshakeFrameBytes: 4096,
  /** How long a handshake may take; then the connection is closed with `TIMED_OUT`. */
  handshakeMs: 5_000,
  /** Nesting of arrays in a frame; deeper ones close the connection. Twice `valueDepth`, for values that tell their type. */
  frameDepth: 136,
  /** Connections that a message may cross; one that has crossed more is dropped and counted. */
  hops: 64,

  /** Messages that wait for one peer; beyond them the overflow policy decides. */
  queueMessages: 8_192,
  /** Bytes that wait for one peer; beyond them the overflow policy decides, and for what must not be dropped the peer is disconnected. */
  queueBytes: 64 * 1024 * 1024,
  /** Above half of `queueMessages` or this many waiting bytes `drained()` waits and what must not be dropped is no longer read. */
  highWaterBytes: 1024 * 1024,
  /** How long a peer may be above the high-water mark before nobody waits for it any more: then its events are dropped by policy until it has caught up. Half as long for each hop that a message has made. */
  patienceMs: 500,
  /** A peer that takes nothing for this long while something that must not be dropped waits for it is disconnected. A second less for each hop that a message has made, but one at least. */
  stalledMs: 10_000,

  /** Topics times senders that a node keeps count of; the one not used for longest is forgotten, and announced anew when it comes again. */
  streams: 65_536,
  /** Shapes (event name and types of arguments) announced for one topic; further ones replace the oldest. */
  shapesPerStream: 1_024,
  /** Values of one message: arguments of an event, columns of a log; more are refused with `TOO_MANY`. */
  messageValues: 1_024,
  /** Patterns that one peer may ask for, those of nodes behind it included; more closes the connection with `TOO_MANY`. */
  patternsPerPeer: 10_000,
  /** Bytes of a node's name; a longer one is refused with `BAD_NAME`. */
  nameBytes: 255,
  /** Barriers under way through one node; a neighbour that asks for more is disconnected with `TOO_MANY`. */
  barriers: 10_000,
  /** Questions about the cluster under way through one node; the oldest is forgotten, its late answers are dropped. */
  questions: 256,
} as const;
