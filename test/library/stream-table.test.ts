/** Which streams a node knows, and which it has forgotten. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { limits } from "../../library/core/limits.ts";
import { type Stream, StreamTable } from "../../library/streams.ts";
import { FrameKind } from "../../library/wire/frames.ts";
import { sharedShape } from "../../library/wire/shape.ts";
import { eventShape, frame, idOf, Stage } from "./stage.ts";

const self = { name: "self", id: idOf("0") };
const other = { name: "other", id: idOf("1") };

function tableOf(): { readonly table: StreamTable; readonly forgotten: Stream[] } {
  const forgotten: Stream[] = [];
  return { table: new StreamTable(self, (stream) => forgotten.push(stream)), forgotten };
}

it("T24: streams of nodes that said goodbye are forgotten after a while, when another one does", () => {
  const { table, forgotten } = tableOf();
  const early = table.foreign(other, "t", 0, 0, false);
  early.delivered = 3;
  table.parted(early, 0);
  const late = table.foreign(other, "t", 1, 0, false);
  table.parted(late, limits.partedStreamMs - 1);
  expect(table.known(other.id, 0)).toBe(early);
  table.parted(table.foreign(other, "t", 2, 0, false), limits.partedStreamMs);
  expect(forgotten).toEqual([early]);
  expect([table.known(other.id, 0), table.known(other.id, 1)]).toEqual([undefined, late]);
  expect([table.past.delivered, table.forgotten]).toEqual([3, 0]);
});

it("T24: a stream that somebody brings still is not forgotten though its origin said goodbye", () => {
  const { table, forgotten } = tableOf();
  const brought = table.foreign(other, "t", 0, 0, false);
  brought.carriers = 1;
  table.parted(brought, 0);
  table.parted(table.foreign(other, "t", 1, 0, false), limits.partedStreamMs);
  expect(forgotten).toEqual([]);
});

it("no two streams have one number, whatever is forgotten", () => {
  const step = fc.record({
    kind: fc.constantFrom("foreign", "own", "parted"),
    which: fc.nat(9),
    laterMs: fc.nat(400_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { table } = tableOf();
      let nowMs = 0;
      for (const { kind, which, laterMs } of steps) {
        nowMs += laterMs;
        const known = table.known(other.id, which);
        if (kind === "foreign") table.foreign(other, `t${which}`, which, 0, false);
        else if (kind === "own") table.openOwn(`t${which}`, false);
        else if (known !== undefined) table.parted(known, nowMs);
        for (const stream of table) expect(table.byNumber(stream.number)).toBe(stream);
        for (let i = 0; i < 10; i++) {
          const stream = table.known(other.id, i) ?? table.own(`t${i}`, false);
          if (stream !== undefined) expect(table.byNumber(stream.number)).toBe(stream);
        }
      }
    }),
  );
});

it("T24: a node knows only as many streams as nodes left it lately, however many came and went", async () => {
  const stage = await new Stage().listen();
  for (const digit of "123456789abcdef") {
    const peer = await stage.peer(digit);
    const announced = frame(FrameKind.stream, [0, idOf(digit), `hand-${digit}`, `t${digit}`, 0, 0]);
    peer.give(announced, eventShape(0, 0, "said", "s"), frame(FrameKind.bye, []));
    peer.close();
    await stage.settle();
    stage.clock.advance(limits.partedStreamMs / 4);
  }
  const [report] = await stage.node.cluster.nodes();
  expect(report!.topics.map(({ topic }) => topic).sort()).toEqual(["tc", "td", "te", "tf"]);
});

it("T24: streams of others share the shapes that they have in common, but large ones, which nobody keeps", () => {
  const definition = { kind: FrameKind.event, name: "said", signature: "s", writer: "", columns: [] };
  expect(sharedShape("one", { ...definition })).toBe(sharedShape("one", definition));
  const large = "k".repeat(limits.sharedShapeCharacters + 1);
  expect(sharedShape(large, definition)).not.toBe(sharedShape(large, definition));
  const first = sharedShape("first", definition);
  for (let i = 0; i < limits.sharedShapes; i++) sharedShape(`further ${i}`, definition);
  expect(sharedShape("first", definition)).not.toBe(first);
});

it("T24: streams of nodes that die without a goodbye are forgotten after a while, when a later life of their name was met", async () => {
  const stage = await new Stage().listen();
  const lives = "123456789abcdef";
  const live = async (digit: string, name: string, isDying: boolean): Promise<void> => {
    const peer = await stage.peer(digit, [], name);
    const announced = frame(FrameKind.stream, [0, idOf(digit), name, `t${digit}`, 0, 0]);
    peer.give(announced, eventShape(0, 0, "said", "s"));
    if (isDying) peer.destroy();
    await stage.settle();
  };
  for (const digit of lives) {
    await live(digit, "phoenix", true);
    stage.clock.advance(limits.partedStreamMs / 4);
  }
  await live("0", "another", true); // of its name nobody comes again
  const [report] = await stage.node.cluster.nodes();
  expect(report!.topics.map(({ topic }) => topic).sort()).toEqual(["t0", "tb", "tc", "td", "te", "tf"]);
});
