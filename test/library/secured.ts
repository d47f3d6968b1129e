/**
 * Links that say they are TLS, for what the library makes of that: an in-process transport whose ends are given a
 * certificate and what the session exports.
 */
import { inproc, type Universe } from "../../library/transports/inproc.ts";
import type { Link, LinkSecurity, PeerCertificate, Transport } from "../../library/transports/transport.ts";

/** A certificate made out to these names. */
export function certificateOf(digit: string, ...names: readonly string[]): PeerCertificate {
  return { subject: `CN=${names[0] ?? digit}`, names, fingerprint: digit.repeat(64) };
}

/** The same link, with the security of a TLS link. */
export function secured(link: Link, security: LinkSecurity): Link {
  return {
    remote: link.remote,
    security,
    start: (events) => link.start(events),
    send: (bytes) => link.send(bytes),
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}

/**
 * `safe://id`: as `inproc`, but each end sees what `securityOf` says of the link it opened or accepted. Who connects says
 * by `?as=<digit>` in its location, where it does, which certificate it has.
 */
export function securedTransport(
  universe: Universe,
  certificates: ReadonlyMap<string, PeerCertificate>,
  bindingOf: (side: "opener" | "listener") => Uint8Array | undefined = () => new Uint8Array(32).fill(7),
): Transport {
  const inner = inproc(universe);
  const callers = new Map<string, string[]>();
  const securityOf = (side: "opener" | "listener", certificate: PeerCertificate | undefined): LinkSecurity => {
    const binding = bindingOf(side);
    return { ...(certificate !== undefined && { certificate }), ...(binding !== undefined && { binding }) };
  };
  const bare = (location: URL): URL => new URL(`inproc://${location.host}`);
  return {
    schemes: ["safe"],
    connect: async (location, options) => {
      const queue = callers.get(location.host) ?? [];
      callers.set(location.host, queue);
      queue.push(location.searchParams.get("as") ?? "");
      return secured(await inner.connect(bare(location), options), securityOf("opener", undefined));
    },
    listen: async (location, accept, options) => {
      const listener = await inner.listen(
        bare(location),
        (link) =>
          accept(secured(link, securityOf("listener", certificates.get(callers.get(location.host)?.shift() ?? "")))),
        options,
      );
      return { ...listener, location: location.href };
    },
  };
}
