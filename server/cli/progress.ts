/** A bar on the terminal for work that takes over a second; nothing anywhere else. */
import type { Shell } from "./shell.ts";

const quietMs = 1_000;
const periodMs = 100;
const barWidth = 24;
/** A shorter one says nothing. */
const leastBarWidth = 6;

export class Progress {
  readonly #shell: Shell;
  readonly #startMs = performance.now();
  #nextMs = quietMs;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** @param fraction how much is done, 0 to 1, where that is known */
  show(text: () => string, fraction: number | undefined): void {
    if (!this.#shell.isHeard) return;
    const elapsedMs = performance.now() - this.#startMs;
    if (elapsedMs < this.#nextMs) return;
    this.#nextMs = elapsedMs + periodMs;
    this.#shell.progress(fraction === undefined ? text() : withBar(text(), fraction, this.#shell.progressWidth));
  }

  clear(): void {
    this.#shell.progress("");
  }
}

/** What it says comes first: the bar has what room is left, and where that is too little there is none. */
function withBar(text: string, fraction: number, width: number): string {
  const done = Math.min(Math.max(fraction, 0), 1);
  const percent = `${Math.floor(done * 100)}`.padStart(3);
  const rest = ` ${percent} %  ${text}`;
  const columns = Math.min(barWidth, width - rest.length);
  if (columns < leastBarWidth) return rest.trimStart();
  const filled = Math.round(done * columns);
  return `${"█".repeat(filled)}${"░".repeat(columns - filled)}${rest}`;
}

/** Shows what is waited for, once that takes over a second. */
export async function waitingFor<Result>(shell: Shell, text: string, result: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => shell.progress(`${text} …`), quietMs);
  try {
    return await result;
  } finally {
    clearTimeout(timer);
    shell.progress("");
  }
}
