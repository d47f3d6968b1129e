/** Stores as programs see them, over real transports: who sees what, when, and what fails how. */
import { describe, expect, it } from "vitest";
import { count, Interval, type Value } from "../../library/core/values/index.ts";
import type { Context, Store } from "../../library/index.ts";
import { type StoreChange, tcp } from "../../library/index.ts";
import { memoryStorage } from "../../library/storage/memory.ts";
import { Company } from "./company.ts";

type Row = readonly [left: Context, middle: Context, right: Context];

/** Three in a row: the one in the middle forwards everything. */
async function row(company = new Company()): Promise<Row> {
  const [left, middle, right] = [company.node("left"), company.node("middle"), company.node("right")];
  middle.topics.forward("*");
  await company.join(left, middle);
  await company.join(right, middle);
  return [left, middle, right];
}

/** Resolves when the copy has at least this revision. */
async function reached(store: Store, revision: number): Promise<void> {
  while (store.version.revision < revision) await new Promise((resolve) => setImmediate(resolve));
}

/** What the promise was rejected with. */
async function codeOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
  return "no failure";
}

describe("one authority and who uses it", () => {
  it("S1 S3: writes have versions one after the other, and are seen where they were made", async () => {
    const [left, , right] = await row();
    const authority = await left.stores.openAuthoritative("t");
    const replica = await right.stores.open("t");
    const versions: number[] = [];
    for (let i = 0; i < 20; i++) {
      const store = i % 2 === 0 ? authority : replica;
      const { revision } = await store.insert(`key ${i}`, i);
      expect(store.lookupSync(`key ${i}`)).toBe(i);
      expect(await store.lookup(`key ${i}`)).toBe(i);
      versions.push(revision);
    }
    expect(versions).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    await reached(replica, 20);
    expect(await replica.digest()).toBe(await authority.digest());
    expect(replica.version).toEqual(authority.version);
    expect([authority.role, replica.role, replica.state]).toEqual(["authority", "replica", "live"]);
  });

  it("S1: writes of several nodes at once all count, over tcp", async () => {
    const company = new Company();
    const nodes = ["a", "b", "c"].map((name) => company.node(name, { transports: [tcp()] }));
    const hub = company.node("hub", { transports: [tcp()] });
    const { location } = await hub.connections.listen("tcp://127.0.0.1:0");
    for (const node of nodes) await node.connections.open(location);
    const authority = await hub.stores.openAuthoritative("t");
    const stores = await Promise.all(nodes.map((node) => node.stores.open("t", { mode: "async" })));
    await Promise.all(stores.flatMap((store) => Array.from({ length: 700 }, () => store.increment("n", count(1)))));
    expect(authority.lookupSync("n")).toEqual(count(2_100));
    expect(authority.version.revision).toBe(2_100);
  });

  it("S1: writes that each come a moment after the other all count, and none waits for long", async () => {
    const [left, , right] = await row();
    const authority = await left.stores.openAuthoritative("t");
    const client = await right.stores.open("t", { mode: "async", timeoutMs: 60_000 });
    const written: Promise<unknown>[] = [];
    for (let i = 0; i < 3_000; i++) {
      written.push(client.insert(`key ${i}`, i));
      await Promise.resolve(); // as in a loop over something asynchronous
    }
    await Promise.all(written);
    expect(authority.sizeSync()).toBe(3_000);
  });

  it("S5: a replica opens whole, also under writes", async () => {
    const [left, , right] = await row();
    const authority = await left.stores.openAuthoritative("t");
    await Promise.all(Array.from({ length: 3_000 }, (_, i) => authority.insert(i, "old")));
    let isOver = false;
    const writing = (async () => {
      for (let i = 0; !isOver; i++) await authority.insert("pair", i);
    })();
    const replica = await right.stores.open("t");
    expect(replica.sizeSync()).toBeGreaterThanOrEqual(3_000);
    isOver = true;
    await writing;
    await reached(replica, authority.version.revision);
    expect(await replica.digest()).toBe(await authority.digest());
  });

  it("S6: a client without a copy reads what the authority has, and walks over all of it", async () => {
    const [left, , right] = await row();
    const authority = await left.stores.openAuthoritative("t");
    const client = await right.stores.open("t", { mode: "async" });
    await Promise.all(Array.from({ length: 2_000 }, (_, i) => client.insert(i, `value ${i}`)));
    expect(await client.size()).toBe(2_000);
    expect(await client.lookup(77)).toBe("value 77");
    expect(await client.lookup("none")).toBeUndefined();
    expect([await client.has(5), await client.has("none")]).toEqual([true, false]);
    const keys = await client.keys();
    expect(new Set(keys)).toEqual(new Set(authority.keysSync()));
    const seen = new Map<Value, Value>();
    for await (const { key, value } of client.entries()) seen.set(key, value);
    expect(seen.size).toBe(2_000);
    expect(seen.get(1_999)).toBe("value 1999");
    expect(await codeOf(Promise.resolve().then(() => client.lookupSync(1)))).toBe("NOT_SYNC");
    await Promise.all(Array.from({ length: 600 }, async (_, i) => expect(await client.lookup(i)).toBe(`value ${i}`)));
  });

  it("S13: clear is one version, and told as one change", async () => {
    const [left, , right] = await row();
    const authority = await left.stores.openAuthoritative("t");
    const replica = await right.stores.open("t");
    const told: StoreChange[] = [];
    replica.on("change", (change) => told.push(change));
    await replica.insert("a", 1);
    await replica.insert("a", 2);
    await replica.insert("b", 1);
    await replica.remove("b");
    const { revision } = await replica.clear();
    expect(revision).toBe(5);
    expect(replica.sizeSync()).toBe(0);
    expect(told.map(({ kind, key, value, before }) => [kind, key, value, before])).toEqual([
      ["insert", "a", 1, undefined],
      ["update", "a", 2, 1],
      ["insert", "b", 1, undefined],
      ["remove", "b", undefined, 1],
      ["clear", null, undefined, undefined],
    ]);
    expect(authority.sizeSync()).toBe(0);
  });
});

describe("what fails", () => {
  it("S8: writes where nobody is the authority reject in time, and kill nobody", async () => {
    const [left] = await row();
    const store = await left.stores.open("t", { mode: "async", timeoutMs: 30 });
    void store.insert("unawaited", 1);
    expect(await codeOf(store.insert("a", 1))).toBe("NO_AUTHORITY");
    expect(await codeOf(store.lookup("a"))).toBe("NO_AUTHORITY");
    expect(await codeOf(left.stores.open("t", { openTimeoutMs: 20 }))).toBe("NO_AUTHORITY");
  });

  it("S8: a write waits for an authority that comes in time", async () => {
    const [left, , right] = await row();
    const store = await left.stores.open("t", { mode: "async" });
    const written = store.insert("a", 1);
    const found = store.lookup("a");
    const authority = await right.stores.openAuthoritative("t");
    expect((await written).revision).toBe(1);
    expect([undefined, 1]).toContain(await found);
    expect(authority.lookupSync("a")).toBe(1);
  });

  it("S14: by its own code, and changes nothing", async () => {
    const [left, , right] = await row();
    const authority = await left.stores.openAuthoritative("t", { schema: { key: "string" } });
    const client = await right.stores.open("t", { mode: "async" });
    await client.insert("text", "x");
    await client.insert("n", count(0));
    const before = await authority.digest();
    expect(await codeOf(client.increment("text"))).toBe("TYPE");
    expect(await codeOf(client.decrement("n", count(1)))).toBe("RANGE");
    expect(await codeOf(client.insertIfAbsent("text", 1))).toBe("CONFLICT");
    expect(await codeOf(client.replace("other", 1))).toBe("CONFLICT");
    expect(await codeOf(client.replace("text", 1, { revision: 7 }))).toBe("CONFLICT");
    expect(await codeOf(client.insert(5, 1))).toBe("SCHEMA_MISMATCH");
    expect(await codeOf(client.insert("k".repeat(70_000), 1))).toBe("TOO_LARGE");
    expect(await codeOf(client.insert("k", {} as never))).toBe("BAD_VALUE");
    const reader = await right.stores.open("t", { mode: "async", access: "ro" });
    expect(await codeOf(reader.insert("a", 1))).toBe("READ_ONLY");
    expect(await codeOf(left.stores.openAuthoritative("t"))).toBe("AUTHORITY_CONFLICT");
    expect(await codeOf(left.stores.openAuthoritative(".t"))).toBe("BAD_TOPIC");
    expect(await codeOf(left.stores.openAuthoritative("u", { persistent: true }))).toBe("BAD_ARGUMENT");
    expect(await authority.digest()).toBe(before);
    await client.close();
    expect(await codeOf(client.insert("a", 1))).toBe("CLOSED");
  });

  it("conditions that hold let a write through", async () => {
    const [left] = await row();
    const store = await left.stores.openAuthoritative("t");
    await store.insertIfAbsent("a", "1");
    const { revision } = await store.replace("a", "2", { expected: "1" });
    await store.replace("a", "3", { revision });
    expect((await store.entry("a"))?.value).toBe("3");
    expect((await store.remove("a", { expected: "3" })).value).toBe("3");
    await store.add("set", 1);
    await store.add("set", 2);
    await store.take("set", 1);
    expect(String(store.lookupSync("set"))).toBe("{2.0}");
  });
});

it("S12: an entry goes when its time has come, everywhere", async () => {
  const [left, , right] = await row();
  const authority = await left.stores.openAuthoritative("t");
  const replica = await right.stores.open("t");
  const gone = new Promise<StoreChange>((resolve) => {
    replica.on("change", (change) => change.kind === "expire" && resolve(change));
  });
  await replica.insert("short", 1, { expiresAfter: 20 });
  await replica.insert("long", 1, { expiresAfter: new Interval(3_600_000_000_000n) });
  expect(await gone).toMatchObject({ key: "short", before: 1 });
  expect(authority.hasSync("short")).toBe(false);
  expect(authority.entrySync("long")?.expiresAfterMs).toBe(3_600_000);
});

it("S9: what was acknowledged is there again, and clear begins anew", async () => {
  const storage = memoryStorage();
  const company = new Company();
  const options = { persistent: true, path: "p" } as const;
  const first = company.node("first", { storage });
  const store = await first.stores.openAuthoritative("t", options);
  await Promise.all(Array.from({ length: 100 }, (_, i) => store.insert(i, i)));
  const { version } = store;
  await store.close();
  const second = company.node("second", { storage });
  const again = await second.stores.openAuthoritative("t", options);
  expect(again.sizeSync()).toBe(100);
  expect(again.version.revision).toBe(100);
  expect(again.version.epoch).toBeGreaterThan(version.epoch);
  await again.close();
  const cleared = await second.stores.openAuthoritative("t", { ...options, clear: true });
  expect(cleared.sizeSync()).toBe(0);
});

describe("X4: rules speak of a store by its topic", () => {
  /** A client behind a listener with rules for it; the listener has the authority. */
  async function ruled(rule: object): Promise<readonly [Store, Store]> {
    const company = new Company();
    const [client, host] = [company.node("client"), company.node("host")];
    host.on("error", () => {});
    await company.join(client, host, { listen: { access: [{ identity: "client", ...rule }] } });
    const authority = await host.stores.openAuthoritative("t");
    return [authority, await client.stores.open("t", { mode: "async" })];
  }

  it("who may not write, reads", async () => {
    const [authority, client] = await ruled({ storeWrite: { deny: ["t"] } });
    await authority.insert("a", 1);
    expect(await client.lookup("a")).toBe(1);
    expect(await codeOf(client.insert("b", 1, { timeoutMs: 50 }))).toBe("INDETERMINATE");
    expect(authority.sizeSync()).toBe(1);
  });

  it("who may not read, writes", async () => {
    const [authority, client] = await ruled({ storeRead: { deny: ["*"] } });
    await client.insert("b", 1);
    expect(authority.lookupSync("b")).toBe(1);
    expect(await codeOf(client.lookup("b", { timeoutMs: 50 }))).toBe("TIMED_OUT");
  });

  it("who may not own is no authority to anybody", async () => {
    const company = new Company();
    const [thief, host] = [company.node("thief"), company.node("host")];
    host.on("error", () => {});
    await company.join(thief, host, { listen: { access: [{ identity: "thief", own: { deny: ["t"] } }] } });
    await thief.stores.openAuthoritative("t");
    await thief.stores.openAuthoritative("u");
    const [t, u] = [
      await host.stores.open("t", { mode: "async", timeoutMs: 50 }),
      await host.stores.open("u", { mode: "async", timeoutMs: 5_000 }),
    ];
    expect(await codeOf(t.insert("a", 1))).toBe("NO_AUTHORITY");
    expect((await u.insert("a", 1)).revision).toBe(1);
  });

  it("who may not own promotes nobody, and is told nothing of who could be", async () => {
    const [authority, client] = await ruled({ own: { deny: ["t"] } });
    expect(await codeOf(client.promote({ force: true, timeoutMs: 50 }))).toBe("NO_AUTHORITY");
    expect(await codeOf(client.atRisk({ timeoutMs: 50 }))).toBe("NO_AUTHORITY");
    expect([authority.role, authority.version.epoch]).toEqual(["authority", 1]);
  });
  it("nobody raises there but stores", async () => {
    const [left] = await row();
    await left.stores.openAuthoritative("t");
    const { event } = await import("../../library/index.ts");
    for (const topic of [".store.feed.t", ".store.write.t", ".store.x"]) {
      expect(() => left.events.raise(topic, event("changes"))).toThrow(/BAD_TOPIC|only stores speak/);
      expect(await codeOf(left.events.survey(topic, event("get")))).toBe("BAD_TOPIC");
      expect(() => left.files.write(topic, "x", new Uint8Array(1))).toThrow();
    }
  });
});

it("the cluster shows stores and what they are", async () => {
  const [left, middle, right] = await row();
  await left.stores.openAuthoritative("t");
  await right.stores.open("t", { mode: "async" });
  const reports = await middle.cluster.nodes();
  const shown = reports.flatMap(({ name, stores = [] }) => stores.map(({ topic, role }) => [name, topic, role]));
  expect(shown.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))).toEqual([
    ["left", "t", "authority"],
    ["right", "t", "client"],
  ]);
  expect(reports.flatMap(({ subscriptions }) => subscriptions.map(({ pattern }) => pattern))).not.toContain(
    ".store.read.t",
  );
});

it("F4: without a standby nothing is acknowledged as replicated", async () => {
  const [left, , right] = await row();
  const authority = await left.stores.openAuthoritative("t");
  expect(await codeOf(authority.insert("a", 1, { durability: "replicated" }))).toBe("UNPROTECTED");
  expect(authority.sizeSync()).toBe(0);
  const copy = await right.stores.open("t", { mode: "async" });
  expect(await codeOf(copy.promote())).toBe("NO_HEIR");
});

it("F6: a promotion of what is none is refused at once", async () => {
  const [left] = await row();
  await left.stores.openAuthoritative("t");
  const client = await left.stores.open("t", { mode: "async" });
  const wrong = [{ node: 5 }, { agreed: null }, { agreed: { held: 1 } }, { timeoutMs: -1 }] as const;
  for (const options of wrong) expect(await codeOf(client.promote(options as object))).toBe("BAD_ARGUMENT");
  expect(await codeOf(client.atRisk({ node: 5 } as object))).toBe("BAD_ARGUMENT");
  expect(await client.promote({ node: "left" })).toEqual({ node: "left", epoch: 1 });
});

it("F7: two authorities are told of each other", async () => {
  const [left, , right] = await row();
  const conflict = new Promise((resolve) => right.on("authority-conflict", resolve));
  const other = new Promise((resolve) => left.on("authority-conflict", resolve));
  const full = await left.stores.openAuthoritative("t");
  await full.insert("a", 1);
  const empty = await right.stores.openAuthoritative("t");
  expect(await conflict).toMatchObject({ topic: "t", authorities: [{ name: "right" }, { name: "left" }] });
  expect(await other).toMatchObject({ topic: "t", authorities: [{ name: "left" }, { name: "right" }] });
  while (empty.lookupSync("a") !== 1) await new Promise((resolve) => setImmediate(resolve)); // it yields
  expect([full.role, empty.role]).toEqual(["authority", "standby"]);
});
