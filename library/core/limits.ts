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
  /**
   * What the values of one message may take in memory, or 8 times its bytes where that is more: tiny containers weigh far
   * more than they measure. It is what the longest frame may take. A message beyond it closes the connection with
   * `BAD_FRAME`, and is refused with `TOO_MANY` before it is sent.
   */
  valueBytes: 128 * 1024 * 1024,
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
  /** Handshakes under way at one listener; one more waits until one of them ends, or must make room. */
  handshakes: 64,
  /** How long a handshake keeps its place while others wait; then the oldest of the address that has most is cut off. */
  handshakeShareMs: 400,
  /** Links that wait at one listener for their handshake to begin; for one more the one that waits longest is cut off. */
  waitingLinks: 1_024,
  /** Connections that one address may begin at one listener in a second, this machine's own excepted; more are turned away with `TOO_MANY`. */
  handshakesPerSecond: 20,
  /** Addresses whose pace one listener keeps; one more forgets the address heard of longest ago. */
  addresses: 4_096,
  /** Connections through one listener, those in their handshake included; more are turned away with `TOO_MANY`. */
  connections: 10_240,
  /** Peers that are told why they are turned away before they said a word; more are cut off without one. */
  farewells: 64,
  /** How long such a peer may take to read that; then it is cut off. */
  farewellMs: 1_000,
  /** What may happen often is told as `error` once in this time for each peer or listener, with a count. */
  tellAgainMs: 60_000,
  /** Characters of a reason that a peer gives; the rest is cut off. */
  reasonCharacters: 256,

  /** Bits of chance in a token are at least 128: so many characters, or bytes; fewer are refused with `BAD_TOKEN`. */
  tokenCharacters: 22,
  tokenBytes: 16,
  /** Characters or bytes of a token; more are refused with `BAD_TOKEN`. */
  tokenMax: 1_024,
  /** Rules of access of one listener or connection; more are refused with `TOO_MANY`. */
  accessRules: 1_024,
  /** How far a peer may move the numbering of another one's messages ahead before that one's own word counts again. */
  sequenceAhead: 65_536,

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

  /** How long a message that is missing is waited for before handlers go on without it and `gap` is told. Of logs and files the sender is asked instead. */
  reorderMs: 50,
  /** Ids of one sender's topic, back from the newest, in which a repeat is told from a message that is late; one that is older is dropped and counted. */
  repeatWindow: 65_536,
  /** Holes of one stream that are kept account of; of more, what still comes of the oldest is taken for repeats. */
  holes: 1_024,
  /** Messages, and their bytes, of one stream that are kept back behind one that is missing; beyond them it is waited for no longer. */
  earlyMessages: 8_192,
  earlyBytes: 16 * 1024 * 1024,
  /** The same of all streams that one peer brings; beyond them none of what it brings waits. */
  earlyMessagesOfPeer: 65_536,
  earlyBytesOfPeer: 64 * 1024 * 1024,

  /** Bytes of logs and files that were sent and not acknowledged; above half of them `drained()` waits. Beyond them subscribers that cannot be reached are given up, and if there is none, a write fails with `SPOOL_FULL`. */
  spoolBytes: 64 * 1024 * 1024,
  /** A subscriber that acknowledges nothing for this long is sent what it expects again; the time doubles up to the second while that is in vain. */
  resendMs: 2_000,
  resendMostMs: 16_000,
  /** How often a receiver asks for what is missing. */
  askAgainMs: 500,
  /** Messages, and their bytes, that are sent again at once. */
  resendMessages: 128,
  resendBytes: 256 * 1024,
  /** A subscriber of logs or files that can be reached and acknowledges nothing for this long is given up: what it has not acknowledged counts as dropped. As long a subscriber waits for what is missing. */
  unacknowledgedMs: 60_000,
  /** The same for one to which the way was lost; sooner when there is no room for more. */
  lostReaderMs: 600_000,
  /** Messages that are acknowledged together, and how long one may wait for others. */
  acknowledgeMessages: 128,
  acknowledgeMs: 40,
  /** Messages that must arrive are so much smaller than a frame: they have to fit into one when they are sent again. */
  resendOverheadBytes: 64 * 1024,

  /** Peers times topics times reasons for which drops are counted apart; further topics are counted together. */
  dropEntries: 65_536,

  /** Topics times senders that a node keeps count of; the one not used for longest is forgotten, and announced anew when it comes again. */
  streams: 65_536,
  /** How long the streams of a node are remembered after it said goodbye, for what is still on its way; they go when the next node does. The same for one that was lost, when a later life of its name is met. */
  partedStreamMs: 600_000,
  /** Names of neighbours that were lost, of which it is known which streams they had, up to `streams`; of more, the one lost first is forgotten. */
  lostLives: 16_384,
  /** Shapes (event name and types of arguments) announced for one topic; further ones replace the oldest. */
  shapesPerStream: 1_024,
  /**
   * Shapes of other nodes' messages that streams of a process share; one more, and all are forgotten, but by the streams
   * that have them. One that takes more characters to tell is not shared.
   */
  sharedShapes: 1_024,
  sharedShapeCharacters: 1_024,
  /** Values of one message: arguments of an event, columns of a log; more are refused with `TOO_MANY`. */
  messageValues: 1_024,
  /** Bytes of one file write: a frame, less what it takes to send it again. More are refused with `TOO_LARGE`; chunks of up to 1 MiB are best. */
  fileWriteBytes: 16 * 1024 * 1024 - 128 * 1024,
  /** UTF-8 bytes of one segment of a remote path; a longer one is refused with `BAD_PATH`. */
  pathSegmentBytes: 255,
  /** Segments of a remote path; more are refused with `BAD_PATH`. */
  pathDepth: 16,
  /** Of a folder receiver, unless told otherwise: files beneath it, bytes of one, bytes of all; what would be more is refused with `QUOTA_EXCEEDED`. */
  folderFiles: 10_000,
  folderFileBytes: 1024 * 1024 * 1024,
  folderBytes: 10 * 1024 * 1024 * 1024,
  /** Files that a folder receiver keeps open; the one not written for longest is closed, and opened again when it is. */
  folderOpenFiles: 64,
  /** Patterns that one peer may ask for, those of nodes behind it included; more closes the connection with `TOO_MANY`. */
  patternsPerPeer: 10_000,
  /** Bytes of a node's name; a longer one is refused with `BAD_NAME`. */
  nameBytes: 255,
  /** What nodes wanted to which the way was lost, and what others wanted that left, and its characters; of more, all of the node heard of first is forgotten. It then counts as one that cannot be reached. */
  lostWays: 16_384,
  lostWayCharacters: 4 * 1024 * 1024,
  /** Barriers under way through one node; a neighbour that asks for more is disconnected with `TOO_MANY`. */
  barriers: 10_000,
  /** Characters of what a node tells of itself, and entries of one list in it; a longer text is taken for none, the rest of a longer list is left out. */
  reportCharacters: 4 * 1024 * 1024,
  reportEntries: 65_536,
  /** Questions about the cluster under way through one node; the oldest is forgotten, its late answers are dropped. */
  questions: 256,

  /** How long a survey may take; more is refused with `OUT_OF_RANGE`, and nobody remembers the way back for longer. */
  surveyMs: 24 * 60 * 60 * 1000,
  /** Surveys of one node under way; more are refused with `TOO_MANY`. */
  surveys: 10_000,
  /** Answers that count in one survey, and that a node passes back for one question; more are dropped and counted. */
  surveyAnswers: 10_000,
  /** Bytes of the answers that all surveys of a node hold together, as they came; more are dropped and counted. */
  surveyAnswerBytes: 64 * 1024 * 1024,
  /** How long after the deadline the way back is still known, so that who asked can count what came too late. */
  lateAnswerMs: 10_000,
  /** Questions to which a node knows the way back; the oldest is forgotten, answers to it are dropped and counted. */
  answerPaths: 65_536,

  /** Messages that wait in a stream for the loop that reads it; then its peers are not read until there is room. */
  streamMessages: 1_024,
  /** Topics whose schemas are kept at hand; beyond them all are looked up anew. */
  schemaTopics: 10_000,

  /** Bytes of a key of a store, by a cheap estimate for all but strings; a larger one is refused with `TOO_LARGE`. */
  storeKeyBytes: 64 * 1024,
  /** The same of a value in a store. */
  storeValueBytes: 8 * 1024 * 1024,
  /** Operations of one request to an authority; more are refused with `TOO_MANY`. */
  storeRequestOperations: 1_024,
  /**
   * Operations of one batch, and bytes that it changes, by estimate; what is beyond them makes the next batch. As many
   * entries that are due go with it. A disk-backed store does with so many small ones what it does in one go in about 10 ms.
   */
  storeBatchOperations: 2_048,
  storeBatchBytes: 4 * 1024 * 1024,
  /** Operations that wait at one authority for their batch, and their bytes by estimate; more are refused with `TOO_MANY`. */
  storeWaitingOperations: 262_144,
  storeWaitingBytes: 64 * 1024 * 1024,
  /** Outcomes that an authority remembers of one client; an older operation that comes again is answered `INDETERMINATE`, and has no effect. */
  storeOutcomes: 1_024,
  /** Clients whose outcomes an authority remembers; the one not heard of for longest is forgotten. With all of them at work, another one is refused with `TOO_MANY`. */
  storeClients: 16_384,
  /** Bytes of all outcomes that it remembers, by estimate; then those of the clients not heard of for longest are forgotten. */
  storeOutcomeBytes: 64 * 1024 * 1024,
  /** Changes, and their bytes by estimate, that an authority has at hand for replicas that missed some; who missed more takes a snapshot. */
  storeLogChanges: 65_536,
  storeLogBytes: 64 * 1024 * 1024,
  /** Entries in the first map of a store's table, a power of two; what comes then goes to further ones. */
  storeFirstEntries: 131_072,
  /** The same, of what else is kept of each entry: where it is on the disk, when it is due. So not all double at once. */
  storeFirstRecords: 16_384,
  /** Further maps, a power of two up to 65,536. A map doubles in one go: with 65,536 entries, as each has of 67 million, in 15 ms. */
  storeFurtherMaps: 1_024,
  /** Characters at each end of a key that decide which map it goes to. Keys that differ elsewhere only share one. */
  storeHashedCharacters: 12,
  /** Entries or changes in one page, and their bytes by estimate; the rest is in the next page. */
  storePageEntries: 512,
  storePageBytes: 256 * 1024,
  /**
   * Changes in one message of a store's feed; of a larger batch there are several. With small values some of them fit in the
   * buffer that messages are packed into, and most lie whole in what a socket reads, so neither end has to copy them.
   */
  storeFeedChanges: 128,
  /** Changes in one message that are told by a letter alone, for they clear the store; of one with more nothing is believed. */
  storeClearsTold: 4_096,
  /** Walks under way at one authority; one more is refused with `TOO_MANY`. */
  storeWalks: 256,
  /** A walk that nobody goes on with for this long is forgotten, and has to be begun anew. */
  storeWalkIdleMs: 30_000,
  /** Operations of one batch of a writer; the rest goes with the next. */
  storeWriteOperations: 512,
  /** Batches of a writer under way; what is written meanwhile waits, and goes in larger ones. */
  storeWritesUnderWay: 32,
  /** Writes of one handle that wait for their outcome; more are refused with `TOO_MANY`. */
  storeUnansweredWrites: 1_048_576,
  /** A question to an authority that is not answered for this long is asked again. */
  storeAskMs: 1_000,
  /** How long a writer waits before it sends again what an authority had no room for. */
  storePauseMs: 50,
  /** A replica that heard nothing of its authority for this long says that it is stale. */
  storeStaleMs: 3_000,
  /** How long a replica waits for changes that may still be on their way before it asks for them. */
  storeHoleMs: 30,
  /** How long it waits before it asks again what came to nothing. */
  storeRetryMs: 250,
  /** The same, while nothing is heard of an authority; it asks at once when one is heard. */
  storeUnheardRetryMs: 2_000,
  /** Characters of what a store remembers of its role. A longer text that is found on disk counts as none: `CORRUPT`. */
  storeRecordCharacters: 256 * 1024,
  /**
   * Epochs of a history that are kept; of more, the oldest are left out, and what was before those that are left counts as
   * another history. Text that has more is believed nothing.
   */
  storeEpochsKept: 1_024,
  /** Pages of one walk that a replica asks for at once. */
  storePagesInFlight: 4,
  /** Changes, and their bytes by estimate, that a replica holds until those before them are there; further ones are asked for later. */
  storeEarlyChanges: 65_536,
  storeEarlyBytes: 64 * 1024 * 1024,
  /** Keys that were removed while a snapshot is taken; with more of them it is begun anew. */
  storeTombstones: 1_048_576,
  /**
   * Epochs of a history that an authority tells replicas, the latest: each second, so they are few. A replica that was away
   * for more of them copies the table anew, as from another history. Of a head with more, a replica believes nothing.
   */
  storeEpochsTold: 128,
  /**
   * How far an epoch that others claim may be ahead of the highest that is known; one further ahead is not believed. Terms
   * move by 1 to 3, so even who was away for ever is not this far behind, and one false claim cannot use up the numbers that
   * there are, after which nobody could begin an epoch: that takes 2^33 of them, each a little higher.
   */
  storeEpochsAhead: 1_048_576,
  /** How often an authority announces its version. */
  storeAnnounceMs: 1_000,
  /** How long a writer or a reader waits unless told otherwise. */
  storeTimeoutMs: 5_000,
  /** How long an authority sleeps at most while entries wait to be due. */
  storeSleepMs: 60_000,
  /** How long an authority goes on with what waits before it lets others run. */
  storeTurnMs: 8,
  /** A batch with more changes is not applied in the turn of the event loop in which its storage ended with it. */
  storeTurnChanges: 512,
  /** How long an authority answers questions in one turn of the event loop; further ones wait for the next turns, one page at least in each. */
  storeAnswersMs: 4,
  /** Keys that are looked up at once although pages wait; a question for more waits as one for a page does. */
  storeFewKeys: 16,
  /** Questions that wait at an authority, small ones and others apart; of more, the last of whoever has most is not answered, and is asked again. */
  storeQuestions: 256,
  /** A question that waited for this long is not answered any more: who asked is about to ask again. Less than `storeAskMs` by a way there and back. */
  storeQuestionMs: 750,
  /** A wall clock that moves by more against the monotonic one is told as an event. */
  clockJumpMs: 2_000,
  /** How often the authority of a store pings its heir. */
  termPingMs: 500,
  /** So long after sending the last ping that the heir answered an authority may answer; then it waits for its heir. */
  termMs: 2_000,
  /** So long after its last answer an heir that hears nothing takes over. What it is longer than `termMs` makes up for clocks that run at different rates. */
  takeoverMs: 3_000,
  /** How often an authority says so; two of them learn of each other within it and the way between them. */
  termAnnounceMs: 1_000,
  /** How long an authority that starts again listens for one that went on meanwhile. */
  lookAroundMs: 3_500,
  /** So long after a way to other nodes has changed an authority looks whether the process of its heir is gone. */
  goneMs: 50,
  /** How long a hand-over may take until the authority goes on by itself. */
  handOverMs: 5_000,
  /** How long a former authority waits for a batch that its disk is writing; then it follows without it. */
  stepDownMs: 2_000,
  /** How long those that may be the authority are asked where they stand; who answers later does not count. */
  standingMs: 1_000,
  /** So many of them count, the first that answer: a store has two, and a few standbys more. */
  standings: 256,
  /** Characters of what an authority says when it refuses; the rest is cut off. */
  storeReasonCharacters: 2_048,
  /** How long a promotion may take, asking included; then `NO_AUTHORITY`. */
  promoteMs: 10_000,
  /** After so long a former authority tries again to save what only it has; until then it follows nobody. */
  divergedRetryMs: 2_000,
  /** After so long an act that failed (a disk, a witness) is tried again. */
  termRetryMs: 500,
  /** How often a witness says that it is there, for another one to hear. */
  witnessHereMs: 1_000,
  /** How long a witness listens for another one before it answers anything; longer than one is silent. */
  witnessListenMs: 1_500,
  /** So long after another witness was heard nothing is answered; then it is taken to be gone. */
  witnessRivalMs: 3_000,
  /** Questions that wait at a witness for its disk; more are not answered, and whoever asked asks again. */
  witnessQuestions: 256,
  /** Other witnesses that are told, and answered, in one dispute; of more, each still keeps it from answering. */
  witnessesMet: 64,
  /** Other authorities that are remembered as reported; then all are reported anew. */
  authoritiesMet: 64,
  /** Nodes of which an authority that has started again knows that they hold more than it does; of others it does not hear. */
  recoveryAnswers: 64,
  /** Names of standbys whose lives an authority tells apart; then it begins anew. */
  namesKnown: 256,
} as const;
