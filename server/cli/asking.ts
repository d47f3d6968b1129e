/** Asks a person whether to go on. Only where somebody can answer; a script says `--yes`. */
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export interface Keyboard {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
}

export function canAsk({ input, output }: Keyboard): boolean {
  return input.isTTY === true && output.isTTY === true;
}

/** True for `y` and `yes`; anything else, an end and a stop are a no. `question` must be harmless for a terminal. */
export async function isAgreed({ input, output }: Keyboard, question: string, stopped: AbortSignal): Promise<boolean> {
  if (stopped.aborted) return false;
  const lines = createInterface({ input, output });
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.on("close", () => resolve("")).on("SIGINT", () => resolve(""));
      stopped.addEventListener("abort", () => resolve(""), { once: true });
      lines.question(`${question} [y/N] `, resolve);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
