/**
 * Who may open a WebSocket: the defence against web pages that the user happens to visit.
 *
 * Invariant: without options only programs on this machine get in: no request from a web page, and none under a name
 * that somebody else's name service chose. Knows nothing of tokens: what gets in here is a link, not yet a peer.
 */
import type { IncomingHttpHeaders } from "node:http";
import { isIPv4 } from "node:net";
import type { FailureCode } from "../core/errors.ts";
import { certificateCode } from "./tls-refusal.ts";

export interface WsOptions {
  /** Web pages that may connect, by origin, such as `https://lab.example`. None by default; `null` never may. */
  readonly origins?: readonly string[];
  /** Names of this machine, without port, that clients may use besides `localhost` and loopback addresses. */
  readonly hosts?: readonly string[];
}

export interface Refusal {
  readonly status: number;
  /** For the person at the client. */
  readonly text: string;
  /** What a node that tried to connect tells. */
  readonly code: FailureCode;
}

/** By the word that goes over the wire in `refusalHeader`; the code itself where it is about a certificate. */
const byWord: ReadonlyMap<string, Refusal> = new Map([
  ["path", { status: 404, text: "no node at this path", code: "UNREACHABLE" }],
  ["host", { status: 403, text: "the host name is not among those this node allows", code: "REJECTED" }],
  ["origin", { status: 403, text: "the web page is not among those this node allows", code: "REJECTED" }],
]);

export function refusalNamed(word: string): Refusal | undefined {
  const code = certificateCode(word);
  return code === undefined ? byWord.get(word) : { status: 403, text: "our certificate is not accepted", code };
}

/** The word of a refusal; nothing for a request that is let in. */
export function refusalOf(
  request: {
    readonly url?: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly rawHeaders?: readonly string[];
  },
  path: string,
  options: WsOptions,
): string | undefined {
  const { host, origin } = request.headers;
  if (!isAllowedHost(host ?? "", options.hosts ?? []) || hasManyHosts(request.rawHeaders ?? [])) return "host";
  if (origin !== undefined && !isAllowedOrigin(origin, options.origins ?? [])) return "origin";
  if (request.headers["sec-websocket-origin"] !== undefined) return "origin"; // of an outdated draft
  return request.url === path ? undefined : "path";
}

function isAllowedOrigin(origin: string, origins: readonly string[]): boolean {
  return origin !== "null" && origins.some((allowed) => allowed.toLowerCase() === origin.toLowerCase());
}

/** Node would take the first, whoever is in between perhaps the last. */
function hasManyHosts(rawHeaders: readonly string[]): boolean {
  return rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === "host").length > 1;
}

/** A page can make its own name resolve to this machine; the name in the header gives it away. */
function isAllowedHost(header: string, hosts: readonly string[]): boolean {
  const name = /^(\[[\d:a-f.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(header)?.[1]?.toLowerCase();
  if (name === undefined) return false;
  return isLoopback(name) || hosts.some((allowed) => allowed.toLowerCase() === name);
}

/** As a URL's `hostname` has it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
}
