/** A bar on the terminal for work that takes over a second; nothing anywhere else. */
import type { Shell } from "./shell.ts";

const quietMs = 1_000;
const periodMs = 100;
const barWidth = 24;

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
    this.#shell.progress(fraction === undefined ? text() : `${bar(fraction)}  ${text()}`);
  }

  clear(): void {
    this.#shell.progress("");
  }
}

function bar(fraction: number): string {
  const filled = Math.round(Math.min(fraction, 1) * barWidth);
  const percent = `${Math.floor(fraction * 100)}`.padStart(3);
  return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${percent} %`;
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
