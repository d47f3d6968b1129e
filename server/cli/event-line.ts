/** Events as lines: for people, and for programs. Knows nothing of where they go. */
import { formatValue, type ReceivedEvent, type Time, toJson } from "../../library/index.ts";
import { harmlessJson, printable, type Style } from "./style.ts";

export type EventFormat = (event: ReceivedEvent, topic: string) => string;

/** `{"time","topic","name","args"}`, the arguments in the JSON form of values. */
export const jsonEvents: EventFormat = ({ time, name, args }, topic) =>
  harmlessJson({ time: time.toString(), topic, name, args: args.map(toJson) });

/** Topics wider than this do not widen the column for all others. */
const widestTopic = 40;

/** Time, topic, event and arguments in columns, in the colours of the terminal. */
export function readableEvents({
  style,
  isTerminal,
}: {
  readonly style: Style;
  readonly isTerminal: boolean;
}): EventFormat {
  let topicWidth = 0;
  return ({ time, name, args }, topic) => {
    const shown = printable(topic);
    topicWidth = Math.max(topicWidth, Math.min(shown.length, widestTopic));
    const when = style.dim(isTerminal ? clockTime(time) : time.toString());
    const what = `${style.bold(printable(name))}(${printable(args.map(formatValue).join(", "))})`;
    return `${when}  ${style.topic(shown.padEnd(topicWidth))}  ${what}`;
  };
}

/** `14:02:11.318` where the terminal is: short, since whoever looks knows the day. */
export function clockTime(time: Time): string {
  const date = time.toDate();
  const pad = (number: number, digits = 2) => String(number).padStart(digits, "0");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part)).join(":");
  return `${clock}.${pad(date.getMilliseconds(), 3)}`;
}
