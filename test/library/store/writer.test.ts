import { expect, it } from "vitest";
import type { Node } from "../../../library/node.ts";
import { newWrite, type Write } from "../../../library/store/write.ts";
import { type WriteAnswer, type WritePort, Writer } from "../../../library/store/writer.ts";
import { collected } from "../../rig/memory.ts";
import { SimulatedTime } from "../../simulator/clock.ts";

/** An authority that answers a batch when it is told to. */
class Answering implements WritePort {
  readonly window = 4_096;
  readonly #waiting: (() => void)[] = [];

  isOpen(): boolean {
    return true;
  }

  send({ operations }: Parameters<WritePort["send"]>[0], onAnswer: (answer: WriteAnswer | undefined) => void): void {
    const outcomes = operations.map((_, i) => ({ kind: "done", revision: i, value: undefined }) as const);
    this.#waiting.push(() => onAnswer({ kind: "done", epoch: 1, by: "a", outcomes }));
  }

  push(): void {}

  answerFirst(): void {
    this.#waiting.shift()!();
  }
}

it("T24: what was written is not held once it is settled, while other writes wait and when none does", async () => {
  const { clock } = new SimulatedTime();
  const node = { clock, routes: { watchers: new Set() } } as unknown as Node;
  const port = new Answering();
  const writer = new Writer<number>(node, "kept", "client", port, (write) => write.resolve(1));
  const refs: WeakRef<Write<number>>[] = [];
  const write = (times: number): void => {
    for (let i = 0; i < times; i++) {
      const each = newWrite<number>();
      refs.push(new WeakRef(each));
      writer.write(each, 1_000);
    }
  };
  const held = async (): Promise<number> => {
    await collected();
    return refs.filter((each) => each.deref() !== undefined).length;
  };
  write(512); // a whole batch, which is sent at once
  write(1);
  expect(await held()).toBe(513);
  port.answerFirst();
  expect(await held()).toBe(1);
  port.answerFirst();
  expect(await held()).toBe(0);
  writer.close();
});
