/** `switchyard store … get`, `keys` and `size`: what the authority has now. */
import { formatValue, type StoreEntry, toJson, type Value } from "../../../library/index.ts";
import { harmlessJson, inGroups, printable } from "../style.ts";
import { readValueArgument } from "../value-argument.ts";
import { type StoreCall, withAnswer } from "./call.ts";

const reading = { mode: "async", access: "ro" } as const;

export async function get(call: StoreCall): Promise<void> {
  const { shell, topic, operands, options } = call;
  const key = readValueArgument(operands[0]!, "the key");
  await withAnswer(call, reading, async (store) => {
    const entry = await store.entry(key);
    if (entry === undefined) {
      shell.failed();
      if (!options.quiet) shell.say(printable(`${formatValue(key)} is not in ${topic}${hintFor(key)}`));
    } else shell.out.line(options.json ? harmlessJson(entryJson(entry)) : printable(formatValue(entry.value)));
  });
}

export async function keys(call: StoreCall): Promise<void> {
  const { shell, options } = call;
  await withAnswer(call, reading, async (store) => {
    for await (const key of store.keys()) {
      if (shell.stopped.aborted) return;
      if (!hasPrefix(key, options.prefix)) continue;
      shell.out.line(options.json ? harmlessJson({ key: toJson(key) }) : printable(formatValue(key)));
      if (shell.out.isFull) await shell.out.drained();
    }
  });
}

export async function size(call: StoreCall): Promise<void> {
  const { shell, options } = call;
  await withAnswer(call, reading, async (store) => {
    const entries = await store.size();
    shell.out.line(options.json ? JSON.stringify({ size: entries }) : inScripts(shell.isTerminal, entries));
  });
}

/** A word without quotes is rarely meant to be a name of an enum. */
function hintFor(key: Value): string {
  const isWord = typeof key === "object" && key !== null && "kind" in key && key.kind === "enum";
  return isWord ? `; the string is written '"${key.name}"'` : "";
}

/** Of a string, what it says; of any other key, its text form. */
export function hasPrefix(key: Value, prefix = ""): boolean {
  return prefix === "" || (typeof key === "string" ? key : formatValue(key)).startsWith(prefix);
}

function inScripts(isTerminal: boolean, count: number): string {
  return isTerminal ? inGroups(count) : String(count);
}

function entryJson({ key, value, revision, expiresAtMs, expiresAfterMs }: StoreEntry) {
  return {
    ...{ key: toJson(key), value: toJson(value), revision },
    ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs).toISOString() }),
    ...(expiresAfterMs !== undefined && { expiresAfterMs }),
  };
}
