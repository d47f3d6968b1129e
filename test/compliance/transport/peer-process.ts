/**
 * Starts `peer-program.ts` as a process of its own.
 *
 * Invariant: none outlives the run, for a peer that waits ends with its input.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TlsOptions } from "../../../library/transports/transport.ts";
import { bundled } from "../../rig/program.ts";

/**
 * `leave`: opens, uses and closes links of its own, listening at the location, and must end by itself then.
 * `hold`: connects twice, says one byte on each link, and reads nothing.
 * `race`: says `ready`, waits for a line, tries to listen, and says `listening` or the code of the failure.
 */
export type PeerTask = "leave" | "hold" | "race";

/** Options that are text throughout. */
export interface PeerTls {
  readonly connect: TlsOptions;
  readonly listen: TlsOptions;
}

export interface Peer {
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** The lines it prints. */
  readonly lines: AsyncIterator<string>;
  tell(line: string): void;
  kill(): void;
}

const entry = fileURLToPath(new URL("./peer-program.ts", import.meta.url));

export async function startPeer(task: PeerTask, location: string, tls?: PeerTls): Promise<Peer> {
  const args = [await bundled(entry), task, location, ...(tls ? [JSON.stringify(tls)] : [])];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  return {
    ended: new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal))),
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    tell: (line) => child.stdin.write(`${line}\n`),
    kill: () => child.kill("SIGKILL"),
  };
}
