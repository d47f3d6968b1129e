/**
 * Everything that reads what others wrote, with samples of what it should read: for tests that spoil them.
 *
 * Invariant: each `parse` takes any bytes, and fails by a SwitchyardError or not at all.
 */
import fc from "fast-check";
import { Handshake } from "../../library/core/handshake.ts";
import { limits } from "../../library/core/limits.ts";
import {
  checkPattern,
  checkTopic,
  formatValue,
  fromJson,
  LogReader,
  matches,
  parseValues,
  toJson,
  type Value,
} from "../../library/index.ts";
import { readReport } from "../../library/node-report.ts";
import { hostAndPort, shown } from "../../library/transports/location.ts";
import { readControl } from "../../library/wire/codec.ts";
import { FrameKind } from "../../library/wire/frames.ts";
import { readHandshake } from "../../library/wire/handshake-frames.ts";
import { readShapeFields, Shape } from "../../library/wire/shape.ts";
import { parseSignature, signatureOfAll } from "../../library/wire/signature.ts";
import { Splitter } from "../../library/wire/splitter.ts";
import { values } from "../library/core/values/arbitrary.ts";
import { usual } from "../library/session.ts";
import { eventShape, frame, hello } from "../library/stage.ts";
import { packBody, readBody } from "../library/wire/bodies.ts";
import { seed } from "../library/wire/chance.ts";

export interface Parser {
  readonly name: string;
  /** Inputs in a normal run. */
  readonly inputs: number;
  readonly samples: readonly Uint8Array[];
  parse(bytes: Uint8Array): void;
}

const sampled = fc.sample(fc.array(values(3), { minLength: 1, maxLength: 4 }), { numRuns: 200, seed });
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A body behind its signature: one byte for how long that is. */
function behindSignature(signature: string, body: Uint8Array): Uint8Array {
  return Uint8Array.of(signature.length, ...encoder.encode(signature), ...body);
}

const bodies = sampled
  .flatMap((each) =>
    [signatureOfAll(each), "?".repeat(each.length)].map((text) => [text, packBody(each, text)!] as const),
  )
  .filter(([text, body]) => text.length < 256 && body.length < 2_000);

const control = usual.slice(1).filter(([kind]) => kind! < FrameKind.firstMessage);

/** Looks at all that a value has, as a program would. */
function use(read: readonly Value[]): void {
  for (const value of read) {
    formatValue(value);
    toJson(value);
  }
}

const nonce = new Uint8Array(32);

function readFrame(bytes: Uint8Array): void {
  if (bytes.length < 8) return; // the splitter lets none through
  const read = readControl(bytes, 0, bytes.length);
  if (read === undefined) return;
  const handshake = readHandshake(read);
  if (handshake !== undefined) {
    const versions = { minVersion: 1, maxVersion: 1 };
    const self = { ...versions, name: "n", id: "f".repeat(32), software: "", features: [], nonce, hasToken: false };
    const machine = new Handshake(self, { role: "listener" });
    machine.start();
    machine.receive(handshake);
    machine.decide();
    machine.receive(handshake);
  }
  if (read.kind === FrameKind.shape) new Shape(readShapeFields(read.fields));
}

function lines(read: (reader: LogReader, line: string) => void): (bytes: Uint8Array) => void {
  return (bytes) => {
    const reader = new LogReader("fuzzed");
    for (const line of decoder.decode(bytes).split("\n")) read(reader, line);
  };
}

/** A line that fails says so, and the next one is read. */
const readLines = lines((reader, line) => {
  const values = tolerant(() => reader.read(line));
  if (values !== undefined) use(values.values);
});

function tolerant<Result>(attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof Error && error.name === "SwitchyardError") return undefined;
    throw error;
  }
}

const tsv = [
  ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn"].join("\n"),
  [
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tproto\tset\tvec\tservice",
    "#types\ttime\tstring\taddr\tport\tenum\tset[string]\tvector[double]\tstring",
  ].join("\n"),
  "1300475167.096535\tCHhAvVGS1DHFjwGM9\t141.142.220.202\t5353\tudp\ta,b\\x2cc\t1.5,2e3\t-",
  "1300475167.097012\tClEkJM2Vm5giqnMf4h\tfe80::217:f2ff:fed7:cf65\t5353\tudp\t(empty)\t-\tdns\n#close\t2018-01-01",
].join("\n");

const json = [
  '{"ts":1300475167.096535,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"141.142.220.202","id.orig_p":5353,"tags":["a",1,null,{"b":2}]}',
  '{"ts":"2018-03-24T17:15:20.600843Z","big":18446744073709551615,"neg":-9007199254740993,"exp":1e-300,"esc":"\\u0041\\ud83d\\ude00"}',
].join("\n");

const report = JSON.stringify({
  ...{ name: "n", id: "x", isPrivate: false, version: "1", protocol: 1, platform: "p", pid: 1, startedAtMs: 1 },
  ...{ listening: ["tcp://127.0.0.1:1"], connections: [{ id: 1, peerName: "p", state: "up", wants: ["*"] }] },
  ...{
    subscriptions: [{ pattern: "*", scope: "local", handlers: 1 }],
    topics: [{ topic: "t", raised: 1 }],
    forwards: [{}],
  },
});

const locations = [
  "tcp://127.0.0.1:9999",
  "tcp://[::1]:1",
  "ws://host.example:80/path/%41",
  "ipc:///tmp/a%20b.sock",
  "tls://u:p@h:1/?q#f",
];

const texts = (all: readonly string[]): Uint8Array[] => all.map((text) => encoder.encode(text));

export const parsers: readonly Parser[] = [
  {
    name: "body",
    inputs: 300_000,
    samples: bodies.map(([text, body]) => behindSignature(text, body)),
    parse: (bytes) => {
      const length = bytes[0] ?? 0;
      const signature = decoder.decode(bytes.subarray(1, 1 + length));
      use(readBody(bytes.slice(1 + length), signature) ?? []);
    },
  },
  {
    name: "splitter",
    inputs: 140_000,
    samples: [Uint8Array.from(control.flatMap((each) => [...each]))],
    parse: (bytes) => {
      const splitter = new Splitter(limits.frameBytes, (chunk, start, end) => {
        readControl(chunk, start, end);
        return true;
      });
      const cut = bytes.length === 0 ? 0 : bytes[0]! % bytes.length;
      if (splitter.push(bytes.slice(0, cut))) splitter.push(bytes.slice(cut));
    },
  },
  {
    name: "frame",
    inputs: 200_000,
    samples: [...control, hello("a"), eventShape(0, 0, "e", "<s[c]>?")],
    parse: readFrame,
  },
  {
    name: "signature",
    inputs: 100_000,
    samples: texts(["<s[c]>?{a}", "[[[[c]]]]", "nbcidstvaupe?"]),
    parse: (bytes) => void parseSignature(decoder.decode(bytes)),
  },
  {
    name: "text of values",
    inputs: 80_000,
    samples: texts(sampled.map((each) => each.map(formatValue).join(", ")).filter((text) => text.length < 1_000)),
    parse: (bytes) => use(parseValues(decoder.decode(bytes))),
  },
  {
    name: "JSON of values",
    inputs: 50_000,
    samples: texts(sampled.map((each) => JSON.stringify(each.map(toJson))).filter((text) => text.length < 1_000)),
    parse: (bytes) => use([fromJson(jsonOf(bytes))]),
  },
  { name: "TSV log", inputs: 30_000, samples: texts([tsv]), parse: readLines },
  { name: "JSON log", inputs: 40_000, samples: texts([json]), parse: readLines },
  {
    name: "report",
    inputs: 30_000,
    samples: texts([report]),
    parse: (bytes) => void readReport(decoder.decode(bytes), 1),
  },
  {
    name: "location",
    inputs: 20_000,
    samples: texts(locations),
    parse: (bytes) => {
      const text = decoder.decode(bytes);
      if (!URL.canParse(text)) return;
      shown(new URL(text));
      hostAndPort(new URL(text), 80);
    },
  },
  {
    name: "pattern",
    inputs: 10_000,
    samples: texts(["zeek.*", "*a*b*c*", ".node.a", "é*日*🚦"]),
    parse: (bytes) => {
      const text = decoder.decode(bytes);
      tolerant(() => checkTopic(text));
      checkPattern(text);
      matches(text, "a.topic.to.match.against.zeek.and.more");
    },
  },
];

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return null; // the platform's own reader refused it
  }
}

/** Frames in a row of their own for whoever wants a whole handshake. */
export const greeting = [hello("a"), frame(FrameKind.welcome, [1]), frame(FrameKind.ready, [])] as const;
