/** What goes over a connection: offered there, and asked for there. */
import { describe, expect, it } from "vitest";
import { Company, inbox, raise } from "./company.ts";

describe("publish and subscribe", () => {
  it("sends by itself what is raised, to whoever has a handler for it", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const arrived = await inbox(b, "t.*");
    raise(a, "u");
    raise(a, "t.1");
    raise(a, "t.2", "last");
    expect(await arrived.until("t.2 last")).toEqual(["t.1 e", "t.2 last"]);
  });

  it("goes both ways, whoever dialled", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const arrived = await inbox(a, "t");
    raise(b, "t", "last");
    expect(await arrived.until("t last")).toEqual(["t last"]);
  });

  it("without autoPublish sends only what is published, over that connection or over all, until it is unpublished", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [connection] = await company.join(a, b, { open: { autoPublish: false } });
    const arrived = await inbox(b, "*");
    a.topics.publish("always");
    raise(a, "t", "unpublished");
    a.topics.publish("t", connection);
    raise(a, "t", "over this one");
    a.topics.unpublish("t", connection);
    raise(a, "t", "unpublished again");
    a.topics.publish("t");
    raise(a, "t", "over all");
    a.topics.unpublish("t");
    raise(a, "t", "unpublished for good");
    raise(a, "always", "last");
    expect([...(await arrived.until("t over all"))].sort()).toEqual(["always last", "t over all", "t over this one"]);
  });

  it("refuses to unpublish what was not published just so", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [connection] = await company.join(a, b);
    a.topics.publish("t", connection);
    expect(() => a.topics.unpublish("t")).toThrow(expect.objectContaining({ code: "NOT_PUBLISHED" }));
    a.topics.unpublish("t", connection);
    expect(() => a.topics.unpublish("t", connection)).toThrow(expect.objectContaining({ code: "NOT_PUBLISHED" }));
  });

  it("without autoSubscribe gets only what is subscribed", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [, connection] = await company.join(a, b, { listen: { autoSubscribe: false } });
    const arrived = await inbox(b, "*");
    raise(a, "t", "not asked for");
    await b.topics.subscribe("t", connection);
    raise(a, "t", "asked for");
    await arrived.until("t asked for");
    await b.topics.unsubscribe("t", connection);
    raise(a, "t", "not asked for again");
    await b.topics.subscribe("l*");
    raise(a, "last");
    expect(await arrived.until("last e")).toEqual(["t asked for", "last e"]);
  });

  it("subscribes over one connection and not over the other", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b"), company.node("c")];
    const quiet = { listen: { autoSubscribe: false } };
    const [, withA] = await company.join(a, c, quiet);
    await company.join(b, c, quiet);
    const arrived = await inbox(c, "*");
    await c.topics.subscribe("t", withA);
    raise(b, "t", "from b");
    raise(a, "t", "from a");
    await c.topics.subscribe("last");
    raise(b, "last");
    await arrived.until("last e");
    expect([...(await arrived.until("t from a"))].sort()).toEqual(["last e", "t from a"]);
  });

  it("takes unsubscribing twice after subscribing twice", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b, { listen: { autoSubscribe: false } });
    const arrived = await inbox(b, "*");
    await b.topics.subscribe("last");
    await b.topics.subscribe("t");
    await b.topics.subscribe("t");
    await b.topics.unsubscribe("t");
    raise(a, "t", "still");
    await arrived.until("t still");
    await b.topics.unsubscribe("t");
    raise(a, "t", "no more");
    raise(a, "last");
    expect(await arrived.until("last e")).toEqual(["t still", "last e"]);
  });

  it("refuses to unsubscribe by another pattern or connection", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [connection] = await company.join(a, b);
    await a.topics.subscribe("t.*");
    await expect(a.topics.unsubscribe("t.1")).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
    await expect(a.topics.unsubscribe("t.*", connection)).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
    await a.topics.unsubscribe("t.*");
    expect(() => a.topics.unsubscribeLocally("t.*")).toThrow(expect.objectContaining({ code: "NOT_SUBSCRIBED" }));
  });

  it("tells connections that come later", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const arrived = await inbox(b, "t");
    a.topics.publish("t");
    await company.join(a, b, { open: { autoPublish: false } });
    raise(a, "t", "last");
    expect(await arrived.until("t last")).toEqual(["t last"]);
  });
});

describe("at home", () => {
  it("sees its own messages only after subscribeLocally", async () => {
    const a = new Company().node("a");
    const arrived = await inbox(a, "*");
    raise(a, "t", "before");
    a.topics.subscribeLocally("t");
    raise(a, "t", "while");
    raise(a, "u", "elsewhere");
    a.topics.unsubscribeLocally("t");
    raise(a, "t", "after");
    expect(arrived.seen).toEqual(["t while"]);
  });
});

describe("reserved topics", () => {
  it("reaches one node by its name, also without a subscription", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b.x"), company.node("c")];
    await company.join(a, b, { listen: { autoSubscribe: false } });
    await company.join(a, c);
    const [atB, atC] = [await inbox(b, ".node.b.x"), await inbox(c, "*")];
    raise(a, ".node.b.x", "hello");
    raise(a, "last");
    await atB.until(".node.b.x hello");
    expect(await atC.until("last e")).toEqual(["last e"]);
  });

  it("reaches it through routers, too", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b"), company.node("c")];
    await company.join(a, b);
    const [connection] = await company.join(c, b);
    b.topics.forward(".node.*");
    const arrived = await inbox(c, ".node.c");
    await connection.settled();
    raise(a, ".node.c", "hello");
    expect(await arrived.until(".node.c hello")).toEqual([".node.c hello"]);
  });

  it.each(["", "a*", ".x", ".node", ".switchyard.nodes"])("refuses to raise under %j", (topic) => {
    const a = new Company().node("a");
    expect(() => raise(a, topic)).toThrow(expect.objectContaining({ code: "BAD_TOPIC" }));
    expect(() => a.topics.publish(topic)).toThrow(expect.objectContaining({ code: "BAD_TOPIC" }));
    expect(() => a.logs.open(topic, "Log")).toThrow(expect.objectContaining({ code: "BAD_TOPIC" }));
  });
});

describe("forward", () => {
  it("passes on what comes in, and not what was not asked for", async () => {
    const company = new Company();
    const [a, router, c] = [company.node("a"), company.node("router"), company.node("c")];
    await company.join(a, router);
    const [connection] = await company.join(c, router);
    router.topics.forward("t.*");
    const arrived = await inbox(c, "*");
    await connection.settled();
    raise(a, "u");
    raise(a, "t.1");
    raise(a, "t.2", "last");
    expect(await arrived.until("t.2 last")).toEqual(["t.1 e", "t.2 last"]);
  });

  it("passes nothing on by itself", async () => {
    const company = new Company();
    const [a, middle, c] = [company.node("a"), company.node("middle"), company.node("c")];
    await company.join(a, middle);
    const [connection] = await company.join(c, middle);
    const arrived = await inbox(c, "*");
    const atMiddle = await inbox(middle, "*");
    await connection.settled();
    raise(a, "t");
    await atMiddle.until("t e");
    raise(middle, "last");
    expect(await arrived.until("last e")).toEqual(["last e"]);
  });

  it("keeps to its sides, and ends when stopped", async () => {
    const company = new Company();
    const [a, b, router, c] = [company.node("a"), company.node("b"), company.node("router"), company.node("c")];
    const [, fromA] = await company.join(a, router);
    await company.join(b, router);
    const [connection, toC] = await company.join(c, router);
    const forwarding = router.topics.forward("*", { from: fromA, to: toC });
    const [atC, atRouter] = [await inbox(c, "*"), await inbox(router, "*")];
    await connection.settled();
    raise(b, "t", "from b");
    await atRouter.until("t from b");
    raise(a, "t", "from a");
    await atC.until("t from a");
    forwarding.stop();
    forwarding.stop();
    raise(a, "t", "stopped");
    await atRouter.until("t stopped");
    raise(router, "last");
    expect(await atC.until("last e")).toEqual(["t from a", "last e"]);
  });

  it("refuses a bad pattern", () => {
    const a = new Company().node("a");
    expect(() => a.topics.forward("")).toThrow(expect.objectContaining({ code: "BAD_PATTERN" }));
  });
});
