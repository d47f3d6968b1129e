/** The commands that connect and disconnect, start and stop the demo cluster, and the connection made at start. */
import { commands, l10n, type QuickPickItem, ThemeIcon, window, workspace } from "vscode";
import type { Activation } from "../activation.ts";
import type { Cluster } from "../clusters.ts";
import { isRecord, toFailure } from "../failure.ts";
import { type Profile, patternsOnStart, profileAt, profileOnStart, profiles, saveProfile } from "../settings.ts";
import type { Tokens } from "../tokens.ts";
import { viewId } from "../tree/cluster-tree.ts";
import { connectAsking } from "./connection-attempt.ts";
import { askLocation } from "./location-input.ts";
import { tellFailure } from "./log.ts";
import { nameIn } from "./target.ts";

export function activate(activation: Activation): void {
  const { subscriptions, clusters, log } = activation;
  /** True when it went well; a failure was told then. */
  const attempt = async (what: string, body: () => Promise<unknown>): Promise<boolean> => {
    try {
      await window.withProgress({ location: { viewId } }, body);
      return true;
    } catch (error) {
      await tellFailure(log, what, error);
      return false;
    }
  };
  const connect = (profile: Profile) => connectAsking(activation, profile);
  const startDemo = () => attempt(l10n.t("Cannot start the demo cluster"), () => clusters.startDemo());
  /** Who connects for the first time wants to see what is there. */
  const showTree = async (isConnected: boolean) => {
    if (isConnected) await commands.executeCommand(`${viewId}.focus`);
  };

  subscriptions.push(
    commands.registerCommand("switchyard.connect", async () => {
      const choice = await chooseProfile(clusters.all());
      if (choice?.profile !== undefined) await showTree(await connect(choice.profile));
      else if (choice?.command !== undefined) await commands.executeCommand(choice.command);
    }),
    commands.registerCommand("switchyard.connectToLocation", async () => {
      const location = await askLocation(activation.globalState);
      if (location === undefined) return;
      await showTree(await connect(profileAt(nameOf(location, clusters.all()), location)));
    }),
    commands.registerCommand("switchyard.disconnect", async (argument?: unknown) => {
      const name = nameIn(argument) ?? (await chooseCluster(clusters.all(), l10n.t("Disconnect from")));
      if (name !== undefined) await clusters.disconnect(name);
    }),
    commands.registerCommand("switchyard.retry", async (argument?: unknown) => {
      const known = clusters.find(nameIn(argument) ?? clusters.current?.profile.name ?? "");
      if (known?.status.state === "up") await activation.topologies.refresh(known.profile.name);
      else if (known?.isDemo ?? isDemo(argument)) await startDemo();
      else if (known !== undefined) await connect(newest(known.profile));
      else await connectTo(argument, connect);
    }),
    commands.registerCommand("switchyard.startDemo", async () => showTree(await startDemo())),
    commands.registerCommand("switchyard.stopDemo", () =>
      attempt(l10n.t("Cannot stop the demo cluster"), () => clusters.stopDemo()),
    ),
    commands.registerCommand("switchyard.saveConnection", async (argument?: unknown) => {
      const name = nameIn(argument) ?? (await chooseCluster(clusters.all(), l10n.t("Save the connection to")));
      const cluster = name === undefined ? undefined : clusters.find(name);
      if (cluster !== undefined) await save(cluster, activation.tokens);
    }),
    commands.registerCommand("switchyard.editConnections", () =>
      commands.executeCommand("workbench.action.openSettings", "switchyard.connections"),
    ),
    clusters.onDidChange(() => setContexts(clusters.all())),
    workspace.onDidGrantWorkspaceTrust(() => connectOnStart(activation)),
  );
  connectOnStart(activation);
}

/**
 * Connects to the profile of `switchyard.connectOnStart`, and opens what `switchyard.monitorOnStart` asks for. Nobody
 * asked just now, so a failure is told by the tree alone.
 */
function connectOnStart(activation: Activation): void {
  const { clusters, log } = activation;
  const profile = profileOnStart();
  if (profile === undefined || clusters.find(profile.name) !== undefined) return;
  openOnStart(activation, profile).catch((error: unknown) => {
    log.warn(`cannot connect to ${profile.name} at start: ${toFailure(error).message}`);
  });
}

async function openOnStart({ clusters }: Activation, profile: Profile): Promise<void> {
  await clusters.connect(profile);
  const targets = patternsOnStart().map((pattern) => ({ cluster: profile.name, pattern }));
  if (targets.length === 0) return;
  await commands.executeCommand(`${viewId}.focus`);
  await commands.executeCommand("switchyard.openMonitor", ...targets);
}

/** A panel that waits for its cluster names it whole. */
async function connectTo(argument: unknown, connect: (profile: Profile) => Promise<unknown>): Promise<void> {
  const name = nameIn(argument);
  const location = isRecord(argument) ? argument["location"] : undefined;
  if (name !== undefined && typeof location === "string") await connect(profileAt(name, location));
}

interface ProfileChoice extends QuickPickItem {
  readonly profile?: Profile;
  readonly command?: string;
}

async function chooseProfile(connected: readonly Cluster[]): Promise<ProfileChoice | undefined> {
  const isUp = (name: string) =>
    connected.some(({ profile, status }) => profile.name === name && status.state === "up");
  const choices: ProfileChoice[] = [
    ...profiles().map((profile) => ({
      label: profile.name,
      description: isUp(profile.name) ? l10n.t("connected") : profile.location,
      iconPath: new ThemeIcon(isUp(profile.name) ? "pass-filled" : "plug"),
      profile,
    })),
    { label: l10n.t("Connect to Location…"), iconPath: new ThemeIcon("add"), command: "switchyard.connectToLocation" },
    { label: l10n.t("Start Demo Cluster"), iconPath: new ThemeIcon("beaker"), command: "switchyard.startDemo" },
    { label: l10n.t("Edit Connections…"), iconPath: new ThemeIcon("gear"), command: "switchyard.editConnections" },
  ];
  return window.showQuickPick(choices, { title: l10n.t("Connect"), matchOnDescription: true });
}

/** The only one there is without asking; `undefined` when there is none or the person leaves. */
export async function chooseCluster(clusters: readonly Cluster[], title: string): Promise<string | undefined> {
  if (clusters.length < 2) return clusters[0]?.profile.name;
  const items = clusters.map(({ profile }) => ({ label: profile.name, description: profile.location }));
  return (await window.showQuickPick(items, { title }))?.label;
}

/** Of a location typed by hand: the location itself, shortened, and told apart from others that are connected. */
export function nameOf(location: string, connected: readonly Cluster[]): string {
  const saved = profiles().find((profile) => profile.location === location);
  if (saved !== undefined) return saved.name;
  const same = connected.find(({ profile, isDemo }) => profile.location === location && !isDemo);
  if (same !== undefined) return same.profile.name;
  return location.replace(/^[a-z+]+:\/\//i, "");
}

/** As it stands in the settings now: a person who tries again may have mended it there. */
function newest(profile: Profile): Profile {
  return profiles().find(({ name }) => name === profile.name) ?? profile;
}

/** The token comes along where secrets are kept; the settings say no more than that there is one. */
async function save({ profile }: Cluster, tokens: Tokens): Promise<void> {
  const name = await window.showInputBox({
    title: l10n.t("Save Connection"),
    prompt: l10n.t("Name of the connection to {0}", profile.location),
    value: profile.name,
    validateInput: (typed) => (typed.trim() === "" ? l10n.t("A connection needs a name") : undefined),
  });
  if (name === undefined) return;
  const token = await tokens.get(profile);
  const saved: Profile = { ...profile, name: name.trim(), ...(token !== undefined && { token: true }) };
  if (token !== undefined) await tokens.set(saved, token);
  await saveProfile(saved);
}

/** What the manifest's `when` clauses ask. */
function setContexts(clusters: readonly Cluster[]): void {
  const contexts = {
    "switchyard.hasCluster": clusters.length > 0,
    "switchyard.isConnected": clusters.some(({ status }) => status.state === "up"),
    "switchyard.isDemoRunning": clusters.some(({ isDemo }) => isDemo),
  };
  for (const [key, value] of Object.entries(contexts)) void commands.executeCommand("setContext", key, value);
}

function isDemo(argument: unknown): boolean {
  return isRecord(argument) && argument["isDemo"] === true;
}
