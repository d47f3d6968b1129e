import { describe, expect, it } from "vitest";
import { newWrite, rejectWrite } from "../../../library/store/write.ts";

describe("a write", () => {
  it("settles its own promise, whichever was made last", async () => {
    const [first, second, third] = [newWrite<number>(), newWrite<number>(), newWrite<number>()];
    second.resolve(2);
    rejectWrite(third, new Error("no room"));
    first.resolve(1);
    expect(await Promise.all([first.promise, second.promise])).toEqual([1, 2]);
    await expect(third.promise).rejects.toThrow("no room");
  });

  it("ends nobody who does not wait for it", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    rejectWrite(newWrite(), new Error("nobody waits"));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  it("settles once", async () => {
    const write = newWrite<string>();
    write.resolve("done");
    rejectWrite(write, new Error("late"));
    expect(await write.promise).toBe("done");
  });
});
