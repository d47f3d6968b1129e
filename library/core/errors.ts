/**
 * Every way the library can fail, by a stable code.
 *
 * The code is for programs and never changes once released; the sentence is for people and says what to do.
 */
export const failures = {
  BAD_ARGUMENT: "an argument is not what the call takes; see its documentation",
  BAD_LOCATION: "not a location; write scheme://…, for example tcp://127.0.0.1:9999 or ipc:///tmp/node.sock",
  UNKNOWN_SCHEME: "no transport of that name; use tcp, tls, ipc, inproc, ws or wss",
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
  INSECURE_LISTEN:
    "listening there needs tls and a token; use a loopback address, or insecure: true on a network that you trust",
  NOT_A_PEER: "whoever answers there does not speak this protocol; is it the right port?",
  NOT_TLS: "whoever is there does not speak TLS; check the port, or use tcp:// or ws:// for a node without TLS",
  TLS_VERSION:
    "the two ends have no TLS version in common; update the older one, or allow it TLSv1.2 by tls.minVersion",
  TLS_FAILED: "no TLS session came about; check the port, and the TLS settings of both ends",
  CERT_REQUIRED: "the listener wants to see a certificate; give tls.cert and tls.key of one that it trusts",
  CERT_EXPIRED: "the certificate has expired; renew it, or set the clock right",
  CERT_NOT_YET_VALID: "the certificate is not valid yet; set the clocks right, or wait",
  CERT_WRONG_NAME:
    "the certificate is made out to another name; check the location, or give the name as tls.serverName",
  CERT_UNTRUSTED: "no authority that is trusted there signed the certificate; give its authority as tls.ca",
  CERT_SELF_SIGNED: "nobody but itself signed the certificate; if you know it, give it as tls.ca",
  CERT_NOT_PINNED: "the certificate is not among the pins; add its SHA-256 to tls.pins if you know it",
  BAD_CERTIFICATE: "a certificate or key of ours is unusable; give PEM, a key that fits, and the passphrase it needs",
  INSECURE_PATH: "other users could put something else there; use a directory of mode 0700 that is yours",
  VERSION_MISMATCH: "the peer speaks no protocol version that we do; update the older of the two",
  REJECTED: "the peer does not accept this connection",
  BAD_TOKEN: "not a token; use 22 to 1024 characters or 16 to 1024 bytes of chance, such as openssl rand -hex 32 makes",
  TOKEN_REQUIRED: "one side has a token and the other has none; give both the same token",
  WRONG_TOKEN: "the two sides do not have the same token, or somebody between them alters what they say",
  NAME_TAKEN: "a node of this name but of another identity is connected; choose another name",
  FORBIDDEN: "the access rules do not allow it; see the rules of whoever refused",
  SELF_CONNECTION: "a node cannot connect to itself; give the location of another node",
  TIMED_OUT: "no answer in time; is the peer running and reachable?",
  SPOOL_FULL: "too much was written that nobody has acknowledged; wait for drained() before writing more",
  UNDELIVERED: "peers did not take them in time; give close() more time, or see stats().drops for whom they were",
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
  BAD_PATH: "not a path that is taken; use relative names that every system can have, joined by '/'",
  QUOTA_EXCEEDED: "more than the folder may hold; make room, or raise the quota",
  NO_SPACE: "the disk is full; make room, then send it again",
  DISK_FAILED: "the disk or its file system refuses; see the cause",
  READ_ONLY: 'the store is read-only here; write where it was opened with access "rw", or at its authority',
  NOT_SYNC: 'only a sync store answers at once; open it with mode "sync", or use the call that returns a promise',
  TYPE: "this cannot be done with values of these types; see what is there, and what was given",
  RANGE: "the result does not fit its type; nothing was changed",
  CONFLICT: "it is not as it was expected to be; read it again, then decide",
  NO_AUTHORITY:
    "no authority of this store can be reached; start one, wait for its standby, or let the nodes between forward its topic",
  INDETERMINATE: "sent, but not answered: it may have taken effect, once; read it to know",
  AUTHORITY_CONFLICT: "a store has one authority; promote one of the two, or close one",
  WITNESS_CONFLICT: "two nodes are witness of this store, so no role changes; close one of them",
  NAMESAKES:
    "two standbys of this store have one name, so neither may take over; was a state folder copied? give one another name",
  AUTHORITY_OUTDATED:
    "the authority that is heard is of an older epoch than the copy here, which keeps what it has; promote whoever has the newer one, or close the copy and open it again",
  NO_WITNESS:
    "the witness of this store does not answer, so no role changes; start it, or see why it cannot be reached",
  DIVERGED_UNSAVED:
    "what only this node has cannot be saved, so it keeps it and follows nobody; make room there, or see the cause",
  FENCED: "another node is the authority by now; the store goes on there",
  NO_HEIR: "no such standby is in sync, so none can take over in agreement; wait for one, or take the role by force",
  UNPROTECTED:
    "no standby in sync can be reached, so nothing can be acknowledged as replicated; start one or wait for it, or ask for less",
  UNSUPPORTED: "this cannot be done here; do without it, or give it what it needs",
  LOCKED: "another process has this database open; stop it, or choose another path",
  CORRUPT:
    "a damaged database is kept as it was; open it with repair to go on with what is whole of it, or with nothing",
  FORMAT_TOO_NEW: "it was written by a newer version of switchyard; use that one",
  BAD_RECORDING: "not what `switchyard record` writes; see docs/recordings.md",
  BAD_STORE_FILE: "not a whole export of a store; make it anew with `switchyard store LOC STORE export`",
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

/** What failed, without the advice that `message` ends with: for telling it elsewhere. */
export function whatFailed({ code, message }: SwitchyardError): string {
  const advice = `: ${failures[code]}`;
  return message.endsWith(advice) ? message.slice(0, -advice.length) : message;
}

/** For our own mistakes, never for the world's. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new SwitchyardError("INTERNAL", what);
}
