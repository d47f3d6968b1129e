/**
 * Where a node may listen, and with what: safe unless somebody says otherwise.
 *
 * Invariant: beyond this machine nothing is listened at without encryption and a proof of who connects.
 * Knows nothing of sockets: it judges what was asked for. Schemes that it does not know are their transports' own matter.
 */

export interface ListenRequest {
  /** Without the colon. */
  readonly scheme: string;
  /** As `URL` has it: IPv6 in brackets. */
  readonly host: string;
  readonly hasToken: boolean;
  /** Only peers with a certificate that we know get in. */
  readonly requiresClientCert: boolean;
  /** WebSocket: web pages or names of hosts beyond loopback are let in. */
  readonly admitsPages: boolean;
}

const networked = new Set(["tcp", "tls", "ws", "wss"]);
const encrypted = new Set(["tls", "wss"]);

/** What is unsafe about it, as the end of a sentence; `undefined` where nothing is. */
export function listenFault(request: ListenRequest): string | undefined {
  const { scheme, host, hasToken, requiresClientCert, admitsPages } = request;
  if (!networked.has(scheme)) return undefined;
  const isWebSocket = scheme === "ws" || scheme === "wss";
  if (isWebSocket && admitsPages && !hasToken) return "web pages and other host names are let in without a token";
  if (isLoopbackHost(host)) return undefined;
  if (!encrypted.has(scheme)) return `${scheme} is not encrypted, and this is not a loopback address`;
  if (hasToken || (requiresClientCert && !isWebSocket)) return undefined;
  return isWebSocket
    ? "anybody may connect without a token"
    : "anybody may connect without a token or a client certificate";
}

/** Does a host, as `URL` has it, name this machine alone? */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host);
}
