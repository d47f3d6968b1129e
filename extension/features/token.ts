/** The commands that keep the token of a connection, and forget it. */
import { commands, l10n, window } from "vscode";
import type { Activation } from "../activation.ts";
import { type Profile, profiles } from "../settings.ts";
import { connectAsking } from "./connection-attempt.ts";
import { nameIn } from "./target.ts";
import { askToken } from "./token-input.ts";

export function activate(activation: Activation): void {
  const { subscriptions, clusters, tokens } = activation;
  subscriptions.push(
    commands.registerCommand("switchyard.setToken", async (argument?: unknown) => {
      const profile = await chooseProfile(argument, knownProfiles(activation), l10n.t("Set the token of"));
      if (profile === undefined || !(await askToken(tokens, profile))) return;
      const state = clusters.find(profile.name)?.status.state;
      if (state === "rejected" || state === "down") await connectAsking(activation, profile);
    }),
    commands.registerCommand("switchyard.forgetToken", async (argument?: unknown) => {
      const profile = await chooseProfile(argument, await withToken(activation), l10n.t("Forget the token of"));
      if (profile !== undefined) await tokens.forget(profile);
    }),
  );
}

/** Those of the tree come first: they are what the person sees. */
function knownProfiles({ clusters }: Activation): readonly Profile[] {
  const shown = clusters.all().flatMap(({ profile, isDemo }) => (isDemo ? [] : [profile]));
  const isShown = ({ name }: Profile) => shown.some((profile) => profile.name === name);
  return [...shown, ...profiles().filter((profile) => !isShown(profile))];
}

async function withToken(activation: Activation): Promise<readonly Profile[]> {
  const known = knownProfiles(activation);
  const found = await Promise.all(known.map((profile) => activation.tokens.get(profile)));
  return known.filter((_, place) => found[place] !== undefined);
}

/** The one that the argument names, or the person picks. */
async function chooseProfile(
  argument: unknown,
  choices: readonly Profile[],
  title: string,
): Promise<Profile | undefined> {
  const name = nameIn(argument);
  if (name !== undefined) return choices.find((profile) => profile.name === name);
  if (choices.length === 0) {
    void window.showInformationMessage(l10n.t("There is no connection that could have a token"));
    return undefined;
  }
  const items = choices.map((profile) => ({ label: profile.name, description: profile.location, profile }));
  return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.profile;
}
