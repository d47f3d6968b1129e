/** How safe a connection is, and who the peer has proven to be, in words. Whatever the peer says of itself is escaped. */
import { l10n } from "vscode";
import type { PeerIdentity, PeerInfo } from "../../server/protocol/clusters.ts";
import { count, markdown } from "../wording.ts";

/** Names of a certificate that are shown. */
const mostNames = 5;

/** One sentence each, as Markdown. */
export function securityFacts({ isEncrypted, identity }: PeerInfo, isUnverified: boolean): readonly string[] {
  if (isUnverified) {
    return [
      l10n.t("Its certificate is not verified: whoever sits in between can read and change all"),
      ...(identity === undefined ? [] : identityFacts(identity)),
    ];
  }
  return [
    isEncrypted ? l10n.t("Encrypted: nobody on the way can read what is said") : l10n.t("Not encrypted"),
    ...(identity === undefined ? [l10n.t("It has not proven who it is")] : identityFacts(identity)),
  ];
}

function identityFacts(identity: PeerIdentity): readonly string[] {
  if (identity.kind === "token") return [l10n.t("It has proven to know the token")];
  const { subject, names, fingerprint } = identity;
  const shown = names.slice(0, mostNames).map(markdown).join(", ");
  const more = names.length - mostNames;
  const all = more > 0 ? l10n.t("{0} and {1} more", shown, count(more)) : shown;
  return [
    l10n.t("Proven by the certificate of {0}", names.length === 0 ? markdown(subject) : all),
    l10n.t("SHA-256 {0}", markdown(fingerprint)),
  ];
}
