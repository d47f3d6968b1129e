/** Asks for a token: nobody sees what is typed, and it goes where secrets are kept. */
import { l10n, window } from "vscode";
import type { Profile } from "../settings.ts";
import { type Tokens, tokenProblem } from "../tokens.ts";
import { visible } from "../wording.ts";

/** True: a token was typed, and is kept. */
export async function askToken(tokens: Tokens, profile: Profile, why?: string): Promise<boolean> {
  const typed = await window.showInputBox({
    title: l10n.t("Token of {0}", visible(profile.name)),
    prompt:
      why ??
      l10n.t("What you and {0} both know. It is kept with the secrets of the editor.", visible(profile.location)),
    password: true,
    ignoreFocusOut: true,
    validateInput: tokenProblem,
  });
  if (typed === undefined) return false;
  await tokens.set(profile, typed.trim());
  return true;
}
