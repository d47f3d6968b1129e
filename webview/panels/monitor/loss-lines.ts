/**
 * Where messages were lost between two rows, and how that is said.
 *
 * A loss belongs above the first row that arrived after it; where the search hides that row, above the next one shown.
 * Pure.
 */
import type { Loss, LossCause, Losses, LossLine, Row } from "../../../server/protocol/monitor.ts";
import { groupDigits } from "../../parts/number-text.ts";

const causeWords: Readonly<Record<LossCause, string>> = {
  slow: "slow reader",
  connection: "connection lost",
  unknown: "cause unknown",
};

/** Sources named in a sentence; the rest is counted. */
const mostNamed = 10;

/** What lies between two rows that follow each other, put together; nothing where nothing was lost. */
export function lossBetween(losses: Losses, before: Row | undefined, after: Row): LossLine | undefined {
  const { lines } = losses;
  const between = lines.filter(({ beforeRow }) =>
    before === undefined ? beforeRow === after.row : before.row < beforeRow && beforeRow <= after.row,
  );
  return between.length === 0 ? undefined : between.reduce(together);
}

/** What was lost after the newest row: there is no row to draw it at. */
export function lossAfter(losses: Losses, newest: number): LossLine | undefined {
  const after = losses.lines.filter(({ beforeRow }) => beforeRow > newest);
  return after.length === 0 ? undefined : after.reduce(together);
}

/** `12 messages of sensor-1 under demo.conn were lost (slow reader)` */
export function lossSentence({ messages, losses }: LossLine): string {
  const [only] = losses;
  if (only !== undefined && losses.length === 1 && only.messages === messages) {
    return `${lostMessages(messages, `of ${only.sender} under ${only.topic} `)} (${causeWords[only.cause]})`;
  }
  const causes = [...new Set(losses.map(({ cause }) => causeWords[cause]))];
  return `${lostMessages(messages)} (${causes.join(", ")})`;
}

/** The sentence, and from where how many. */
export function lossDetails(line: LossLine): string {
  const { messages, losses } = line;
  if (losses.length < 2 && losses[0]?.messages === messages) return lossSentence(line);
  const named = losses.slice(0, mostNamed);
  const others = messages - named.reduce((sum, loss) => sum + loss.messages, 0);
  const parts = named.map(sourceText);
  if (others > 0) parts.push(`${groupDigits(others)} of others`);
  return [`${lossSentence(line)}:`, ...parts].join("\n");
}

/** For the counter: how many by each cause. */
export function lossTotals({ byCause }: Losses): string {
  const { slow, connection, unknown } = byCause;
  const parts = [
    ...(slow > 0 ? [`${groupDigits(slow)} because somebody on the way, perhaps this monitor, was too slow`] : []),
    ...(connection > 0 ? [`${groupDigits(connection)} with a connection that was lost`] : []),
    ...(unknown > 0 ? [`${groupDigits(unknown)} for reasons that nobody knows`] : []),
  ];
  return [
    `${lostMessages(slow + connection + unknown)} on their way here since this monitor was opened:`,
    ...parts,
  ].join("\n");
}

function lostMessages(messages: number, whose = ""): string {
  return messages === 1 ? `1 message ${whose}was lost` : `${groupDigits(messages)} messages ${whose}were lost`;
}

function sourceText({ messages, sender, topic, cause }: Loss): string {
  return `${groupDigits(messages)} of ${sender} under ${topic} (${causeWords[cause]})`;
}

function together(a: LossLine, b: LossLine): LossLine {
  const sums = new Map<string, Loss>();
  for (const loss of [...a.losses, ...b.losses]) {
    const key = JSON.stringify([loss.sender, loss.topic, loss.cause]);
    const known = sums.get(key);
    sums.set(key, known === undefined ? loss : { ...loss, messages: known.messages + loss.messages });
  }
  return { ...a, messages: a.messages + b.messages, losses: [...sums.values()] };
}
