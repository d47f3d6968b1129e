/** The processes of one run: started, told when to go, listened to, and ended, all of them, whatever happens. */
import { type ChildProcess, fork } from "node:child_process";
import { SwitchyardError } from "../../../library/index.ts";
import type { FromRole, Part, ToRole } from "./role.ts";

/** How long an actor may take to end. */
const patienceMs = 2_000;

export class Actor {
  readonly #child: ChildProcess;
  readonly #messages: FromRole[] = [];
  #waiting: { readonly resolve: (message: FromRole) => void; readonly reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;

  constructor(part: Part) {
    const self = process.argv[1]!;
    const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
    this.#child = fork(self, ["bench", "--part", JSON.stringify(part)], { stdio: [...stdio] });
    this.#child.on("message", (message) => this.#deliver(message as FromRole));
    this.#child.on("exit", (status) => this.#fail(`${part.role} ended with status ${status}`));
  }

  /** The next thing it tells, which must be of this kind. */
  async hear<Kind extends FromRole["kind"]>(kind: Kind): Promise<Extract<FromRole, { kind: Kind }>> {
    const message = this.#messages.shift() ?? (await this.#next());
    if (message.kind !== kind) throw new SwitchyardError("INTERNAL", `a ${message.kind} where ${kind} was due`);
    return message as Extract<FromRole, { kind: Kind }>;
  }

  say(kind: ToRole["kind"]): void {
    this.#child.send({ kind });
  }

  /** Lets it end, or ends it after a while; resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.#child.connected) this.say("stop");
    const impatience = setTimeout(() => this.#child.kill("SIGKILL"), patienceMs);
    await gone;
    clearTimeout(impatience);
  }

  #next(): Promise<FromRole> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #deliver(message: FromRole): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#messages.push(message);
    else waiting.resolve(message);
  }

  #fail(what: string): void {
    this.#failure = new SwitchyardError("INTERNAL", what);
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}

/** Runs `act` with a way to start actors; ends all of them afterwards. */
export async function withCrew<Result>(act: (start: (part: Part) => Actor) => Promise<Result>): Promise<Result> {
  const crew: Actor[] = [];
  try {
    return await act((part) => {
      const actor = new Actor(part);
      crew.push(actor);
      return actor;
    });
  } finally {
    await Promise.all(crew.map((actor) => actor.end()));
  }
}
