/**
 * Every way the library can fail, by a stable code.
 *
 * The code is for programs and never changes once released; the sentence is for people and says what to do.
 */
export const failures = {
  BAD_ARGUMENT: "an argument is not what the call takes; see its documentation",
  BAD_LOCATION: "not a location; write scheme://…, for example tcp://127.0.0.1:9999 or ipc:///tmp/node.sock",
  UNKNOWN_SCHEME: "no transport of that name; use tcp, ipc, inproc or ws",
  BAD_TOPIC: "not a topic; use 1 to 1024 bytes of UTF-8 without '*', not beginning with '.'",
  BAD_PATTERN: "not a pattern; use 1 to 1024 bytes of UTF-8 with at most 8 '*'",
  BAD_VALUE: "not a value; see the text form of values",
  BAD_FILTER: "not a filter; write one such as 'name == \"opened\" && args[0] > 10'",
  BAD_NAME: "not a name; use 1 to 255 letters, digits, '.', '-' and '_'",
  SCHEMA_MISMATCH: "the values are not of the declared types; see which was expected",
  OUT_OF_RANGE: "the number does not fit its type",
  NOT_SUBSCRIBED: "no such subscription; give the very pattern and connection used to subscribe",
  NOT_PUBLISHED: "no such publication; give the very topic and connection used to publish",
  LOCATION_IN_USE: "another process listens here; choose another port or path",
  UNREACHABLE: "nobody listens there; is the peer running, and is the location right?",
  NAME_NOT_FOUND: "the host name cannot be resolved; check its spelling and the network's name service",
  NOT_PERMITTED: "the operating system refuses; check the permissions of the path or choose a port above 1023",
  INSECURE_LISTEN: "listening beyond this machine needs tls and a token; use a loopback address",
  NOT_A_PEER: "whoever answers there does not speak this protocol; is it the right port?",
  VERSION_MISMATCH: "the peer speaks no protocol version that we do; update the older of the two",
  REJECTED: "the peer does not accept this connection",
  SELF_CONNECTION: "a node cannot connect to itself; give the location of another node",
  TIMED_OUT: "no answer in time; is the peer running and reachable?",
  PEER_LOST: "the connection broke; it is retried unless it was opened with retry: false",
  PEER_SILENT: "nothing was heard from the peer for too long; the network or the peer may be down",
  PEER_SLOW: "the peer does not take what it must get; it is disconnected",
  BAD_FRAME: "the peer sent bytes that break the protocol; its connection is closed",
  TOO_LARGE: "larger than the limit allows",
  TOO_MANY: "more than the limit allows",
  HANDLER_FAILED: "a handler threw; nobody else is affected",
  CLOSED: "already closed; open a new one",
  BAD_LOG_FILE: "not a Zeek log; give TSV with its '#' header or JSON lines, plain or gzipped",
  BAD_LOG_LINE: "the line does not fit the log's columns",
  INTERNAL: "a mistake in switchyard; please report it",
} as const;

export type FailureCode = keyof typeof failures;

/** The one error class. `message` says what failed and where, then what to do about it. */
export class SwitchyardError extends Error {
  override readonly name = "SwitchyardError";
  readonly code: FailureCode;

  constructor(code: FailureCode, what: string, options?: { cause?: unknown }) {
    super(`${what}: ${failures[code]}`, options);
    this.code = code;
  }
}

/** For our own mistakes, never for the world's. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new SwitchyardError("INTERNAL", what);
}
