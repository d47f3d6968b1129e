/**
 * T12: malformed input against everything that reads what others wrote: no crash, no failure but our own, no delay.
 *
 * Whatever failed once is kept in `corpus/`, one JSON file each, and is tried again in every run.
 */
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Context, event, SwitchyardError, ws } from "../../library/index.ts";
import { mistaken, say, theatre, usual } from "../library/session.ts";
import { bytesOf, hexOf } from "../library/wire/bodies.ts";
import { Chance, seed, spoiled } from "../library/wire/chance.ts";
import { heldBytes } from "../rig/memory.ts";
import { repeats } from "../rig/repeats.ts";
import { type Parser, parsers } from "./parsers.ts";

/** One input may take no longer; what another process takes from us is not counted against it. */
const mostMs = 20;

function spoil({ samples }: Parser, chance: Chance): Uint8Array {
  const how = chance.below(16);
  if (how === 0) return chance.bytes(chance.below(64));
  const sample = chance.oneOf(samples);
  if (how > 2) return spoiled(sample, chance);
  const other = chance.oneOf(samples); // the beginning of one and the end of another
  return Uint8Array.from([
    ...sample.subarray(0, chance.below(sample.length)),
    ...other.subarray(chance.below(other.length)),
  ]);
}

function attempt(parser: Parser, bytes: Uint8Array): number {
  const startedMs = performance.now();
  try {
    parser.parse(bytes);
  } catch (error) {
    if (!(error instanceof SwitchyardError) || error.code === "INTERNAL") throw error;
  }
  return performance.now() - startedMs;
}

/** Tells what to keep. */
function check(parser: Parser, bytes: Uint8Array, note: string): void {
  try {
    let tookMs = attempt(parser, bytes);
    for (let left = 5; tookMs > mostMs && left > 0; left--) tookMs = Math.min(tookMs, attempt(parser, bytes));
    if (tookMs > mostMs) throw new Error(`it took ${tookMs} ms`);
  } catch (cause) {
    throw new Error(
      `${note}; keep in test/faults/corpus: ${JSON.stringify({ parser: parser.name, hex: hexOf(bytes) })}`,
      { cause },
    );
  }
}

describe("T12: malformed input", () => {
  it.each(parsers.map((parser) => [parser.name, parser] as const))(
    "harms no reader of a %s",
    async (_, parser) => {
      const count = repeats(parser.inputs, parser.inputs * 100);
      const before = await heldBytes();
      const beforeKeys = Reflect.ownKeys(Object.prototype).length;
      for (let round = 0; round < count; round++) {
        const chance = new Chance(seed + round);
        check(parser, spoil(parser, chance), `round ${round}, SEED=${seed}`);
      }
      expect((await heldBytes()) - before).toBeLessThan(16 * 1024 * 1024);
      expect(Reflect.ownKeys(Object.prototype)).toHaveLength(beforeKeys);
    },
    repeats(180_000, 180_000_000),
  );

  it("amounts to a million inputs", () => {
    expect(parsers.reduce((sum, { inputs }) => sum + inputs, 0)).toBeGreaterThanOrEqual(1_000_000);
  });

  it("is read by each when it is in order", () => {
    for (const parser of parsers)
      for (const sample of parser.samples) {
        if (parser.name !== "location") expect(() => parser.parse(sample), parser.name).not.toThrow();
      }
  });
});

const corpus = new URL("corpus/", import.meta.url);

describe("T12: what failed once, or nearly", () => {
  const kept = readdirSync(fileURLToPath(corpus)).map((file) => {
    const entry: { parser: string; hex: string } = JSON.parse(readFileSync(new URL(file, corpus), "utf8"));
    return [file, entry] as const;
  });
  it.each(kept)("%s is read or refused", (file, { parser: name, hex }) => {
    const parser = parsers.find((each) => each.name === name);
    expect(parser, `${file} is for a reader that there is`).toBeDefined();
    check(parser!, bytesOf(hex), file);
  });
});

describe("T12: a node whose peer sends malformed frames", () => {
  it(
    "never fails itself, and serves the other peer on",
    async () => {
      const { stage, other } = await theatre();
      const before = await heldBytes();
      for (let round = 0; round < repeats(1_500, 150_000); round++) {
        const chance = new Chance(seed + 1_000_000 + round);
        let frames = [...usual];
        for (let left = 1 + chance.below(4); left > 0; left--) frames = mistaken(frames, chance);
        const peer = stage.connect();
        stage.errors.length = 0;
        await say(stage, peer, frames, chance);
        peer.destroy();
        await stage.settle();
        other.frames.length = 0;
        stage.node.events.raise("after", event("all"));
        await stage.settle();
        const own = stage.errors.filter(({ code }) => code === "HANDLER_FAILED" || code === "INTERNAL");
        if (own.length > 0 || other.frames.length === 0)
          throw new Error(`with SEED=${seed}, round ${round}: ${own[0]?.message}`);
      }
      expect(stage.node.connections.all()).toHaveLength(1);
      expect((await heldBytes()) - before).toBeLessThan(32 * 1024 * 1024);
      await stage.node.close();
    },
    repeats(120_000, 12_000_000),
  );
});

const request = Buffer.from(
  `${[
    "GET / HTTP/1.1",
    "Host: 127.0.0.1:80",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
  ].join("\r\n")}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
);
const someFrames = Buffer.from("8283000000005357598a800000000089810000000001888200000000" + "03e8", "hex");

describe("T12: a WebSocket listener and malformed requests and frames", () => {
  it(
    "closes each of them, and serves the other peer on",
    async () => {
      const node = new Context({ name: "listener", transports: [ws()] });
      const other = new Context({ name: "other", transports: [ws()] });
      try {
        const { location } = await node.connections.listen("ws://127.0.0.1:0");
        const connection = await other.connections.open(location);
        const port = Number(new URL(location).port);
        const rounds = repeats(1_000, 100_000);
        const before = await heldBytes();
        for (let round = 0; round < rounds; round += 20) {
          await Promise.all(Array.from({ length: 20 }, (_, i) => strike(port, new Chance(seed + round + i))));
          await connection.settled();
        }
        expect(connection.state).toBe("up");
        expect((await heldBytes()) - before).toBeLessThan(32 * 1024 * 1024);
      } finally {
        await Promise.all([node.close({ graceMs: 0 }), other.close({ graceMs: 0 })]);
      }
    },
    repeats(60_000, 6_000_000),
  );

  /** Sends something that is nearly right and ends; resolves when the listener has closed its side. */
  function strike(port: number, chance: Chance): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.once("close", () => resolve());
      if (chance.below(2) === 0) socket.end(spoiled(request, chance));
      else socket.end(Buffer.concat([request, spoiled(someFrames, chance)]));
      socket.resume();
    });
  }
});
