/** `switchyard store … put`, `rm`, `incr`, `decr` and `clear`: done when the authority has done it. */
import { formatValue, SwitchyardError, toJson, type Written } from "../../../library/index.ts";
import { harmlessJson, printable } from "../style.ts";
import { readValueArgument } from "../value-argument.ts";
import { type StoreCall, withAnswer } from "./call.ts";

const writing = { mode: "async", access: "rw" } as const;

export async function put(call: StoreCall): Promise<void> {
  const { operands, options } = call;
  const key = readValueArgument(operands[0]!, "the key");
  const value = readValueArgument(operands[1]!, "the value");
  const expected = expectedOf(call);
  if (expected !== undefined && options.ifAbsent) {
    throw new SwitchyardError("BAD_ARGUMENT", "--if-absent and --if-value, of which only one can be");
  }
  const lasting = { expiresAfter: options.expire };
  await withAnswer(call, writing, async (store) => {
    if (options.ifAbsent) tell(call, "put", await store.insertIfAbsent(key, value, lasting));
    else if (expected !== undefined) {
      tell(call, "put", await store.replace(key, value, { ...lasting, expected: expected.value }));
    } else tell(call, "put", await store.insert(key, value, lasting));
  });
}

export async function rm(call: StoreCall): Promise<void> {
  const key = readValueArgument(call.operands[0]!, "the key");
  const expected = expectedOf(call);
  await withAnswer(call, writing, async (store) => {
    const written = await store.remove(key, expected && { expected: expected.value });
    tell(call, written.value === undefined ? "it was not there" : "removed", written);
  });
}

export function incr(call: StoreCall): Promise<void> {
  return count(call, "increment");
}

export function decr(call: StoreCall): Promise<void> {
  return count(call, "decrement");
}

async function count(call: StoreCall, how: "increment" | "decrement"): Promise<void> {
  const { shell, operands, options } = call;
  const key = readValueArgument(operands[0]!, "the key");
  const by = readValueArgument(operands[1] ?? "1", "BY");
  await withAnswer(call, writing, async (store) => {
    const written = await store[how](key, by);
    if (options.json) tell(call, "", written);
    else if (written.value !== undefined) shell.out.line(printable(formatValue(written.value)));
  });
}

export async function clear(call: StoreCall): Promise<void> {
  if (!call.options.yes) {
    throw new SwitchyardError("BAD_ARGUMENT", `clear removes every entry of ${call.topic}; say --yes if you mean it`);
  }
  await withAnswer(call, writing, async (store) => tell(call, "cleared", await store.clear()));
}

/** None is a value, too. */
function expectedOf({ options: { ifValue } }: StoreCall) {
  return ifValue === undefined ? undefined : { value: readValueArgument(ifValue, "the value of --if-value") };
}

function tell({ shell, options }: StoreCall, what: string, { epoch, revision, value }: Written): void {
  if (options.json)
    shell.out.line(harmlessJson({ epoch, revision, ...(value !== undefined && { value: toJson(value) }) }));
  else if (shell.isHeard && !options.quiet) shell.say(`${what}; version ${epoch}.${revision}`);
}
