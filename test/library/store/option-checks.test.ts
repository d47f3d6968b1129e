/** What stores are opened with that cannot be, and what is asked of a store in memory that only a disk can do. */
import { expect, it } from "vitest";
import { count, type StandbyOptions } from "../../../library/index.ts";
import { memoryStorage } from "../../../library/storage/memory.ts";
import { Company } from "../company.ts";

const noOptions: readonly [unknown, RegExp][] = [
  [null, /options that are no object/],
  [{ mode: "asink" }, /mode asink/],
  [{ durability: "safe" }, /durability safe, which is none of memory, process, disk, replicated/],
  [{ onHeirLost: "never" }, /onHeirLost that is none of proof, wait, continue/],
  [{ arbiter: "etcd" }, /arbiter that is none of witness/],
  [{ repair: "yes" }, /repair that is none of truncate, from-replica/],
  [{ persistent: "yes", path: "here" }, /persistent that is neither true nor false/],
  [{ persistent: true }, /persistent, and no path/],
  [{ persistent: true, path: "" }, /persistent, and no path/],
  [{ clear: 1 }, /clear that is neither true nor false/],
  [{ path: 5 }, /path that is no text/],
  [{ divergedPath: {} }, /divergedPath that is no text/],
  [{ heir: 5 }, /heir that is no text/],
  [{ schema: { key: "adr" } }, /type "adr" of a schema/],
  [{ schema: { value: "table[addr]" } }, /of a schema/],
];

it("options that cannot be are refused at once, before anything is opened", async () => {
  const node = new Company().node("home");
  const errors: unknown[] = [];
  node.on("error", (error) => errors.push(error));
  for (const [options, what] of noOptions) {
    for (const open of ["openAuthoritative", "openStandby"] as const) {
      const opening = node.stores[open]("t", options as StandbyOptions);
      await expect(opening, what.source).rejects.toMatchObject({
        code: "BAD_ARGUMENT",
        message: expect.stringMatching(what),
      });
    }
  }
  expect(errors).toEqual([]);
  await node.stores.openAuthoritative("t");
});

it("S9: what only a disk can do is refused where there is none, at open", async () => {
  const node = new Company().node("home");
  for (const durability of ["disk", "process"] as const) {
    for (const open of ["openAuthoritative", "openStandby"] as const) {
      await expect(node.stores[open]("t", { durability })).rejects.toMatchObject({
        code: "UNSUPPORTED",
        message: expect.stringMatching(
          `^durability ${durability} of store t, which has no path and so is in memory alone: `,
        ),
      });
    }
  }
});

it("S9: what only a disk can do is refused where there is none, at each write, and takes no effect", async () => {
  const company = new Company();
  const [home, far] = [company.node("home"), company.node("far")];
  await company.join(home, far);
  const authority = await home.stores.openAuthoritative("t");
  const copy = await far.stores.open("t", { durability: "disk" });
  for (const store of [authority, copy]) {
    const fates = await Promise.allSettled([
      store.increment("n", count(1), { durability: "memory" }),
      store.increment("n", count(100), { durability: "disk" }),
      store.increment("n", count(1), { durability: "memory" }),
      store.increment("n", count(100), { durability: "process" }),
      store.increment("n", count(1), { durability: "memory" }),
    ]);
    expect(fates.map((fate) => (fate.status === "rejected" ? fate.reason.code : fate.status))).toEqual([
      ...["fulfilled", "UNSUPPORTED", "fulfilled", "UNSUPPORTED", "fulfilled"],
    ]);
  }
  await expect(copy.insert("k", 1)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  expect(await copy.lookup("n")).toEqual(count(6));
});

it("a path is there to keep the table in, unless it is said otherwise", async () => {
  const storage = memoryStorage();
  const node = new Company().node("home", { storage });
  const kept = await node.stores.openAuthoritative("t", { path: "here" });
  const fleeting = await node.stores.openAuthoritative("u", { path: "there", persistent: false });
  expect([kept.isPersistent, fleeting.isPersistent]).toEqual([true, false]);
});
