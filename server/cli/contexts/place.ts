/** Where this person's settings for the command lie. Knows nothing of what they say. */
import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** `SWITCHYARD_CONFIG_HOME`, or a folder of ours where the system keeps such things. */
export function settingsFolder(env: Environment = process.env, platform: NodeJS.Platform = process.platform): string {
  const ours = env["SWITCHYARD_CONFIG_HOME"];
  if (ours) return ours;
  const { APPDATA: appData, XDG_CONFIG_HOME: xdg } = env;
  if (platform === "win32" && appData) return join(appData, "switchyard");
  return join(xdg || join(homedir(), ".config"), "switchyard");
}

export function contextsFile(): string {
  return join(settingsFolder(), "contexts.json");
}
