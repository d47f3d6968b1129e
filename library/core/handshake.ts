/**
 * The first words on a connection: who both sides are, whether they understand and accept each other, what each wants.
 *
 * Both sides do the same: say hello, decide on the other's hello, say welcome, tell all interest, say ready. A
 * connection is up when both have said ready, so whatever is raised from then on meets the other side's interest.
 * Where they have a token, each proves it behind its hello: the opener first, so that a listener says nothing that is
 * made of its token to somebody who does not have it.
 *
 * Invariant: nothing but `hello` and `proof` is believed before the peer is accepted, and nobody is asked whether to
 * accept a peer that has proven nothing. Knows nothing of frames, links or time, nor how a proof is made.
 */
import type { FailureCode } from "./errors.ts";
import { limits } from "./limits.ts";
import { type Credentials, type Role, type Transcript, transcriptOf } from "./proof.ts";

export interface Hello {
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly name: string;
  /** The node life: 32 hex digits. */
  readonly id: string;
  /** Of the software, for people. */
  readonly software: string;
  readonly features: readonly string[];
  /** 32 random bytes, never used twice; empty from a peer that knows of no tokens. */
  readonly nonce: Uint8Array;
  /** It wants the other side to prove a token, and proves it itself. */
  readonly hasToken: boolean;
}

export type HandshakeMessage =
  | { readonly kind: "hello"; readonly hello: Hello }
  | { readonly kind: "proof"; readonly proof: Uint8Array }
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

type State = "hello" | "proving" | "deciding" | "welcome" | "syncing" | "up" | "failed";

/** The side of this node, and what it proves with. */
export interface HandshakeOptions {
  readonly role: Role;
  /** Present where there is a token; `hasToken` of the hello says the same. */
  readonly credentials?: Credentials | undefined;
  /** What the two ends of a TLS session share; empty where there is none. */
  readonly binding?: Uint8Array | undefined;
}

export class Handshake {
  state: State = "hello";
  peer: Hello | undefined;
  /** The protocol version that both speak, once both are known. */
  version = 0;

  readonly #self: Hello;
  readonly #options: HandshakeOptions;
  #saidWelcome = false;
  #heardWelcome = false;
  #saidReady = false;
  #heardReady = false;

  constructor(self: Hello, options: HandshakeOptions) {
    this.#self = self;
    this.#options = options;
  }

  start(): HandshakeEffect[] {
    return [{ kind: "send", message: { kind: "hello", hello: this.#self } }];
  }

  receive(message: HandshakeMessage): HandshakeEffect[] {
    if (message.kind === "reject") return this.#fail(message.code, message.reason);
    if (message.kind === "hello") return this.state === "hello" ? this.#meet(message.hello) : this.#outOfTurn(message);
    if (message.kind === "proof") {
      return this.state === "proving" ? this.#weigh(message.proof) : this.#outOfTurn(message);
    }
    if (message.kind === "welcome") {
      if (this.peer === undefined || this.state === "proving" || this.#heardWelcome) return this.#outOfTurn(message);
      if (message.version !== this.version) return this.#fail("BAD_FRAME", `the peer chose version ${message.version}`);
      this.#heardWelcome = true;
      return this.#syncWhenBothWelcome();
    }
    if (this.state !== "syncing" || this.#heardReady) return this.#outOfTurn(message);
    this.#heardReady = true;
    return this.#upWhenBothReady();
  }

  /** The answer to `ask`: with a reason, the peer is turned away. */
  decide(refusal?: string, code: FailureCode = "REJECTED"): HandshakeEffect[] {
    if (this.state !== "deciding") return [];
    if (refusal !== undefined) return this.#turnAway(code, refusal);
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
    if (peer.hasToken !== this.#self.hasToken) return this.#turnAway("TOKEN_REQUIRED", whoHasToken(this.#self, peer));
    this.version = version;
    this.peer = peer;
    if (this.#options.credentials !== undefined) return this.#beginProving(this.#options.credentials, peer);
    this.state = "deciding";
    return [{ kind: "ask", peer }];
  }

  #beginProving(credentials: Credentials, peer: Hello): HandshakeEffect[] {
    // Our own nonce, sent back, would make our own words look new.
    if (peer.nonce.length !== nonceBytes || isSame(peer.nonce, this.#self.nonce)) {
      return this.#turnAway("WRONG_TOKEN", `${peer.name} sent no nonce of its own`);
    }
    this.state = "proving";
    return this.#options.role === "opener" ? [this.#proof(credentials, peer)] : [];
  }

  /** A proof came: it is the peer's, of this very handshake, or the end of it. */
  #weigh(proof: Uint8Array): HandshakeEffect[] {
    const { credentials, role } = this.#options;
    const peer = this.peer!;
    const peersRole = role === "opener" ? "listener" : "opener";
    if (credentials?.isProof(this.#transcript(peersRole, peer), proof) !== true) {
      return this.#turnAway("WRONG_TOKEN", `${peer.name} did not prove the token`);
    }
    this.state = "deciding";
    const ask: HandshakeEffect = { kind: "ask", peer };
    return role === "listener" ? [this.#proof(credentials, peer), ask] : [ask];
  }

  #proof(credentials: Credentials, peer: Hello): HandshakeEffect {
    const proof = credentials.prove(this.#transcript(this.#options.role, peer));
    return { kind: "send", message: { kind: "proof", proof } };
  }

  #transcript(prover: Role, peer: Hello): Transcript {
    const [opener, listener] = this.#options.role === "opener" ? [this.#self, peer] : [peer, this.#self];
    const binding = this.#options.binding ?? new Uint8Array(0);
    return transcriptOf(prover, { opener, listener, version: this.version, binding });
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

/** Bytes of a nonce. */
export const nonceBytes = 32;

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

function whoHasToken(self: Hello, peer: Hello): string {
  const [having, lacking] = self.hasToken ? [self, peer] : [peer, self];
  return `${having.name} has a token and ${lacking.name} has none`;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
