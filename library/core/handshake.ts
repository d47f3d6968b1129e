/**
 * The first words on a connection: who both sides are, whether they understand and accept each other, what each wants.
 *
 * Both sides do the same: say hello, decide on the other's hello, say welcome, tell all interest, say ready. A
 * connection is up when both have said ready, so whatever is raised from then on meets the other side's interest.
 *
 * Invariant: nothing but `hello` is believed before the peer is accepted. Knows nothing of frames, links or time.
 */
import type { FailureCode } from "./errors.ts";
import { limits } from "./limits.ts";

export interface Hello {
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly name: string;
  /** The node life: 32 hex digits. */
  readonly id: string;
  /** Of the software, for people. */
  readonly software: string;
  readonly features: readonly string[];
}

export type HandshakeMessage =
  | { readonly kind: "hello"; readonly hello: Hello }
  | { readonly kind: "welcome"; readonly version: number }
  | { readonly kind: "reject"; readonly code: FailureCode; readonly reason: string }
  | { readonly kind: "ready" };

export type HandshakeEffect =
  | { readonly kind: "send"; readonly message: HandshakeMessage }
  /** Ask whoever listens here whether `peer` may come in; then call `decide`. */
  | { readonly kind: "ask"; readonly peer: Hello }
  /** Both are welcome: tell all interest, then call `synced`. */
  | { readonly kind: "sync" }
  | { readonly kind: "up" }
  /** It ends here. `reason` is a sentence without the code's own advice. */
  | { readonly kind: "fail"; readonly code: FailureCode; readonly reason: string };

type State = "hello" | "deciding" | "welcome" | "syncing" | "up" | "failed";

export class Handshake {
  state: State = "hello";
  peer: Hello | undefined;
  /** The protocol version that both speak, once both are known. */
  version = 0;

  readonly #self: Hello;
  #saidWelcome = false;
  #heardWelcome = false;
  #saidReady = false;
  #heardReady = false;

  constructor(self: Hello) {
    this.#self = self;
  }

  start(): HandshakeEffect[] {
    return [{ kind: "send", message: { kind: "hello", hello: this.#self } }];
  }

  receive(message: HandshakeMessage): HandshakeEffect[] {
    if (message.kind === "reject") return this.#fail(message.code, message.reason);
    if (message.kind === "hello") return this.state === "hello" ? this.#meet(message.hello) : this.#outOfTurn(message);
    if (message.kind === "welcome") {
      if (this.peer === undefined || this.#heardWelcome) return this.#outOfTurn(message);
      if (message.version !== this.version) return this.#fail("BAD_FRAME", `the peer chose version ${message.version}`);
      this.#heardWelcome = true;
      return this.#syncWhenBothWelcome();
    }
    if (this.state !== "syncing" || this.#heardReady) return this.#outOfTurn(message);
    this.#heardReady = true;
    return this.#upWhenBothReady();
  }

  /** The answer to `ask`: with a reason, the peer is turned away. */
  decide(refusal?: string): HandshakeEffect[] {
    if (this.state !== "deciding") return [];
    if (refusal !== undefined) return this.#turnAway("REJECTED", refusal);
    this.state = "welcome";
    this.#saidWelcome = true;
    const welcome: HandshakeEffect = { kind: "send", message: { kind: "welcome", version: this.version } };
    return [welcome, ...this.#syncWhenBothWelcome()];
  }

  /** All interest has been told. */
  synced(): HandshakeEffect[] {
    if (this.state !== "syncing" || this.#saidReady) return [];
    this.#saidReady = true;
    return [{ kind: "send", message: { kind: "ready" } }, ...this.#upWhenBothReady()];
  }

  #meet(peer: Hello): HandshakeEffect[] {
    const problem = problemWith(peer);
    if (problem !== undefined) return this.#turnAway("BAD_FRAME", problem);
    if (peer.id === this.#self.id) return this.#turnAway("SELF_CONNECTION", `${peer.name} met itself`);
    const version = Math.min(peer.maxVersion, this.#self.maxVersion);
    if (version < Math.max(peer.minVersion, this.#self.minVersion)) {
      return this.#turnAway("VERSION_MISMATCH", describeMismatch(this.#self, peer));
    }
    this.version = version;
    this.peer = peer;
    this.state = "deciding";
    return [{ kind: "ask", peer }];
  }

  #syncWhenBothWelcome(): HandshakeEffect[] {
    if (!this.#saidWelcome || !this.#heardWelcome) return [];
    this.state = "syncing";
    return [{ kind: "sync" }];
  }

  #upWhenBothReady(): HandshakeEffect[] {
    if (!this.#saidReady || !this.#heardReady) return [];
    this.state = "up";
    return [{ kind: "up" }];
  }

  #outOfTurn(message: HandshakeMessage): HandshakeEffect[] {
    return this.#fail("BAD_FRAME", `"${message.kind}" out of turn`);
  }

  #turnAway(code: FailureCode, reason: string): HandshakeEffect[] {
    return [{ kind: "send", message: { kind: "reject", code, reason } }, ...this.#fail(code, reason)];
  }

  #fail(code: FailureCode, reason: string): HandshakeEffect[] {
    if (this.state === "failed") return [];
    this.state = "failed";
    return [{ kind: "fail", code, reason }];
  }
}

/** What makes a node's name: its topic is `.node.<name>`, so it must be one. */
export function isNodeName(name: string): boolean {
  return name.length <= limits.nameBytes && /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(name);
}

/** A node life: 32 hex digits. */
export function isNodeId(id: unknown): id is string {
  return typeof id === "string" && /^[0-9a-f]{32}$/.test(id);
}

function problemWith({ name, id, minVersion, maxVersion }: Hello): string | undefined {
  if (!isNodeName(name)) return "the peer's name is none";
  if (!isNodeId(id)) return "the peer's id is none";
  return minVersion <= maxVersion ? undefined : "the peer's version range is empty";
}

function describeMismatch(self: Hello, peer: Hello): string {
  const ours = `${self.minVersion} to ${self.maxVersion}`;
  return `${peer.name} (${peer.software}) speaks protocol ${peer.minVersion} to ${peer.maxVersion}, this node ${ours}`;
}
