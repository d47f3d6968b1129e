/**
 * `switchyard store … watch`: prints each change as it becomes visible in a copy of the store.
 *
 * Invariant: while the output is slow, changes are left out, and counted.
 */
import {
  formatValue,
  type Store,
  type StoreChange,
  type StoreReset,
  type Time,
  time,
  toJson,
  type Value,
} from "../../../library/index.ts";
import { clockTime } from "../event-line.ts";
import { type Shell, whenStopped } from "../shell.ts";
import { harmlessJson, inGroups, printable } from "../style.ts";
import { type StoreCall, withStore } from "./call.ts";
import { hasPrefix } from "./read.ts";

export async function watch(call: StoreCall): Promise<void> {
  const { shell, topic, options } = call;
  await withStore(call, { mode: "sync", access: "ro" }, async (store) => {
    const watched = new Watched(call);
    store.on("change", watched.change).on("reset", watched.reset);
    if (!options.quiet) {
      store.on("state", (state) => state !== "closed" && shell.say(`${topic}: ${stateWords[state]}`));
      shell.say(`watching ${topic}: ${inGroups(store.sizeSync())} there, version ${versionOf(store)}`);
    }
    await Promise.race([whenStopped(shell), watched.finished]);
    store.off("change", watched.change).off("reset", watched.reset);
    watched.summarize();
  });
}

const stateWords = { stale: "its authority is silent", syncing: "catching up", live: "up to date" } as const;

class Watched {
  readonly finished: Promise<void>;
  #finish: () => void = () => {};
  #printed = 0;
  #dropped = 0;
  readonly #call: StoreCall;

  constructor(call: StoreCall) {
    this.#call = call;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  readonly change = (change: StoreChange): void => {
    const { prefix, json } = this.#call.options;
    if (change.kind !== "clear" && !hasPrefix(change.key, prefix)) return;
    this.#print((now, shell) => (json ? changeJson(now, change) : changeLine(now, change, shell)));
  };

  readonly reset = ({ from, to, isFork }: StoreReset): void => {
    const { json } = this.#call.options;
    this.#print((now, shell) => {
      if (json) return harmlessJson({ time: now.toString(), kind: "reset", from, to, isFork });
      return columns(now, "reset", "", `${from.epoch}.${from.revision} -> ${to.epoch}.${to.revision}`, shell);
    });
  };

  #print(lineOf: (now: Time, shell: Shell) => string): void {
    const { shell, options } = this.#call;
    if (this.#printed === options.count) return;
    if (shell.out.isFull) {
      this.#dropped++;
      return;
    }
    shell.out.line(lineOf(time(new Date()), shell));
    this.#printed++;
    if (this.#printed === options.count) this.#finish();
  }

  summarize(): void {
    if (this.#dropped === 0) return;
    this.#call.shell.failed();
    this.#call.shell.say(`printed ${inGroups(this.#printed)}, dropped ${inGroups(this.#dropped)} (slow output)`);
  }
}

function changeJson(now: Time, { kind, key, value, before, version: { epoch, revision } }: StoreChange): string {
  return harmlessJson({
    ...{ time: now.toString(), kind },
    ...(kind !== "clear" && { key: toJson(key) }),
    ...(value !== undefined && { value: toJson(value) }),
    ...(before !== undefined && { before: toJson(before) }),
    ...{ epoch, revision },
  });
}

/** `14:02:11.318  update  "a"  1 -> 2`; what was or is not there is left out beside the arrow. */
function changeLine(now: Time, { kind, key, value, before }: StoreChange, shell: Shell): string {
  if (kind === "clear") return columns(now, kind, "", "", shell);
  return columns(now, kind, formatValue(key), `${textOf(before)} -> ${textOf(value)}`.trim(), shell);
}

function columns(now: Time, kind: string, key: string, what: string, { style, isTerminal }: Shell): string {
  const when = style.dim(isTerminal ? clockTime(now) : now.toString());
  return [when, kind.padEnd(6), style.topic(printable(key)), printable(what)].filter(Boolean).join("  ").trimEnd();
}

function textOf(value: Value | undefined): string {
  return value === undefined ? "" : formatValue(value);
}

function versionOf({ version: { epoch, revision } }: Store): string {
  return `${epoch}.${revision}`;
}
