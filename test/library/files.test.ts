/** File writes: bytes under a path, written here and handled elsewhere. */
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Context } from "../../library/context.ts";
import { limits } from "../../library/core/limits.ts";
import type { FileWrite } from "../../library/files.ts";
import { FrameKind } from "../../library/wire/frames.ts";
import { Shape, shapeFields } from "../../library/wire/shape.ts";
import { Company } from "./company.ts";
import { frame, idOf, message, Stage } from "./stage.ts";

/** What arrives, one after the other. */
class Post {
  readonly #arrived: FileWrite[] = [];
  #waiting: ((write: FileWrite) => void) | undefined;

  static async at(context: Context, pattern: string): Promise<Post> {
    const post = new Post();
    await context.files.on(pattern, (write) => post.take(write));
    return post;
  }

  next(): Promise<FileWrite> {
    const write = this.#arrived.shift();
    if (write !== undefined) return Promise.resolve(write);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  take(write: FileWrite): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#arrived.push(write);
    else waiting(write);
  }
}

async function pair(): Promise<readonly [Context, Context]> {
  const company = new Company();
  const [a, b] = [company.node("a"), company.node("b")];
  await company.join(a, b);
  return [a, b];
}

describe("file writes", () => {
  it("carry path, time, origin, hops and topic", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b"), company.node("c")];
    await company.join(a, b);
    const [, ofC] = await company.join(b, c);
    b.topics.forward("*");
    let topicSeen = "";
    const post = new Post();
    await c.files.on("files.*", (write, topic) => {
      topicSeen = topic;
      post.take(write);
    });
    await ofC.settled();
    a.files.write("files.x", "a/b.log", Uint8Array.of(1, 2, 3));
    const { path, bytes, time, origin, hops } = await post.next();
    expect({ path, bytes, origin, hops, topicSeen }).toEqual({
      ...{ path: "a/b.log", bytes: Uint8Array.of(1, 2, 3), origin: { name: "a", id: a.id }, hops: 2 },
      topicSeen: "files.x",
    });
    expect(Math.abs(time.toDate().getTime() - Date.now())).toBeLessThan(60_000);
  });

  it("arrive as the very same bytes, never as text", async () => {
    const [a, b] = await pair();
    const post = await Post.at(b, "f");
    const odd = fc.constantFrom(
      Uint8Array.of(),
      Uint8Array.of(0xef, 0xbb, 0xbf, 0x41),
      new TextEncoder().encode("Zeit"),
    );
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 70_000 }),
      odd,
      odd.map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(pieces, async (bytes) => {
        a.files.write("f", "x", bytes);
        const got = await post.next();
        expect(got.bytes.constructor).toBe(Uint8Array);
        expect(Buffer.compare(got.bytes, bytes)).toBe(0);
      }),
    );
  });

  it("hand our own handlers a copy, too", async () => {
    const a = new Company().node("a");
    const post = await Post.at(a, "f");
    a.topics.subscribeLocally("f");
    const bytes = Buffer.from("text");
    a.files.write("f", "x", bytes);
    bytes.fill(0);
    expect(await post.next()).toMatchObject({ hops: 0, bytes: Uint8Array.from(Buffer.from("text")) });
  });

  it("share a topic with events and logs, and reach handlers of files alone", async () => {
    const [a, b] = await pair();
    let others = 0;
    await b.events.on("*", () => {
      others += 1;
    });
    const post = await Post.at(b, "*");
    const log = a.logs.open("t", "L");
    for (let i = 0; i < 3; i++) {
      log.write([`${i}`, `${i}`]);
      a.files.write("t", `${i}`, Uint8Array.of(i));
    }
    for (let i = 0; i < 3; i++) expect((await post.next()).path).toBe(`${i}`);
    expect(others).toBe(0);
    expect(b.stats().missing).toBe(0);
  });

  it("may be as large as a frame allows, and no larger", async () => {
    const [a, b] = await pair();
    const post = await Post.at(b, "f");
    const path = "p".repeat(limits.topicBytes);
    a.files.write("f", path, new Uint8Array(limits.fileWriteBytes).fill(7));
    const { bytes } = await post.next();
    expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([limits.fileWriteBytes, 7, 7]);
    expect(() => a.files.write("f", "x", new Uint8Array(limits.fileWriteBytes + 1))).toThrow(
      expect.objectContaining({ code: "TOO_LARGE" }),
    );
  });

  it.each([
    ["an empty path", "", "BAD_ARGUMENT"],
    ["half a character", "a\ud800", "BAD_ARGUMENT"],
    ["a byte order mark", "\ufeffa", "BAD_ARGUMENT"],
    ["a path of 1025 bytes", "é".repeat(513), "BAD_ARGUMENT"],
  ])("refuse %s", (_, path, code) => {
    const a = new Company().node("a");
    expect(() => a.files.write("f", path, Uint8Array.of())).toThrow(expect.objectContaining({ code }));
  });

  it("refuse what is no bytes, a bad topic, a bad pattern, and a closed node", async () => {
    const a = new Company().node("a");
    const text = "text" as unknown as Uint8Array;
    expect(() => a.files.write("f", "x", text)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
    expect(() => a.files.write("*", "x", Uint8Array.of())).toThrow(expect.objectContaining({ code: "BAD_TOPIC" }));
    expect(() => a.files.on("", () => {})).toThrow(expect.objectContaining({ code: "BAD_PATTERN" }));
    await expect(a.files.off("f")).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
    await a.close();
    expect(() => a.files.write("f", "x", Uint8Array.of())).toThrow(expect.objectContaining({ code: "CLOSED" }));
  });

  it("are not read faster than a handler takes them, and none is lost (M3)", async () => {
    const [a, b] = await pair();
    let done = 0;
    let most = 0;
    let under = 0;
    let finish: () => void = () => {};
    const all = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await b.files.on("f", async () => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      if (++done === 300) finish();
    });
    for (let i = 0; i < 300; i++) {
      if (!a.files.write("f", "x", new Uint8Array(40_000))) await a.drained();
    }
    await all;
    expect(most).toBeLessThan(300);
    expect(a.stats().dropped).toBe(0);
  });
});

describe("a peer that plays file writes by hand", () => {
  const definition = { kind: FrameKind.file, name: "", signature: "ss", writer: "", columns: [] };

  async function stage(signature = "ss") {
    const stage = await new Stage().listen();
    onTestFinished(() => stage.node.close());
    const seen: FileWrite[] = [];
    void stage.node.files.on("f", (write) => seen.push(write));
    const peer = await stage.peer("a");
    peer.give(
      frame(FrameKind.stream, [0, idOf("a"), "hand-a", "f", 0, 0, true]),
      frame(FrameKind.shape, shapeFields(0, 0, { ...definition, signature })),
    );
    await stage.settle();
    return { stage, peer, seen };
  }

  it("is understood", async () => {
    const { stage: it, peer, seen } = await stage();
    peer.give(message(FrameKind.file, ["p", Uint8Array.of(65)]));
    await it.settle();
    expect(seen).toMatchObject([{ path: "p", bytes: Uint8Array.of(65) }]);
    expect(peer.isClosed).toBe(false);
  });

  it.each([
    ["bytes that come as text", ["p", "text"]],
    ["a path that comes as bytes", [Uint8Array.of(65), Uint8Array.of(65)]],
    ["no path", [null, Uint8Array.of(65)]],
    ["no bytes", ["p", null]],
    ["a third field", ["p", Uint8Array.of(65), 1]],
    ["a path of 1025 bytes", ["p".repeat(1025), Uint8Array.of(65)]],
  ])("is disconnected for %s", async (_, body) => {
    const { stage: it, peer, seen } = await stage();
    peer.give(message(FrameKind.file, body));
    await it.settle();
    expect(seen).toEqual([]);
    expect(peer.isClosed).toBe(true);
  });

  it.each(["", "s", "sss", "cs", "?"])("is disconnected for a shape of another signature: %j", async (signature) => {
    const { peer } = await stage(signature);
    expect(peer.isClosed).toBe(true);
    expect(() => new Shape({ ...definition, signature })).toThrow(expect.objectContaining({ code: "BAD_FRAME" }));
  });
});
