/** T5: databases that are damaged in every way, in every kind of file: the right content, or `CORRUPT`, never a hole. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Table } from "../../library/core/store/table.ts";
import { levelStorage } from "../../library/storage/level.ts";
import { salvage } from "../../library/storage/salvage.ts";
import { cases } from "../rig/cases.ts";
import { SeededChance } from "../simulator/chance.ts";
import {
  contentAt,
  contentOf,
  copyFolder,
  filesOf,
  fingerprintOf,
  type History,
  inFolder,
  memoryFolder,
  writeOn,
} from "./database.ts";

const root = mkdtempSync(join(memoryFolder(), "switchyard-fixture-"));
/** As it is at the end, and as it was on the way. */
const fixture = join(root, "now");
const older = join(root, "older");
const history: History = [];
afterAll(() => rmSync(root, { recursive: true }));

// Closed and opened on the way, so that there are tables; copied while it is open, so that its log is as a crash leaves it.
beforeAll(async () => {
  const path = join(root, "live");
  const chance = new SeededChance(1);
  const table = new Table();
  for (const part of [0, 1, 2]) {
    const open = await levelStorage().open(path);
    await writeOn(open, table, history, chance, 12);
    if (part === 1) copyFolder(path, older);
    await writeOn(open, table, history, chance, 12);
    if (part === 2) copyFolder(path, fixture);
    await open.close();
  }
});

type Kind = "CURRENT" | "MANIFEST" | "log" | "ldb" | "acknowledged";
const kinds: readonly Kind[] = ["CURRENT", "MANIFEST", "log", "ldb", "acknowledged"];

function ofKind(kind: Kind, path = fixture): readonly string[] {
  return filesOf(path).filter((file) => file.includes(kind));
}

const damages: Readonly<Record<string, (bytes: Buffer, chance: SeededChance) => Buffer>> = {
  flipped: (bytes, chance) => {
    const at = chance.integer(0, bytes.length - 1);
    bytes[at]! ^= 1 << chance.integer(0, 7);
    return bytes;
  },
  zeroed: (bytes, chance) => {
    const at = chance.integer(0, bytes.length - 1);
    return bytes.fill(0, at, Math.min(at + chance.integer(1, 600), bytes.length));
  },
  truncated: (bytes, chance) => bytes.subarray(0, chance.integer(0, bytes.length - 1)),
  scrambled: (bytes, chance) => {
    const at = chance.integer(0, bytes.length - 1);
    bytes.set(chance.bytes(Math.min(chance.integer(1, 300), bytes.length - at)), at);
    return bytes;
  },
  torn: (bytes, chance) => {
    // A page of it came from elsewhere.
    const at = chance.integer(0, bytes.length - 1);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(chance.integer(0, bytes.length))]);
  },
};

/** What is there now, or `CORRUPT` with every file as it was. */
async function expectSound(path: string, acknowledged = history.at(-1)!): Promise<string> {
  const before = fingerprintOf(path);
  const content = await contentAt(path);
  if (content !== acknowledged) expect(content).toBe("CORRUPT");
  if (content === "CORRUPT") expect(fingerprintOf(path), "its files were changed").toBe(before);
  return content;
}

describe("T5, S10: a database that was damaged", () => {
  it("is whole before: there is a file of each kind, and it has what was acknowledged", async () => {
    for (const kind of kinds) expect(ofKind(kind).length, kind).toBeGreaterThan(0);
    await inFolder(async (path) => {
      copyFolder(fixture, path);
      expect(await contentAt(path)).toBe(history.at(-1));
    });
  });

  const seen = new Map<string, number>();
  cases(
    "has the right content or is CORRUPT, and left as it is",
    { ci: 1_940, soak: 19_400, withinMs: 180_000 },
    async (chance, index) => {
      const kind = kinds[index % kinds.length]!;
      const names = Object.keys(damages);
      const damage = names[Math.floor(index / kinds.length) % names.length]!;
      await inFolder(async (path) => {
        copyFolder(fixture, path);
        const file = join(path, chance.pick(ofKind(kind)));
        writeFileSync(file, damages[damage]!(readFileSync(file), chance));
        const content = await expectSound(path);
        const what = `${kind} ${content === "CORRUPT" ? content : "right"}`;
        seen.set(what, (seen.get(what) ?? 0) + 1);
      });
    },
  );

  it.skipIf(process.env["SEED"] !== undefined)("is found CORRUPT where its log or a table is hit", () => {
    for (const kind of ["log", "ldb"]) expect(seen.get(`${kind} CORRUPT`), kind).toBeGreaterThan(100);
  });

  it("is CORRUPT when any one file is missing", async () => {
    for (const file of filesOf(fixture)) {
      await inFolder(async (path) => {
        copyFolder(fixture, path);
        unlinkSync(join(path, file));
        expect(await expectSound(path), file).toBe("CORRUPT");
      });
    }
  });

  cases(
    "is CORRUPT when an old copy of it, or of parts of it, is put back",
    { ci: 55, soak: 550 },
    async (chance, index) => {
      await inFolder(async (path) => {
        copyFolder(fixture, path);
        const all = filesOf(older).filter((file) => file !== "acknowledged");
        const restored = index === 0 ? all : chance.some(all);
        if (index === 0) rmSync(join(path, "table"), { recursive: true });
        for (const file of restored) copyFolder(join(older, file), join(path, file));
        const content = await expectSound(path);
        if (index === 0) expect(content).toBe("CORRUPT");
      });
    },
  );

  it("is opened with what can be read, or empty, when repair is asked for; the damaged one is kept", async () => {
    await inFolder(async (path) => {
      copyFolder(fixture, path);
      const log = join(path, ofKind("log")[0]!);
      truncateSync(log, Math.floor(readFileSync(log).length / 2));
      expect(await contentAt(path)).toBe("CORRUPT");
      let salvaged = 0;
      const before = fingerprintOf(path);
      for await (const chunk of salvage(path)) salvaged += chunk.length;
      expect(salvaged).toBeGreaterThan(0);
      expect(fingerprintOf(path)).toBe(before);

      const mended = await levelStorage().open(path, { repair: "truncate" });
      expect(mended.size).toBe(salvaged);
      expect(history).toContain(await contentOf(mended));
      expect(mended.notices.join()).toContain("damaged-1");
      expect(mended.head.version.epoch).toBe(3);
      await mended.close();
      expect(filesOf(path)).toContain(log.slice(path.length + 1).replace("table", "damaged-1/table"));

      unlinkSync(join(path, "table", "CURRENT"));
      const empty = await levelStorage().open(path, { repair: "from-replica" });
      expect([empty.size, empty.head.version.revision]).toEqual([0, 0]);
      await empty.close();
      expect(filesOf(path).some((file) => file.startsWith("damaged-2/table"))).toBe(true);
      expect(await contentAt(path)).not.toBe("CORRUPT");
    });
  });

  it("is not taken for an empty one when a repair was interrupted", async () => {
    await inFolder(async (path) => {
      copyFolder(fixture, join(path, "damaged-1"));
      expect(await contentAt(path)).toBe("CORRUPT");
      const mended = await levelStorage().open(path, { repair: "truncate" });
      expect(await contentOf(mended)).toBe(history.at(-1));
      await mended.close();
    });
  });
});
