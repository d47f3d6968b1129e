/** A session of a peer played by hand, the mistakes that can be in it, and the node that must bear them. */
import { formatValue, type ReceivedEvent } from "../../library/index.ts";
import { type Field, FrameKind, preface } from "../../library/wire/frames.ts";
import { eventShape, frame, type HandPeer, idOf, message, Stage } from "./stage.ts";
import { type Chance, spoiled } from "./wire/chance.ts";

/** What a well-behaved peer might say, frame by frame. */
function session(): Uint8Array[] {
  const id = idOf("a");
  const log = [
    1,
    0,
    FrameKind.log,
    "conn",
    "tas",
    "Log::WRITER_ASCII",
    ["ts", "time", "who", "addr", "what", "string"],
  ];
  return [
    preface,
    frame(FrameKind.hello, [1, 1, "hand-a", id, "by hand", ["feature"]]),
    frame(FrameKind.welcome, [1]),
    frame(FrameKind.interest, [
      [id, "*", [id]],
      [idOf("d"), "to.d", [idOf("d"), id]],
    ]),
    frame(FrameKind.ready, []),
    frame(FrameKind.stream, [0, id, "hand-a", "topic", 0, 0]),
    eventShape(0, 0, "said", "scdi?"),
    message(FrameKind.event, ["text", 5, 1.5, -3, ["[s]", ["a", "b"]]], 0, 0),
    eventShape(0, 1, "said", "<sc>{a}u"),
    message(FrameKind.event, [["key", 1], [0x7f000001], [0x0a000000, 8]], 0, 1, 1),
    frame(FrameKind.stream, [1, idOf("d"), "hand-d", "logs.conn", 7, 100]),
    frame(FrameKind.shape, log),
    message(FrameKind.log, [10, 0x7f000001, "line"], 1, 100),
    message(FrameKind.log, [11, 0x7f000001, "line"], 1, 104),
    frame(FrameKind.ping, []),
    frame(FrameKind.barrier, ["barrier-1", 3]),
    frame(FrameKind.passed, ["barrier-0"]),
    frame(FrameKind.ask, ["question-1", ".switchyard.nodes", 1, 10]),
    frame(FrameKind.answer, ["question-0", 1, '{"id":"x","name":"y"}']),
    frame(FrameKind.interest, [[idOf("d"), "to.d"]]),
    message(FrameKind.event, ["text", null, 2, -4, null], 0, 2),
    frame(FrameKind.bye, []),
  ];
}

export const usual = session();

function arbitraryField(chance: Chance, depth = 0): Field {
  const odd = ["", "x", "*", ".secret", "__proto__", idOf("a"), idOf("d"), "x".repeat(2_000), "\u0000"];
  if (depth < 3 && chance.below(4) === 0) {
    return Array.from({ length: chance.below(4) }, () => arbitraryField(chance, depth + 1));
  }
  const numbers = [0, 1, 7, -1, 1.5, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53, Number.NaN];
  return chance.oneOf<Field>([null, true, ...odd, ...numbers, chance.bytes(3)]);
}

/** One mistake in a session that is otherwise in order. */
export function mistaken(frames: readonly Uint8Array[], chance: Chance): Uint8Array[] {
  const at = chance.below(frames.length);
  const other = chance.below(frames.length);
  const result = [...frames];
  const kind = chance.below(40);
  switch (chance.below(7)) {
    case 0:
      result[at] = spoiled(result[at]!, chance);
      return result;
    case 1: // a frame of right length with something wrong within
      result[at] = refitted(spoiled(result[at]!, chance));
      return result;
    case 2:
      result.splice(at, 1);
      return result;
    case 3:
      result.splice(at, 0, result[other]!);
      return result;
    case 4:
      [result[at], result[other]] = [result[other]!, result[at]!];
      return result;
    case 5: // any fields, of any kind
      result.splice(
        at,
        0,
        frame(
          kind,
          Array.from({ length: chance.below(8) }, () => arbitraryField(chance)),
        ),
      );
      return result;
    default:
      result.splice(
        at,
        0,
        message(32 + chance.below(32), [arbitraryField(chance)], chance.below(3), chance.below(4), chance.below(3)),
      );
      return result;
  }
}

/** The length in the header made that of the bytes. */
function refitted(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.max(bytes.length, 8));
  whole.set(bytes);
  whole[1] = 0;
  new DataView(whole.buffer).setUint16(2, whole.length);
  return whole;
}

/** Says it all, in chunks cut anywhere. */
export async function say(stage: Stage, peer: HandPeer, frames: readonly Uint8Array[], chance: Chance): Promise<void> {
  let chunk: number[] = [];
  for (const bytes of frames) {
    chunk.push(...bytes);
    if (chance.below(3) === 0 || bytes === frames[0]) await stage.settle();
    const cut = chance.below(chunk.length + 1);
    peer.give(Uint8Array.from(chunk.slice(0, cut)));
    chunk = chunk.slice(cut);
  }
  peer.give(Uint8Array.from(chunk));
  await stage.settle();
}

/** Reads all that a message has, as a handler would. */
function read({ name, args, time, origin }: ReceivedEvent): string {
  return [name, time.toString(), origin.name, ...args.map(formatValue)].join();
}

export async function theatre(): Promise<{ stage: Stage; other: HandPeer; heard: string[]; lines: string[] }> {
  const stage = await new Stage().listen();
  const heard: string[] = [];
  const lines: string[] = [];
  stage.node.topics.forward("*");
  void stage.node.events.on("*", (each) => heard.push(read(each)));
  void stage.node.logs.on("*", ({ log, values, time }) => {
    lines.push([log.id, time.toString(), ...values.map(formatValue)].join());
  });
  const other = await stage.peer("b", ["*"]);
  return { stage, other, heard, lines };
}
