/** Logs: lines with columns, written here and handled elsewhere. */
import { describe, expect, it } from "vitest";
import type { Context } from "../../library/context.ts";
import { addr, count, type Value } from "../../library/core/values/index.ts";
import type { LogLine } from "../../library/logs.ts";
import { Company } from "./company.ts";

/** The next `many` lines that arrive. */
async function lines(context: Context, pattern: string, many: number): Promise<{ next: Promise<LogLine[]> }> {
  const seen: LogLine[] = [];
  let resolve: (lines: LogLine[]) => void = () => {};
  const next = new Promise<LogLine[]>((done) => {
    resolve = done;
  });
  await context.logs.on(pattern, (line) => {
    if (seen.push(line) === many) resolve(seen);
  });
  return { next };
}

const columns = [
  { name: "id.orig_h", type: "addr" },
  { name: "bytes", type: "count" },
];

describe("logs", () => {
  it("carry their names, columns and values", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const { next } = await lines(b, "l*", 2);
    const log = a.logs.open("logs.conn", "Conn::LOG", undefined, { columns });
    log.write([addr("10.0.0.1"), count(7)]);
    log.write([null, null]);
    const [first, second] = (await next) as [LogLine, LogLine];
    expect(first.log).toEqual({ topic: "logs.conn", id: "Conn::LOG", writer: "Log::WRITER_ASCII", columns });
    expect(first.values).toEqual([addr("10.0.0.1"), count(7)]);
    expect(second.values).toEqual<Value[]>([null, null]);
    expect(second.log).toBe(first.log);
    expect(first.origin).toEqual({ name: "a", id: a.id });
  });

  it("refuse a line that does not fit, once somebody wants it, and go on", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const { next } = await lines(b, "l", 1);
    const log = a.logs.open("l", "L", undefined, { columns });
    const mismatch = expect.objectContaining({ code: "SCHEMA_MISMATCH" });
    expect(() => log.write([count(1), count(2)])).toThrow(mismatch);
    expect(() => log.write([addr("::1")])).toThrow(mismatch);
    log.write([addr("::1"), count(2)]);
    expect((await next)[0]?.values).toEqual([addr("::1"), count(2)]);
    expect(b.stats().missing).toBe(0);
  });

  it("are owed to nobody who said goodbye", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [, atA] = await company.join(b, a);
    const { next } = await lines(b, "l", 1);
    const log = a.logs.open("l", "L");
    log.write([]);
    await next;
    const closed = new Promise((resolve) => atA.on("closed", resolve));
    await b.close();
    await closed;
    log.write([]);
    const { messages } = a.stats().unacknowledged;
    await a.close({ graceMs: 0 }); // or it waits for b
    expect(messages).toBe(0);
  });

  it("are closed for writing alone", () => {
    const a = new Company().node("a");
    const log = a.logs.open("l", "L");
    log.close();
    log.close();
    expect(() => log.write([])).toThrow(expect.objectContaining({ code: "CLOSED" }));
    expect(a.logs.open("l", "L").write([])).toBe(true);
  });

  it("do not reach event handlers, nor events log handlers", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    let events = 0;
    await b.events.on("*", () => {
      events += 1;
    });
    const { next } = await lines(b, "*", 1);
    a.logs.open("t", "L").write(["line"]);
    expect((await next)[0]?.values).toEqual(["line"]);
    expect(events).toBe(0);
  });
});
