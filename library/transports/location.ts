/**
 * Reads locations: what is right in every URL that a transport is given, and how one is shown to people.
 *
 * Invariant: whoever gets a result may use it as it is; whatever is wrong is a `BAD_LOCATION` that says what.
 * Knows nothing of name resolution, or of who listens where.
 */
import { domainToASCII } from "node:url";
import { SwitchyardError } from "../core/errors.ts";

export interface HostAndPort {
  /** A name or a literal; IPv6 without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** The location as it may appear in messages: never with user name or password. */
export function shown(location: URL): string {
  return `${location.protocol}//${location.host}${location.pathname === "/" ? "" : location.pathname}`;
}

export function badLocation(location: URL, what: string): SwitchyardError {
  return new SwitchyardError("BAD_LOCATION", `${shown(location)} ${what}`);
}

/** `port` as text is what a URL has of it: empty where none is written, 0 to 65535 otherwise. */
export function hostAndPort(location: URL, defaultPort?: number): HostAndPort {
  rejectExtras(location);
  const { hostname, port } = location;
  if (hostname === "") throw badLocation(location, "has no host");
  const host = domainToASCII(decoded(location, hostname)); // as http: URLs have it already
  if (host === "") throw badLocation(location, "has a host that can be no name");
  if (port === "" && defaultPort === undefined) throw badLocation(location, "has no port");
  return { host: unbracketed(host), port: port === "" ? (defaultPort ?? 0) : Number(port) };
}

/** Of a scheme that has nothing but host and port. */
export function endpoint(location: URL): HostAndPort {
  if (location.pathname !== "" && location.pathname !== "/") throw badLocation(location, "must not have a path");
  return hostAndPort(location);
}

/** Query, fragment and user info mean nothing to any transport; a secret has no place in a URL. */
export function rejectExtras(location: URL): void {
  if (location.username !== "" || location.password !== "") throw badLocation(location, "must not have user info");
  if (location.search !== "") throw badLocation(location, "must not have a query ('?')");
  if (location.hash !== "") throw badLocation(location, "must not have a fragment ('#')");
}

/** Undoes percent-encoding. */
export function decoded(location: URL, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badLocation(location, "has a '%' that begins no escape; write %25 for a percent sign");
  }
}

/** `host:port` as it stands in a URL. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function unbracketed(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}
