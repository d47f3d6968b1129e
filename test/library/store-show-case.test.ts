/** A store as it is meant to be used, at some size, over real tcp: written to from afar, copied elsewhere, cleared. */
import { expect, it } from "vitest";
import { type Store, tcp } from "../../library/index.ts";
import { Company } from "./company.ts";

const entries = 100_000;

/** Resolves when the copy has at least this revision. */
async function reached(store: Store, revision: number): Promise<void> {
  while (store.version.revision < revision) await new Promise((resolve) => setImmediate(resolve));
}

it("S3 S5 S13: what is written two hops away is in all copies, and a clear reaches them", {
  timeout: 120_000,
}, async () => {
  const company = new Company();
  const node = (name: string) => company.node(name, { transports: [tcp()] });
  const [home, near, far, writer, left, right] = ["home", "near", "far", "writer", "left", "right"].map(node);
  for (const router of [near!, far!]) router.topics.forward("*");
  const { location: nearby } = await near!.connections.listen("tcp://127.0.0.1:0");
  const { location: farAway } = await far!.connections.listen("tcp://127.0.0.1:0");
  for (const each of [home!, far!, left!]) await each.connections.open(nearby);
  for (const each of [writer!, right!]) await each.connections.open(farAway);

  const authority = await home!.stores.openAuthoritative("show.case");
  const copies = await Promise.all([left!, right!].map((each) => each.stores.open("show.case")));
  const remote = await writer!.stores.open("show.case", { mode: "async", timeoutMs: 60_000 });
  const written = [];
  for (let i = 0; i < entries; i++) written.push(remote.insert(`key-${i}`, i));
  await Promise.all(written);

  expect(authority.sizeSync()).toBe(entries);
  const { revision } = authority.version;
  const digest = await authority.digest();
  for (const copy of copies) {
    await reached(copy, revision);
    expect(copy.sizeSync()).toBe(entries);
    expect(await copy.digest()).toBe(digest);
  }
  const cleared = await remote.clear();
  for (const copy of copies) {
    await reached(copy, cleared.revision);
    expect(copy.sizeSync()).toBe(0);
  }
  expect(authority.sizeSync()).toBe(0);
});
