/**
 * The tokens of connections, where the editor keeps secrets: by the profile's name and location together.
 *
 * Invariant: a token is handed out for the very location that it was given for, so no other place is ever proven it.
 * Nothing here, nor what it throws, tells any of a token.
 */
import { l10n, type SecretStorage } from "vscode";
import type { Profile } from "./settings.ts";

/** What 128 bits of chance take in base64; the library says so too. */
const leastCharacters = 22;
const mostCharacters = 1_024;

export class Tokens {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  /** `undefined`: there is none. */
  async get(profile: Profile): Promise<string | undefined> {
    return this.#secrets.get(keyOf(profile));
  }

  async set(profile: Profile, token: string): Promise<void> {
    await this.#secrets.store(keyOf(profile), token);
  }

  /** Harmless where there is none. */
  async forget(profile: Profile): Promise<void> {
    await this.#secrets.delete(keyOf(profile));
  }
}

/** What is wrong with a token as it is typed, in one sentence; `undefined` when nothing is. */
export function tokenProblem(typed: string): string | undefined {
  const { length } = typed.trim();
  if (length < leastCharacters) return l10n.t("A token has at least {0} characters", leastCharacters);
  if (length > mostCharacters) return l10n.t("A token has at most {0} characters", mostCharacters);
  return undefined;
}

function keyOf({ name, location }: Profile): string {
  return `switchyard.token ${JSON.stringify([name, location])}`;
}
