import { describe, expect, it } from "vitest";
import {
  Handshake,
  type HandshakeEffect,
  type HandshakeMessage,
  type HandshakeOptions,
  type Hello,
  isNodeId,
  isNodeName,
} from "../../../library/core/handshake.ts";
import {
  type Credentials,
  type Role,
  type Spoken,
  type Transcript,
  transcriptOf,
} from "../../../library/core/proof.ts";

function helloOf(digit: string, more: Partial<Hello> = {}): Hello {
  const usual = { minVersion: 1, maxVersion: 1, name: `node-${digit}`, software: "test", features: [] };
  const nonce = new Uint8Array(32).fill(digit.charCodeAt(0));
  return { ...usual, id: digit.repeat(32), nonce, hasToken: false, ...more };
}

const opener = { role: "opener" } as const;

/** One end: the machine, what it sent that has not arrived, and what its driver owes it. */
class End {
  readonly machine: Handshake;
  readonly outbox: HandshakeMessage[] = [];
  readonly log: string[] = [];
  owed: "decide" | "synced" | undefined;

  constructor(hello: Hello, options: HandshakeOptions = opener) {
    this.machine = new Handshake(hello, options);
    this.take(this.machine.start());
  }

  take(effects: readonly HandshakeEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") this.outbox.push(effect.message);
      else this.log.push(effect.kind === "fail" ? `fail ${effect.code}` : effect.kind);
      if (effect.kind === "ask") this.owed = "decide";
      if (effect.kind === "sync") this.owed = "synced";
    }
  }
}

type Choice = "a hears" | "b hears" | "a is driven" | "b is driven";

interface Play {
  readonly a: End;
  readonly b: End;
}

function choicesOf({ a, b }: Play): Choice[] {
  const choices: Choice[] = [];
  if (b.outbox.length > 0) choices.push("a hears");
  if (a.outbox.length > 0) choices.push("b hears");
  if (a.owed !== undefined) choices.push("a is driven");
  if (b.owed !== undefined) choices.push("b is driven");
  return choices;
}

function act({ a, b }: Play, choice: Choice, refusal: string | undefined): void {
  if (choice === "a hears") a.take(a.machine.receive(b.outbox.shift()!));
  else if (choice === "b hears") b.take(b.machine.receive(a.outbox.shift()!));
  else {
    const end = choice === "a is driven" ? a : b;
    const owed = end.owed;
    end.owed = undefined;
    if (owed === "synced") end.take(end.machine.synced());
    else end.take(end.machine.decide(end === b ? refusal : undefined));
  }
}

/** Every order in which things can happen, each played from the beginning. Returns how many there are. */
function playAll(start: () => Play, refusal: string | undefined, check: (play: Play) => void): number {
  let plays = 0;
  const paths: Choice[][] = [[]];
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const play = start();
    for (const choice of path) act(play, choice, refusal);
    const choices = choicesOf(play);
    for (const choice of choices) paths.push([...path, choice]);
    if (choices.length > 0) continue;
    plays++;
    check(play);
  }
  return plays;
}

const usual = (): Play => ({ a: new End(helloOf("a")), b: new End(helloOf("b")) });

describe("two machines, in every order of events", () => {
  it("are both up, each having asked and synced once", () => {
    const plays = playAll(usual, undefined, ({ a, b }) => {
      expect([a.log, b.log]).toEqual([
        ["ask", "sync", "up"],
        ["ask", "sync", "up"],
      ]);
      expect([a.machine.version, a.machine.peer?.name]).toEqual([1, "node-b"]);
    });
    expect(plays).toBeGreaterThan(20);
  });

  it("are both failed, and neither ever up, when one turns the other away", () => {
    playAll(usual, "no room", ({ a, b }) => {
      expect(a.log.at(-1)).toBe("fail REJECTED");
      expect(b.log.at(-1)).toBe("fail REJECTED");
      expect([...a.log, ...b.log].filter((each) => each === "up" || each === "sync")).toEqual([]);
    });
  });

  it("agree on the highest version that both speak", () => {
    const start = (): Play => ({
      a: new End(helloOf("a", { minVersion: 1, maxVersion: 5 })),
      b: new End(helloOf("b", { minVersion: 3, maxVersion: 9 })),
    });
    playAll(start, undefined, ({ a, b }) => expect([a.machine.version, b.machine.version]).toEqual([5, 5]));
  });

  it.each([
    ["VERSION_MISMATCH", helloOf("b", { minVersion: 2, maxVersion: 3 })],
    ["SELF_CONNECTION", helloOf("a")],
  ])("fail with %s on both sides", (code, other) => {
    const start = (): Play => ({ a: new End(helloOf("a")), b: new End(other) });
    playAll(start, undefined, ({ a, b }) => expect([a.log, b.log]).toEqual([[`fail ${code}`], [`fail ${code}`]]));
  });
});

/** Proves by saying all that a proof is made over, and the token. */
class Words implements Credentials {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  prove(transcript: Transcript): Uint8Array {
    return new TextEncoder().encode(JSON.stringify([this.#token, transcript.map(String)]));
  }

  isProof(transcript: Transcript, proof: Uint8Array): boolean {
    return String(this.prove(transcript)) === String(proof);
  }
}

describe("X3: two machines with tokens, in every order of events", () => {
  const withToken = (digit: string, more: Partial<Hello> = {}): Hello => helloOf(digit, { hasToken: true, ...more });
  const listener = { role: "listener" } as const;
  const isUp = ({ log }: End): boolean => log.includes("ask") || log.includes("sync") || log.includes("up");

  it("are both up when it is the same token", () => {
    const start = (): Play => ({
      a: new End(withToken("a"), { ...opener, credentials: new Words("t") }),
      b: new End(withToken("b"), { ...listener, credentials: new Words("t") }),
    });
    const plays = playAll(start, undefined, ({ a, b }) => {
      expect([a.log, b.log]).toEqual([
        ["ask", "sync", "up"],
        ["ask", "sync", "up"],
      ]);
    });
    expect(plays).toBeGreaterThan(20);
  });

  it.each<[string, string, () => Play]>([
    [
      "another token",
      "WRONG_TOKEN",
      () => ({
        a: new End(withToken("a"), { ...opener, credentials: new Words("t") }),
        b: new End(withToken("b"), { ...listener, credentials: new Words("u") }),
      }),
    ],
    [
      "another TLS session",
      "WRONG_TOKEN",
      () => ({
        a: new End(withToken("a"), { ...opener, credentials: new Words("t"), binding: Uint8Array.of(1) }),
        b: new End(withToken("b"), { ...listener, credentials: new Words("t"), binding: Uint8Array.of(2) }),
      }),
    ],
    [
      "a token on one side",
      "TOKEN_REQUIRED",
      () => ({
        a: new End(withToken("a"), { ...opener, credentials: new Words("t") }),
        b: new End(helloOf("b"), listener),
      }),
    ],
    [
      "no nonce",
      "WRONG_TOKEN",
      () => ({
        a: new End(withToken("a"), { ...opener, credentials: new Words("t") }),
        b: new End(withToken("b", { nonce: new Uint8Array(0) }), { ...listener, credentials: new Words("t") }),
      }),
    ],
  ])("are both failed, and neither ever asks, with %s: %s", (_, code, start) => {
    playAll(start, undefined, ({ a, b }) => {
      expect([a.log.at(-1), b.log.at(-1)]).toEqual([`fail ${code}`, `fail ${code}`]);
      expect([isUp(a), isUp(b)]).toEqual([false, false]);
    });
  });

  it("never meet where both opened the link, or both listened", () => {
    for (const role of ["opener", "listener"] as const) {
      const start = (): Play => ({
        a: new End(withToken("a"), { role, credentials: new Words("t") }),
        b: new End(withToken("b"), { role, credentials: new Words("t") }),
      });
      playAll(start, undefined, ({ a, b }) => expect([isUp(a), isUp(b)]).toEqual([false, false]));
    }
  });

  it("say nothing that is made of the token to who has not proven it, when they listened", () => {
    const machine = new Handshake(withToken("a"), { ...listener, credentials: new Words("t") });
    machine.start();
    expect(machine.receive({ kind: "hello", hello: withToken("b") })).toEqual([]);
    const effects = machine.receive({ kind: "proof", proof: new Uint8Array(32) });
    expect(effects).toMatchObject([{ message: { kind: "reject", code: "WRONG_TOKEN" } }, { code: "WRONG_TOKEN" }]);
    expect(machine.receive({ kind: "proof", proof: new Uint8Array(32) })).toEqual([]); // one guess for each handshake
  });

  it("do not take their own words for another's", () => {
    const [a, b] = [withToken("a"), withToken("b", { nonce: withToken("a").nonce })];
    const machine = new Handshake(a, { ...opener, credentials: new Words("t") });
    expect(machine.receive({ kind: "hello", hello: b })).toMatchObject([{}, { code: "WRONG_TOKEN" }]);
  });

  it("take a welcome only behind the proof", () => {
    const machine = new Handshake(withToken("a"), { ...opener, credentials: new Words("t") });
    machine.receive({ kind: "hello", hello: withToken("b") });
    expect(machine.receive({ kind: "welcome", version: 1 })).toMatchObject([{ code: "BAD_FRAME" }]);
  });

  it("prove over all that was said: no two transcripts are alike", () => {
    const spoken = { opener: withToken("a"), listener: withToken("b"), version: 1, binding: new Uint8Array(0) };
    const others: readonly (readonly [Role, Partial<Spoken>])[] = [
      ["listener", {}],
      ["opener", { version: 2 }],
      ["opener", { binding: new Uint8Array(32) }],
      ["opener", { opener: spoken.listener, listener: spoken.opener }],
      ...["opener", "listener"].flatMap((side) =>
        (
          [
            { minVersion: 0 },
            { maxVersion: 2 },
            { name: "other" },
            { id: "c".repeat(32) },
            { software: "tes", features: ["t"] },
            { features: ["x"] },
            { nonce: new Uint8Array(32) },
          ] as Partial<Hello>[]
        ).map((change) => ["opener", { [side]: { ...spoken[side as Role], ...change } }] as const),
      ),
    ];
    const words = new Words("t");
    const seen = new Set([String(words.prove(transcriptOf("opener", spoken)))]);
    for (const [prover, change] of others)
      seen.add(String(words.prove(transcriptOf(prover, { ...spoken, ...change }))));
    expect(seen.size).toBe(others.length + 1);
  });
});

describe("a message out of turn", () => {
  const hello: HandshakeMessage = { kind: "hello", hello: helloOf("b") };
  const welcome: HandshakeMessage = { kind: "welcome", version: 1 };
  const ready: HandshakeMessage = { kind: "ready" };
  const proof: HandshakeMessage = { kind: "proof", proof: new Uint8Array(32) };

  /** The machine in each of its states, with what it may hear there. */
  const states: readonly [state: string, reach: () => Handshake, allowed: readonly HandshakeMessage[]][] = [
    ["hello", () => new Handshake(helloOf("a"), opener), [hello]],
    ["deciding", () => having([hello]), [welcome]],
    ["deciding, welcome already", () => having([hello, welcome]), []],
    ["welcome", () => having([hello, "decide"]), [welcome]],
    ["syncing", () => having([hello, "decide", welcome]), [ready]],
    ["syncing, ready already", () => having([hello, "decide", welcome, ready]), []],
    ["waiting for ready", () => having([hello, "decide", welcome, "synced"]), [ready]],
    ["up", () => having([hello, "decide", welcome, "synced", ready]), []],
  ];

  function having(steps: readonly (HandshakeMessage | "decide" | "synced")[]): Handshake {
    const machine = new Handshake(helloOf("a"), opener);
    machine.start();
    for (const step of steps) {
      if (step === "decide") machine.decide();
      else if (step === "synced") machine.synced();
      else machine.receive(step);
    }
    return machine;
  }

  it.each(states)("fails with BAD_FRAME in the state %s, and only there", (_, reach, allowed) => {
    for (const message of [hello, proof, welcome, ready]) {
      const effects = reach().receive(message);
      const failure = effects.find((effect) => effect.kind === "fail");
      expect(failure?.code).toBe(allowed.includes(message) ? undefined : "BAD_FRAME");
    }
  });

  it.each(states)("is obeyed when it is a refusal, in the state %s", (_, reach) => {
    const effects = reach().receive({ kind: "reject", code: "REJECTED", reason: "no" });
    expect(effects).toEqual([{ kind: "fail", code: "REJECTED", reason: "no" }]);
  });

  it("changes nothing once the machine has failed", () => {
    const failed = having([ready]);
    for (const message of [hello, proof, welcome, ready]) expect(failed.receive(message)).toEqual([]);
    expect([failed.decide(), failed.synced(), failed.state]).toEqual([[], [], "failed"]);
  });

  it("is a welcome of another version", () => {
    expect(having([hello]).receive({ kind: "welcome", version: 2 })).toMatchObject([{ code: "BAD_FRAME" }]);
  });
});

describe("a hello that is none", () => {
  it.each([
    { name: "" },
    { name: "a b" },
    { name: "-a" },
    { name: "a." },
    { name: "x".repeat(256) },
    { id: "A".repeat(32) },
    { id: "a".repeat(31) },
    { minVersion: 2, maxVersion: 1 },
  ])("is turned away: %o", (wrong) => {
    const effects = new Handshake(helloOf("a"), opener).receive({ kind: "hello", hello: helloOf("b", wrong) });
    expect(effects).toMatchObject([
      { kind: "send", message: { kind: "reject", code: "BAD_FRAME" } },
      { kind: "fail", code: "BAD_FRAME" },
    ]);
  });
});

it("knows names and ids", () => {
  for (const name of ["a", "node-1", "Lab.sensor_2", "x".repeat(255), "a_"]) expect(isNodeName(name)).toBe(true);
  for (const id of ["", "z".repeat(32), 7, undefined]) expect(isNodeId(id)).toBe(false);
  expect(isNodeId("0123456789abcdef0123456789abcdef")).toBe(true);
});
