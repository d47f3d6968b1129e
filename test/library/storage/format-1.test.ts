/** A database as format 1 wrote it: its epochs do not say who began them, but the role that it remembers does. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { levelStorage } from "../../../library/storage/level.ts";
import { currentFormat, openDatabase, readRoot } from "../../../library/storage/level-database.ts";
import { readStart } from "../../../library/store/opening.ts";
import { allEntries } from "../../compliance/storage.ts";
import { newPath } from "./folders.ts";

/** Every record under its key, in hex. */
const records: readonly (readonly [key: string, value: string])[] = [
  ["726f6f74", "008a70e0010000000000000000000000"],
  [
    "73000000000000000000000001",
    "249aa9860000000001000000000000f03f000000000000f03f0000000000000000000000000000000000000000000000" +
      "0024000000072036636662626365396166383963343739396331663731386363646262386538360000",
  ],
  [
    "73000000000000000000000002",
    "6cbeda8b249aa986010000000000000040000000000000f03f0000000000000000000000000000000000000000000000" +
      "00d500000007203663666262636539616638396334373939633166373138636364626238653836020201000201ab017b" +
      "2265706f6368223a322c22726f6c65223a22617574686f72697479222c2265706f636873223a5b7b2265706f6368223a" +
      "312c227265766973696f6e223a302c226279223a22616161616161616161616161616161616161616161616161616161" +
      "6161616161227d2c7b2265706f6368223a322c227265766973696f6e223a312c226279223a2262626262626262626262" +
      "62626262626262626262626262626262626262626262227d5d7d",
  ],
  [
    "73000000000000000000000003",
    "2f56a6b36cbeda8b010000000000000840000000000000f03f000000000000f03f000000000000f03f000000000000f0" +
      "3f140000000107036f6e650100070a6f662065706f63682031",
  ],
  [
    "73000000000000000000000004",
    "e752588f2f56a6b3010000000000001040000000000000f03f0000000000000040000000000000004000000000000000" +
      "401400000001070374776f0200070a6f662065706f636820322600000004206363636363636363636363636363636363" +
      "63636363636363636363636363636301010002",
  ],
];
/** The file beside it: two slots of 320 bytes. */
const slotBytes = 320;
const slots = [
  "33385c330000000000001840010000000000000000000000000000000000084000000000000008400000000000000000" +
    "74686520626f6f74206f6620666f726d61742031",
  "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
    "7cc3a29e0000000000001c40010000000000000000000000000000000000104000000000000010400000000000000000" +
    "74686520626f6f74206f6620666f726d61742031",
];

async function written(): Promise<string> {
  const path = newPath();
  const table = join(path, "table");
  mkdirSync(table, { recursive: true });
  const database = await openDatabase(table, true);
  for (const [key, value] of records) await database.put(Buffer.from(key, "hex"), Buffer.from(value, "hex"));
  await database.close();
  const acknowledged = Buffer.alloc(2 * slotBytes);
  for (const [i, slot] of slots.entries()) acknowledged.write(slot, i * slotBytes, "hex");
  writeFileSync(join(path, "acknowledged"), acknowledged);
  return path;
}

const lives = ["a".repeat(32), "b".repeat(32)] as const;

it("S4: is opened, and says of no epoch who began it; what remembers a role knows", async () => {
  const path = await written();
  for (let time = 0; time < 2; time++) {
    const open = await levelStorage({ boot: () => "the boot of format 1" }).open(path);
    expect([...(await allEntries(open)).values()].map(({ value }) => String(value)).sort()).toEqual([
      "of epoch 1",
      "of epoch 2",
    ]);
    for await (const { client, first } of open.results()) expect([client, first]).toEqual(["c".repeat(32), 1]);
    expect(open.head.epochs).toEqual([
      { epoch: 1, revision: 0, by: "" },
      { epoch: 2, revision: 1, by: "" },
    ]);
    const start = await readStart(open);
    expect(start.epochs.map(({ by }) => by)).toEqual(lives);
    await open.close();
  }
  const database = await openDatabase(join(path, "table"), false);
  expect(await readRoot(database)).toEqual({ format: currentFormat, generation: 0 });
  await database.close();
});

it("S4: has the lives in its epochs from when they are written next", async () => {
  const path = await written();
  const storage = levelStorage({ boot: () => "the boot of format 1" });
  const open = await storage.open(path);
  const { epochs } = await readStart(open);
  await open.writeHead({ ...open.head, epochs });
  await open.close();
  const again = await storage.open(path);
  expect(again.head.epochs.map(({ by }) => by)).toEqual(lives);
  await again.close();
});
