/** What LevelDB and the operating system say went wrong, as a failure of ours. */
import { type FailureCode, SwitchyardError, whatFailed } from "../core/errors.ts";

const codes = new Map<string, FailureCode>([
  ["LEVEL_LOCKED", "LOCKED"],
  ["LEVEL_CORRUPTION", "CORRUPT"],
  ["ENOSPC", "NO_SPACE"],
  ["EDQUOT", "NO_SPACE"],
  ["EACCES", "NOT_PERMITTED"],
  ["EPERM", "NOT_PERMITTED"],
  ["EROFS", "NOT_PERMITTED"],
]);

/** LevelDB has but the system's words. */
const words: readonly (readonly [RegExp, FailureCode])[] = [
  [/no space left|disk quota exceeded|not enough space/i, "NO_SPACE"],
  [/permission denied|operation not permitted|read-only file system/i, "NOT_PERMITTED"],
  [/corruption/i, "CORRUPT"],
];

/** With the folder that was asked for, where a failure does not say which one it is about. */
export function placedFailure(failure: SwitchyardError, path: string, real: string = path): SwitchyardError {
  const what = whatFailed(failure);
  if (what.includes(path) || what.includes(real)) return failure;
  return new SwitchyardError(failure.code, `${path}: ${what}`, { cause: failure });
}

/** `error` as a failure of `what`; one that is ours already stays what it is. */
export function diskFailure(error: unknown, what: string): SwitchyardError {
  if (error instanceof SwitchyardError) return error;
  return new SwitchyardError(codeOf(error), `${what}: ${wordsOf(error)}`, { cause: error });
}

function codeOf(error: unknown): FailureCode {
  const chain = causesOf(error).reverse(); // the innermost knows best
  for (const { code } of chain) {
    const known = typeof code === "string" ? codes.get(code) : undefined;
    if (known !== undefined) return known;
  }
  const text = chain.map(({ message }) => String(message)).join("\n");
  return words.find(([pattern]) => pattern.test(text))?.[1] ?? "DISK_FAILED";
}

/** Where the system's own words are a riddle. */
const plainWords = new Map<unknown, string>([
  ["EEXIST", "there is a file where the folder is to be"],
  ["ENOTDIR", "there is a file where a folder is to be"],
]);

/** The innermost says most. */
function wordsOf(error: unknown): string {
  const plain = plainWords.get(causesOf(error).at(-1)?.code);
  if (plain !== undefined) return plain;
  return String(causesOf(error).at(-1)?.message ?? error);
}

function causesOf(error: unknown): { readonly code?: unknown; readonly message?: unknown; readonly cause?: unknown }[] {
  const chain: { readonly code?: unknown; readonly message?: unknown; readonly cause?: unknown }[] = [];
  for (let each = error; typeof each === "object" && each !== null && chain.length < 8; ) {
    const found: { readonly cause?: unknown } = each;
    chain.push(found);
    each = found.cause;
  }
  return chain;
}
