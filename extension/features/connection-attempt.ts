/**
 * Connecting because a person asked for it: with what they are asked on the way, and what they can do when it fails.
 *
 * Invariant: nothing is connected to unverified unless the person says so for this one attempt; that is kept nowhere.
 */
import { commands, l10n, window } from "vscode";
import type { Activation } from "../activation.ts";
import { type RequestFailure, toFailure } from "../failure.ts";
import type { Profile } from "../settings.ts";
import { viewId } from "../tree/cluster-tree.ts";
import { visible } from "../wording.ts";
import { type Remedy, tellFailure } from "./log.ts";
import { askToken } from "./token-input.ts";

interface Attempt {
  readonly activation: Activation;
  readonly profile: Profile;
  /** The person wants it whoever it is. */
  readonly skipVerify: boolean;
}

/** Who the peer is cannot be verified. Not so where it is not among the pins: then it is known to be somebody else. */
const unverified: ReadonlySet<string> = new Set([
  ...["CERT_EXPIRED", "CERT_NOT_YET_VALID", "CERT_WRONG_NAME", "CERT_UNTRUSTED", "CERT_SELF_SIGNED"],
]);

/** What is wrong is most likely written in the settings. */
const ofSettings: ReadonlySet<string> = new Set([
  ...["CERT_REQUIRED", "CERT_NOT_PINNED", "BAD_CERTIFICATE", "BAD_ARGUMENT", "BAD_LOCATION", "UNKNOWN_SCHEME"],
  ...["TLS_VERSION", "TLS_FAILED", "NOT_TLS", "NAME_NOT_FOUND"],
  ...unverified,
]);

const ofTokens: ReadonlySet<string> = new Set(["TOKEN_REQUIRED", "WRONG_TOKEN", "BAD_TOKEN"]);

/** True when it went well. A failure was told then, and the person did what they could. */
export async function connectAsking(activation: Activation, profile: Profile): Promise<boolean> {
  const { tokens } = activation;
  const isAsked = profile.token === true && (await hasToken(activation, profile)) === false;
  if (isAsked && !(await askToken(tokens, profile))) return false;
  return attempt({ activation, profile, skipVerify: false });
}

async function attempt(made: Attempt): Promise<boolean> {
  const { activation, profile, skipVerify } = made;
  try {
    await window.withProgress({ location: { viewId } }, () => activation.clusters.connect(profile, { skipVerify }));
    return true;
  } catch (error) {
    return overcome(made, toFailure(error));
  }
}

/** Asks for what was missing and tries again, or tells what failed. */
async function overcome(made: Attempt, failure: RequestFailure): Promise<boolean> {
  const { activation, profile, skipVerify } = made;
  if (unverified.has(failure.code) && !skipVerify) return askUnverified(made, failure);
  const why = await missingToken(made, failure);
  if (why !== undefined && (await askToken(activation.tokens, profile, why))) return attempt(made);
  const what = l10n.t("Not connected to {0}", visible(profile.name));
  return tellFailure(activation.log, what, failure, await remediesOf(made, failure));
}

/** Why a token is asked for; `undefined` where another one would not help. */
async function missingToken({ activation, profile }: Attempt, { code }: RequestFailure): Promise<string | undefined> {
  if (code === "WRONG_TOKEN") return l10n.t("{0} has another token than the one kept here", visible(profile.location));
  if (code !== "TOKEN_REQUIRED" || (await hasToken(activation, profile)) !== false) return undefined;
  return l10n.t("{0} lets in only who knows its token", visible(profile.location));
}

async function askUnverified(made: Attempt, failure: RequestFailure): Promise<boolean> {
  const anyway = l10n.t("Connect Anyway, Once");
  const settings = l10n.t("Open Settings");
  made.activation.log.warn(`${failure.message} [${failure.code}]`);
  const chosen = await window.showWarningMessage(
    l10n.t("Nobody knows who answers as {0}", visible(made.profile.name)),
    {
      modal: true,
      detail: l10n.t(
        "{0}\n\nWhoever sits in between could read and change all that is said. Connecting anyway holds until this connection ends, and is not remembered.",
        failure.message,
      ),
    },
    settings, // the first has the focus: Enter by habit connects to nobody
    anyway,
  );
  if (chosen === anyway) return attempt({ ...made, skipVerify: true });
  if (chosen === settings) await openSettings();
  return false;
}

async function remediesOf(made: Attempt, { code }: RequestFailure): Promise<readonly Remedy[]> {
  const { activation, profile } = made;
  const again = () => connectAsking(activation, profile);
  const retry = { label: l10n.t("Retry"), run: again };
  if (ofSettings.has(code)) return [{ label: l10n.t("Open Settings"), run: openSettings }, retry];
  if (!ofTokens.has(code)) return [retry];
  const set = { label: l10n.t("Set Token…"), run: async () => (await askToken(activation.tokens, profile)) && again() };
  if (code !== "TOKEN_REQUIRED" || (await hasToken(activation, profile)) !== true) return [set];
  const forget = async () => {
    await activation.tokens.forget(profile);
    return attempt(made);
  };
  return [{ label: l10n.t("Forget Token"), run: forget }, set];
}

/** `undefined`: the editor's storage of secrets does not say. */
async function hasToken({ tokens }: Activation, profile: Profile): Promise<boolean | undefined> {
  return tokens.get(profile).then(
    (token) => token !== undefined,
    () => undefined,
  );
}

async function openSettings(): Promise<boolean> {
  await commands.executeCommand("workbench.action.openSettings", "switchyard.connections");
  return false;
}
