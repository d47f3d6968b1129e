/**
 * How the parts of stores speak to each other: events and questions on reserved topics, over whatever way there is, also
 * within one node. Knows nothing of what they say.
 */
import { SwitchyardError, whatFailed } from "../core/errors.ts";
import { type StoreRole, storeTopic } from "../core/topic.ts";
import type { Value } from "../core/values/index.ts";
import { RaisedEvent, type ReceivedEvent } from "../events.ts";
import type { Node } from "../node.ts";
import { ArrivedQuestion, OwnQuestion } from "../question.ts";
import type { Answer } from "../surveys.ts";
import { FrameKind } from "../wire/frames.ts";

/** Answers a question; does nothing where nobody asked. */
export type Reply = (name: string, args: readonly Value[]) => void;

/** Something that was said, with what answers it. */
export type Listener = (said: ReceivedEvent, reply: Reply) => void;

export class Traffic {
  readonly node: Node;
  /** How many of this node listen there. */
  readonly #listeners = new Map<string, number>();

  constructor(node: Node) {
    this.node = node;
  }

  /** Would anybody hear it? */
  isHeard(role: StoreRole, topic: string): boolean {
    return this.node.messages.isHeard(storeTopic(role, topic), FrameKind.event);
  }

  say(role: StoreRole, topic: string, name: string, args: readonly Value[]): void {
    if (this.node.isClosed) return;
    this.node.messages.raise(storeTopic(role, topic), new RaisedEvent({ name, args, time: undefined }, this.node));
  }

  /** The first answer; `undefined` where none came in time. @throws SwitchyardError `TOO_LARGE`, `TOO_MANY`, `CLOSED` */
  async ask(
    role: StoreRole,
    topic: string,
    name: string,
    args: readonly Value[],
    timeoutMs: number,
  ): Promise<Answer | undefined> {
    this.node.checkOpen();
    const question = { name, args, time: undefined };
    const [answer] = await this.node.surveys.ask(storeTopic(role, topic), question, { expected: 1, timeoutMs });
    return answer;
  }

  /** All answers until then, or until `isEnough`, which is told of each as it comes. @throws SwitchyardError as `ask` */
  async askAll(
    role: StoreRole,
    topic: string,
    name: string,
    { timeoutMs, isEnough }: { readonly timeoutMs: number; readonly isEnough: (answer: Answer) => boolean },
  ): Promise<readonly Answer[]> {
    this.node.checkOpen();
    const ending = new AbortController();
    const onAnswer = (answer: Answer): void => {
      if (isEnough(answer)) ending.abort();
    };
    const question = { name, args: [], time: undefined };
    return this.node.surveys.ask(storeTopic(role, topic), question, { timeoutMs, signal: ending.signal, onAnswer });
  }

  /** Resolves when the peers know, with what ends it. */
  async listen(role: StoreRole, topic: string, listener: Listener): Promise<() => void> {
    const name = storeTopic(role, topic);
    const run = (said: ReceivedEvent): void => listener(said, (...answer) => this.#answer(said, ...answer));
    this.#count(name, 1);
    const isKnown = this.node.addHandler(FrameKind.event, name, run, false);
    const end = (): void => {
      this.#count(name, -1);
      if (!this.node.isClosed) this.node.removeHandlers(FrameKind.event, name, run).catch(() => {});
    };
    try {
      await isKnown;
    } catch (error) {
      end();
      throw error;
    }
    return end;
  }

  #count(name: string, by: number): void {
    const count = (this.#listeners.get(name) ?? 0) + by;
    this.#listeners.set(name, count);
    const { routes } = this.node;
    if (count > 0) routes.locally.add(name);
    else routes.locally.delete(name);
    routes.changed();
  }

  #answer(said: ReceivedEvent, name: string, args: readonly Value[]): void {
    if (!(said instanceof ArrivedQuestion || said instanceof OwnQuestion)) return;
    try {
      this.node.surveys.answer(said, { name, args, time: undefined });
    } catch (cause) {
      const error = cause instanceof SwitchyardError ? cause : new SwitchyardError("INTERNAL", String(cause));
      this.node.surveys.answer(said, { name: "refused", args: [error.code, whatFailed(error)], time: undefined });
    }
  }
}
