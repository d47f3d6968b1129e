/** The types of rig.mjs, which must run on a Node that knows no types. */
import type { ChildProcess } from "node:child_process";

export function build(options?: { types?: boolean }): Promise<readonly string[]>;

export interface Editor {
  /** Opens the folder in a browser. */
  readonly url: string;
  /** The user's settings: rewrite it and the editor follows. */
  readonly settingsFile: string;
  /** The last of what it printed. */
  readonly output: () => string;
  /** Its exit status, should it end. */
  readonly ended: Promise<number>;
  readonly stop: () => Promise<void>;
}

export function openEditor(options: {
  folder: string;
  vsix?: string;
  port?: number;
  home?: string;
  settings?: Record<string, unknown>;
  /** Ends by itself after that long without a browser. */
  idleSeconds?: number;
}): Promise<Editor>;

export const vsixFile: string;
export function packageExtension(): Promise<string>;

export interface Group {
  readonly child: ChildProcess;
  readonly ended: Promise<number>;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

export function startGroup(
  command: string,
  args: readonly string[],
  options?: { cwd?: string; env?: NodeJS.ProcessEnv; onLine?: (line: string) => void },
): Group;

export function chromium(): Promise<string | undefined>;

/** Throws a sentence when this version of Node is too old. */
export function checkNode(version: string): void;

export interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
}

export function isInstalled(
  wanted: Readonly<Record<string, LockedPackage>>,
  installed: Readonly<Record<string, LockedPackage>>,
): boolean;

export interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export function count(
  report: Report | undefined,
  status: number,
): { passed: number; failed: number; skipped: number; words?: readonly string[] };
