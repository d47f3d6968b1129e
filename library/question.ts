/**
 * The question of a survey on its way: an event, with the survey's number and its time in front of the arguments.
 *
 * Invariant: handlers see the arguments alone. Knows nothing of answers.
 */
import { Arrival, inspect } from "./arrival.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { Count, count, type Time, type Value } from "./core/values/index.ts";
import type { Event, ReceivedEvent } from "./events.ts";
import type { Raised } from "./messages.ts";
import type { WireTime } from "./wire/codec.ts";
import { FrameKind } from "./wire/frames.ts";
import { readBody } from "./wire/read-body.ts";
import type { Shape, ShapeName } from "./wire/shape.ts";
import { parseSignature, signatureBehind } from "./wire/signature.ts";
import { timeOfWire, wireTimeOf } from "./wire/time.ts";

/** What comes before the arguments. */
export interface QuestionLead {
  readonly survey: number;
  /** How long the asker waits, in ms from when it asked. */
  readonly timeoutMs: number;
}

/** Types of the lead: two counts. */
const lead = "cc";
const leadTypes = parseSignature(lead);
const noColumns: ShapeName["columns"] = [];

export class RaisedQuestion implements Raised<ReceivedEvent> {
  readonly kind = FrameKind.question;
  readonly writer = "";
  readonly columns = noColumns;
  readonly name: string;
  readonly signature: string;
  readonly values: readonly Value[];
  readonly time: WireTime | undefined;
  readonly #origin: Origin;
  readonly #survey: number;

  /** @throws SwitchyardError `TOO_MANY`, `OUT_OF_RANGE` */
  constructor({ name, args, time }: Event, { survey, timeoutMs }: QuestionLead, origin: Origin) {
    if (lead.length + args.length > limits.messageValues) {
      throw new SwitchyardError("TOO_MANY", `${args.length} arguments of the question ${name}`);
    }
    this.name = name;
    this.signature = signatureBehind(lead, args);
    this.values = [count(survey), count(Math.ceil(timeoutMs)), ...args];
    this.time = time === undefined ? undefined : wireTimeOf(time);
    this.#origin = origin;
    this.#survey = survey;
  }

  toMessage(time: WireTime): OwnQuestion {
    return new OwnQuestion(this.name, this.values.slice(lead.length), timeOfWire(time), this.#origin, this.#survey);
  }
}

/** A question of our own, as our own handlers get it. */
export class OwnQuestion implements ReceivedEvent {
  readonly name: string;
  readonly args: readonly Value[];
  readonly time: Time;
  readonly origin: Origin;
  readonly hops = 0;
  readonly #survey: number;

  constructor(name: string, args: readonly Value[], time: Time, origin: Origin, survey: number) {
    this.name = name;
    this.args = args;
    this.time = time;
    this.origin = origin;
    this.#survey = survey;
  }

  static surveyOf(question: OwnQuestion): number {
    return question.#survey;
  }
}

export class ArrivedQuestion extends Arrival implements ReceivedEvent {
  #args: readonly Value[] | undefined;

  get name(): string {
    return this.shape.definition.name;
  }

  get args(): readonly Value[] {
    this.#args ??= this.readValues().slice(lead.length);
    return this.#args;
  }

  /** Not given: the body has more than the arguments. */
  override get raw(): undefined {
    return undefined;
  }

  static surveyOf(question: ArrivedQuestion): number {
    return Number((question.readValues()[0] as Count).raw);
  }

  /** What `console.log` shows. */
  [inspect](): ReceivedEvent {
    const { name, args, time, origin, hops } = this;
    return { name, args, time, origin, hops };
  }
}

/** The lead of a body that fits its shape; `undefined` where it is none. `start` is that of the body. */
export function readLead(shape: Shape, bytes: Uint8Array, start: number): QuestionLead | undefined {
  if (!shape.definition.signature.startsWith(lead)) return undefined;
  const [survey, timeoutMs] = readBody(bytes, start, leadTypes);
  if (!(survey instanceof Count) || !(timeoutMs instanceof Count)) return undefined;
  const id = Number(survey.raw);
  return id >= 2 ** 32 ? undefined : { survey: id, timeoutMs: Number(timeoutMs.raw) };
}
