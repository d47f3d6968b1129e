/**
 * What was lost on its way to a monitor: counted exactly, and told in few lines.
 *
 * Invariant: the counts hold every message that is told as lost; a line is at least `restMs` younger than the one before,
 * and there are at most `mostLines`. None of what is handed out changes later. Knows nothing of rings or nodes.
 */
import type { Gap } from "../../library/index.ts";
import type { Loss, LossCause, Losses, LossLine } from "../protocol/monitor.ts";
import { visible } from "./visible-text.ts";

const restMs = 1_000;
const mostLines = 100;
/** Sources named in one line. */
const mostLosses = 10;

export class LossRecord {
  #losses: Losses = { byCause: { slow: 0, connection: 0, unknown: 0 }, lines: [] };

  get losses(): Losses {
    return this.#losses;
  }

  get total(): number {
    const { slow, connection, unknown } = this.#losses.byCause;
    return slow + connection + unknown;
  }

  /** @param nextRow the number that the next row to arrive will get */
  add({ origin, topic, missing, ...gap }: Gap, nextRow: number, nowMs: number): void {
    const cause: LossCause = gap.cause ?? "unknown";
    const loss = { sender: visible(origin.name), topic: visible(topic), cause, messages: missing };
    const { byCause, lines } = this.#losses;
    const newest = lines.at(-1);
    const isSameLine = newest !== undefined && nowMs - newest.fromMs < restMs;
    const line = isSameLine ? joined(newest, loss) : lineOf(loss, nextRow, nowMs);
    const before = isSameLine ? lines.slice(0, -1) : lines;
    this.#losses = {
      byCause: counted(byCause, cause, missing),
      lines: [...before, line].slice(-mostLines),
    };
  }
}

function lineOf(loss: Loss, beforeRow: number, fromMs: number): LossLine {
  return { beforeRow, fromMs, messages: loss.messages, losses: [loss] };
}

function joined(line: LossLine, loss: Loss): LossLine {
  const place = line.losses.findIndex((one) => isSameSource(one, loss));
  const messages = line.messages + loss.messages;
  const known = line.losses[place];
  if (known !== undefined) {
    const grown = { ...known, messages: known.messages + loss.messages };
    return { ...line, messages, losses: line.losses.with(place, grown) };
  }
  return { ...line, messages, losses: [...line.losses, loss].slice(0, mostLosses) };
}

function isSameSource(a: Loss, b: Loss): boolean {
  return a.sender === b.sender && a.topic === b.topic && a.cause === b.cause;
}

function counted(byCause: Losses["byCause"], cause: LossCause, missing: number): Losses["byCause"] {
  return { ...byCause, [cause]: byCause[cause] + missing };
}
