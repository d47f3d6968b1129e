/**
 * Both sides of a crowd, each a process of its own: `listener` is a real node; `crowd` is thousands of peers that know
 * just enough of the protocol to come in, to subscribe and to count what they get, so that they weigh little themselves.
 */
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { Context, event } from "../../library/index.ts";
import { Arena } from "../../library/wire/codec.ts";
import { type Field, FrameKind, preface } from "../../library/wire/frames.ts";
import { Splitter } from "../../library/wire/splitter.ts";
import type { Told } from "../rig/program.ts";

export type CrowdTask = { readonly side: "listener" } | { readonly side: "crowd"; readonly location: string };

const task = JSON.parse(process.argv[2] ?? "{}") as CrowdTask;
const collect = (globalThis as { gc?: () => void }).gc!;

function say(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function listen(): Promise<(told: Told) => Promise<void>> {
  const context = new Context({ name: "listener" });
  const { location } = await context.connections.listen("tcp://127.0.0.1:0");
  say({ kind: "ready", location });
  return async ({ kind }) => {
    await context.drained();
    if (kind === "raise") context.events.raise("all", event("hear"));
    if (kind === "memory") {
      collect();
      collect();
      const { heapUsed, external, rss } = process.memoryUsage();
      const up = context.connections.all().filter(({ state }) => state === "up").length;
      say({ kind, heldBytes: heapUsed + external, rss, up });
    }
  };
}

/** Peers that come in at the same time: fewer than a listener takes. */
const atOnce = 32;

class Crowd {
  readonly #port: number;
  readonly #arena = new Arena();
  readonly #sockets: Socket[] = [];
  #count = 0;
  heard = 0;

  constructor(location: string) {
    this.#port = Number(new URL(location).port);
  }

  /** So many more come in, a few at a time. */
  async come(many: number): Promise<void> {
    let left = many;
    const comeInTurn = async (): Promise<void> => {
      while (left-- > 0) await this.#one();
    };
    await Promise.all(Array.from({ length: atOnce }, comeInTurn));
  }

  /** Those that came first leave, and as many come. */
  async churn(many: number): Promise<void> {
    const leaving = this.#sockets.splice(0, many);
    for (const socket of leaving) socket.destroy();
    await this.come(many);
  }

  #one(): Promise<void> {
    const id = (this.#count++).toString(16).padStart(32, "0");
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    this.#sockets.push(socket);
    let left: number = preface.length;
    return new Promise((resolve, reject) => {
      const splitter = new Splitter(4096, (bytes, start) => {
        this.#take(socket, id, bytes[start]!, resolve);
        return true;
      });
      socket.on("data", (chunk: Buffer) => {
        const skipped = Math.min(left, chunk.length);
        left -= skipped;
        splitter.push(chunk.subarray(skipped));
      });
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("the listener closed the connection")));
      socket.write(preface);
      this.#send(socket, FrameKind.hello, [1, 1, `peer-${id.slice(-8)}`, id, "by hand", []]);
    });
  }

  #take(socket: Socket, id: string, kind: number, isIn: () => void): void {
    if (kind === FrameKind.welcome) {
      this.#send(socket, FrameKind.welcome, [1]);
      this.#send(socket, FrameKind.interest, [[id, "all", [id]]]);
      this.#send(socket, FrameKind.ready, []);
    }
    if (kind === FrameKind.ready) isIn();
    if (kind === FrameKind.ping) this.#send(socket, FrameKind.pong, []);
    if (kind === FrameKind.event) this.heard += 1;
  }

  #send(socket: Socket, kind: number, fields: readonly Field[]): void {
    this.#arena.control({ kind, fields });
    socket.write(this.#arena.bytes.subarray(this.#arena.start, this.#arena.end));
  }
}

function gather(location: string): (told: Told) => Promise<void> {
  const crowd = new Crowd(location);
  return async ({ kind, many }) => {
    const startedMs = performance.now();
    if (kind === "come") await crowd.come(Number(many));
    if (kind === "churn") await crowd.churn(Number(many));
    if (kind === "heard") {
      while (crowd.heard < Number(many)) await new Promise((resolve) => setImmediate(resolve));
      crowd.heard = 0;
    }
    say({ kind, tookMs: performance.now() - startedMs });
  };
}

async function main(): Promise<void> {
  const obey = task.side === "listener" ? await listen() : gather(task.location);
  createInterface({ input: process.stdin })
    .on("line", (line) => void obey(JSON.parse(line) as Told))
    .on("close", () => process.exit());
}

void main();
