/** Asks for a location: typed and checked, or picked from those that were used before. */
import { l10n, type Memento, type QuickPick, type QuickPickItem, ThemeIcon, window } from "vscode";
import { locationProblem } from "../location.ts";

const historyKey = "switchyard.locations";
const historyLength = 20;

interface LocationItem extends QuickPickItem {
  /** Absent: what is typed so far is no location. */
  readonly location?: string;
}

/** Resolves with `undefined` when the person leaves. What they choose comes first the next time. */
export async function askLocation(memory: Memento): Promise<string | undefined> {
  const history = readHistory(memory);
  const location = await pick(history);
  if (location === undefined) return undefined;
  const newer = [location, ...history.filter((old) => old !== location)].slice(0, historyLength);
  await memory.update(historyKey, newer);
  return location;
}

/** The choices while `typed` stands in the box. */
export function choices(typed: string, history: readonly string[]): readonly LocationItem[] {
  const location = typed.trim();
  const used = history
    .filter((old) => old !== location)
    .map((old) => ({ label: old, location: old, iconPath: new ThemeIcon("history") }));
  const problem = locationProblem(location);
  if (problem === undefined) return [{ label: location, location, iconPath: new ThemeIcon("plug") }, ...used];
  const hint = { label: problem, alwaysShow: true, iconPath: new ThemeIcon(location === "" ? "info" : "warning") };
  return location === "" ? [...used, hint] : [hint, ...used];
}

function pick(history: readonly string[]): Promise<string | undefined> {
  const box = window.createQuickPick<LocationItem>();
  box.title = l10n.t("Connect to Location");
  box.placeholder = "tcp://127.0.0.1:9999";
  const show = (typed: string) => {
    box.items = choices(typed, history);
  };
  show("");
  box.onDidChangeValue(show);
  return answer(box);
}

function answer(box: QuickPick<LocationItem>): Promise<string | undefined> {
  return new Promise((resolve) => {
    box.onDidAccept(() => {
      const location = box.selectedItems[0]?.location;
      if (location === undefined) return; // A hint was picked: the box stays open.
      resolve(location);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined); // Without effect after an answer.
      box.dispose();
    });
    box.show();
  });
}

function readHistory(memory: Memento): readonly string[] {
  const kept = memory.get<unknown>(historyKey);
  return Array.isArray(kept) ? kept.filter((entry): entry is string => typeof entry === "string") : [];
}
