import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { Output } from "../../../server/cli/output.ts";

/** A reader that takes what it is given when it is told to. */
class SlowReader extends Writable {
  taken = "";
  writes = 0;
  #take: (() => void) | undefined;

  constructor() {
    super({ decodeStrings: false, highWaterMark: 16 });
  }

  override _write(text: string, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.writes++;
    this.#take = () => {
      this.taken += text;
      done();
    };
  }

  take(): void {
    const take = this.#take;
    this.#take = undefined;
    take?.();
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const never = () => {
  throw new Error("the reader is not gone");
};

it("writes once a turn", async () => {
  const reader = new SlowReader();
  const output = new Output(reader, never);
  for (const text of ["a", "b", "c"]) output.line(text);
  expect(reader.writes).toBe(0);
  await nextTurn();
  reader.take();
  expect([reader.writes, reader.taken]).toEqual([1, "a\nb\nc\n"]);
});

it("hands on large amounts within a turn", () => {
  const reader = new SlowReader();
  new Output(reader, never).write("x".repeat(100_000));
  expect(reader.writes).toBe(1);
});

it("says when it is full, and when it is drained", async () => {
  const reader = new SlowReader();
  const output = new Output(reader, never);
  output.write("x".repeat(5 * 1024 * 1024));
  expect(output.isFull).toBe(true);
  let isDrained = false;
  const drained = output.drained().then(() => {
    isDrained = true;
  });
  await nextTurn();
  expect(isDrained).toBe(false);
  reader.take();
  await drained;
  expect(output.isFull).toBe(false);
});

it("does not wait for ever", async () => {
  const output = new Output(new SlowReader(), never);
  output.line("x");
  expect(await output.finish(1)).toBe(false);
  expect(await new Output(new SlowReader(), never).finish(1)).toBe(true);
});

it("tells once that the reader is gone, and keeps nothing from then on", async () => {
  const reader = new SlowReader();
  let times = 0;
  const output = new Output(reader, () => {
    times++;
  });
  output.line("x");
  await nextTurn();
  const drained = output.drained();
  reader.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  await drained;
  output.line("y");
  await nextTurn();
  expect([times, reader.taken]).toEqual([1, ""]);
});

it.each(["EPIPE", "ENOSPC"])("keeps nothing more after %s, and tells it where that is a failure", async (code) => {
  const ended: unknown[] = [];
  const failure = Object.assign(new Error(code), { code });
  const stream = new Writable({ write: (_text, _encoding, done) => done(failure) });
  const output = new Output(stream, (error) => ended.push(error));
  output.line("a");
  await output.drained();
  output.line("b");
  await output.drained();
  expect(ended).toEqual([code === "EPIPE" ? undefined : failure]);
});
