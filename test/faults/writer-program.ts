/** A process that writes to a database, and tells what was acknowledged; for tests that kill it, or are kept out by it. */
import type { Durability } from "../../library/core/store/change.ts";
import { levelStorage } from "../../library/storage/level.ts";

export interface WriterTask {
  readonly path: string;
  readonly durability: Durability;
}

const task = JSON.parse(process.argv[2] ?? "{}") as WriterTask;

function say(told: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

/** Revision r writes r under `key-(r % 50)`, so what must be there follows from the revision alone. */
async function main(): Promise<void> {
  process.stdin.once("end", () => process.exit());
  process.stdin.resume();
  const open = await levelStorage().open(task.path);
  say({ kind: "ready", revision: open.head.version.revision });
  for (;;) {
    const first = open.head.version.revision + 1;
    const changes = Array.from({ length: 1 + (first % 7) }, (_, i) => {
      const revision = first + i;
      const key = `key-${revision % 50}`;
      const value = `${revision} ${"x".repeat(revision % 400)}`;
      return { kind: "put" as const, key, value, expiresAtMs: undefined, expiresAfterMs: undefined };
    });
    const revision = first + changes.length - 1;
    await open.write({ version: { epoch: 1, revision }, changes, results: [], forget: [] }, task.durability);
    say({ kind: "acknowledged", revision });
  }
}

void main();
