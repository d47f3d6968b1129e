/**
 * From where a link comes, as far as it tells anything.
 *
 * A link's `remote` is `host:port`, IPv6 in brackets. Knows nothing of links without hosts: their schemes are told apart
 * before.
 */

/**
 * Whose pace to watch: an IPv4 address, or the half of an IPv6 address that is one customer's network. `undefined` for
 * this machine itself, where everybody has the same.
 */
export function addressOf(remote: string): string | undefined {
  const host = /^(?:\[(?<six>[^\]]*)\]|(?<four>.*)):\d+$/.exec(remote)?.groups;
  const four = host?.["four"] ?? /^::ffff:(?<mapped>[\d.]+)$/i.exec(host?.["six"] ?? "")?.groups?.["mapped"];
  if (four !== undefined) return four.startsWith("127.") ? undefined : four;
  const six = host?.["six"]?.replace(/%.*$/, "").toLowerCase();
  if (six === undefined || six === "::1") return undefined;
  return networkOf(six);
}

/** The first four groups of an IPv6 address. */
function networkOf(six: string): string {
  const [head = "", tail] = six.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...new Array<string>(Math.max(zeros, 0)).fill("0"), ...back];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
