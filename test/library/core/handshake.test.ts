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

describe("a message out of turn", () => {
  const hello: HandshakeMessage = { kind: "hello", hello: helloOf("b") };
  const welcome: HandshakeMessage = { kind: "welcome", version: 1 };
  const ready: HandshakeMessage = { kind: "ready" };

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
    for (const message of [hello, welcome, ready]) {
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
    for (const message of [hello, welcome, ready]) expect(failed.receive(message)).toEqual([]);
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
