/**
 * Which processes of this machine are gone, behind an interface, so that it can be simulated.
 *
 * Invariant: "gone" is said only of what cannot run again by itself: a process that has ended and was of the same boot of
 * the same kernel, in the same pid namespace, for numbers are given anew in each. What cannot be known is not gone.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Processes {
  /** What our own process is known by to others, in printable ASCII; `undefined`: by nothing. */
  own(): string | undefined;
  /** Does a process that is known by this run here, now? */
  runs(told: string): boolean;
  /** Has it ended? Means something only for what ran here before. */
  isGone(told: string): boolean;
}

/** A machine, a number, and when it began, for numbers are used again. */
const form = /^([0-9a-f]{32}) ([1-9]\d{0,9}) (\d{1,20})$/;
export const longestTold = 32 + 1 + 10 + 1 + 20;

type Seen = "running" | "gone" | "unknown";

/** Of this machine, by `/proc`: Linux alone has what is needed. Asked anew each time: a process can be moved. */
export const systemProcesses: Processes = {
  own: () => {
    const machine = machineOf();
    const began = statOf(process.pid)?.began;
    return machine === undefined || began === undefined ? undefined : `${machine} ${process.pid} ${began}`;
  },
  runs: (told) => see(told) === "running",
  isGone: (told) => see(told) === "gone",
};

/** Nothing is known of any. */
export const noProcesses: Processes = { own: () => undefined, runs: () => false, isGone: () => false };

function see(told: string): Seen {
  const [, machine, number, began] = form.exec(told) ?? [];
  if (machine === undefined || machine !== machineOf()) return "unknown";
  const pid = Number(number);
  if (!isThere(pid)) return "gone";
  const stat = statOf(pid);
  if (stat === undefined) return "unknown"; // it may be hidden from us, or have ended just now
  if (stat.began !== began) return "gone"; // another one has its number
  if (stat.state !== "Z" && stat.state !== "X") return "running";
  return threadsOf(pid) > 1 ? "running" : "gone"; // ended, and nobody has asked how
}

/** Names a kernel's boot and a pid namespace in it, and tells nobody what they are. */
function machineOf(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const namespace = readlinkSync("/proc/self/ns/pid");
    return createHash("sha256").update(`switchyard ${boot} ${namespace}`).digest("hex").slice(0, 32);
  } catch {
    return undefined;
  }
}

/** Whatever else the system says of it, it is there. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** The name of a process may have blanks and brackets in it; what follows its last bracket are fields. */
function statOf(pid: number): { readonly state: string; readonly began: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [state, began] = [fields[0], fields[19]];
    return state === undefined || began === undefined ? undefined : { state, began };
  } catch {
    return undefined;
  }
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}
