/** T18: whoever sits between two nodes with a token may keep them apart, and no more. */
import { describe, expect, it } from "vitest";
import { type Context, event } from "../../library/index.ts";
import { readControl } from "../../library/wire/codec.ts";
import { type Field, FrameKind, isMessageKind } from "../../library/wire/frames.ts";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { type Meddling, Middle, type MiddleLink } from "./middle.ts";
import { frame as packed } from "./stage.ts";

const token = "0123456789abcdef0123456789abcdef";

interface Scene {
  readonly middle: Middle;
  readonly opener: Context;
  readonly listener: Context;
}

async function scene(seed: number): Promise<Scene> {
  const middle = new Middle(seed);
  const [opener, listener] = [middle.node("opener"), middle.node("listener")];
  await middle.listen(listener, { token });
  return { middle, opener, listener };
}

/** Opens, and waits until whatever comes of it has come. Returns the code, or `undefined` when it is up. */
async function open({ middle, opener }: Pick<Scene, "middle" | "opener">): Promise<string | undefined> {
  let outcome: string | undefined = "nothing";
  opener.connections.open("middle://here", { token, retry: false }).then(
    () => {
      outcome = undefined;
    },
    (error: { code: string }) => {
      outcome = error.code;
    },
  );
  await middle.settle();
  return outcome;
}

/** The links of two openers, whose first frames nobody answers. */
async function twoOpenings({ middle, opener }: Pick<Scene, "middle" | "opener">): Promise<[MiddleLink, MiddleLink]> {
  middle.onOpened = () => {};
  void open({ middle, opener });
  void open({ middle, opener: middle.node("second") });
  await middle.settle();
  return middle.opened as [MiddleLink, MiddleLink];
}

/** The fields of a frame; its bytes where it is none any more. */
function meaning(bytes: Uint8Array): unknown {
  const control = bytes.length < 8 ? undefined : readControl(bytes, 0, bytes.length);
  return control === undefined ? [...bytes] : [control.kind, control.fields.map(plain)];
}

function plain(field: Field): unknown {
  return field instanceof Uint8Array ? [...field] : field;
}

/** Neither is up, with anybody. */
function expectApart({ middle }: Scene): void {
  expect(middle.up()).toEqual([]);
}

/** Frames of the handshake that are believed only because of the proof. */
const proven: ReadonlySet<number> = new Set([FrameKind.hello, FrameKind.proof]);

/** One who changes one frame of hello or proof, chosen by chance. */
function changing(chance: SeededChance, change: (frame: Uint8Array) => readonly Uint8Array[]): Meddling {
  const [side, at] = [chance.pick(["opener", "listener"] as const), chance.integer(0, 1)];
  return (frame, from, index) => (from === side && index === at ? change(frame) : [frame]);
}

function flipped(frame: Uint8Array, chance: SeededChance): Uint8Array {
  const changed = frame.slice();
  const at = chance.integer(0, frame.length - 1);
  changed[at] = changed[at]! ^ (1 << chance.integer(0, 7));
  return changed;
}

/** Another value of the same field. */
function otherField(field: Field, chance: SeededChance): Field {
  if (field instanceof Uint8Array) return flipped(field, chance);
  if (typeof field === "number") return field + chance.pick([-1, 1, 7]);
  if (typeof field === "boolean") return !field;
  if (typeof field === "string") return /^[0-9a-f]{32}$/.test(field) ? `${field.slice(1)}0` : `${field}x`;
  return Array.isArray(field) ? [...(field as readonly Field[]), "more"] : null;
}

function withOtherField(bytes: Uint8Array, chance: SeededChance): Uint8Array {
  const { kind, fields } = readControl(bytes, 0, bytes.length)!;
  const at = chance.integer(0, fields.length - 1);
  return packed(
    kind,
    fields.map((field, i) => (i === at ? otherField(field, chance) : field)),
  );
}

type Attack = (chance: SeededChance, all: Scene) => Promise<void>;

/** Joined with somebody who meddles; whoever is up in spite of it has heard what was said. */
function meddled(meddlingOf: (chance: SeededChance) => Meddling): Attack {
  return async (chance, all) => {
    const { middle } = all;
    const meddle = meddlingOf(chance);
    let isAltered = false;
    const watched: Meddling = (frame, from, index) => {
      const given = meddle(frame, from, index);
      const isSame = given.length === 1 && JSON.stringify(meaning(given[0]!)) === JSON.stringify(meaning(frame));
      if (proven.has(frame[0]!) && !isSame) isAltered = true;
      return given;
    };
    middle.onOpened = (link) => middle.join(link, middle.call(), watched);
    await open(all);
    if (isAltered) expectApart(all);
  };
}

/** What both said in a handshake that went well; both are apart again. */
async function recorded(all: Scene): Promise<{ opener: Uint8Array[]; listener: Uint8Array[] }> {
  expect(await open(all)).toBeUndefined();
  expect(all.middle.up()).toHaveLength(2);
  const [opened, accepted] = [all.middle.opened.at(-1)!, all.middle.accepted.at(-1)!];
  const kept = { opener: [...opened.sent], listener: [...accepted.sent] };
  opened.destroy();
  accepted.destroy();
  await all.middle.settle();
  expectApart(all);
  return kept;
}

/** Sends back what it is sent. */
function mirrored(link: MiddleLink): void {
  link.onFrame = (frame) => link.give(frame);
}

const attacks: readonly (readonly [string, Attack])[] = [
  ["flips a bit", meddled((chance) => changing(chance, (frame) => [flipped(frame, chance)]))],
  ["changes a field", meddled((chance) => changing(chance, (frame) => [withOtherField(frame, chance)]))],
  ["leaves a frame out", meddled((chance) => changing(chance, () => []))],
  ["says a frame twice", meddled((chance) => changing(chance, (frame) => [frame, frame]))],
  [
    "cuts a frame",
    meddled((chance) => changing(chance, (frame) => [frame.subarray(0, chance.integer(0, frame.length - 1))])),
  ],
  [
    "says that neither has a token",
    async (_, all) => {
      const { middle } = all;
      middle.onOpened = (link) =>
        middle.join(link, middle.call(), (frame) => {
          const { kind, fields } = readControl(frame, 0, frame.length)!;
          return kind === FrameKind.hello ? [packed(kind, [...fields.slice(0, 7), false])] : [frame];
        });
      expect(await open(all)).toBe("TOKEN_REQUIRED");
      expectApart(all);
    },
  ],
  [
    "offers other versions or features",
    async (chance, all) => {
      const { middle } = all;
      const side = chance.pick(["opener", "listener"] as const);
      const [min, max, features] = chance.pick([
        [0, 1, []],
        [1, 9, []],
        [0, 9, []],
        [1, 1, ["old"]],
      ] as const);
      middle.onOpened = (link) =>
        middle.join(link, middle.call(), (frame, from) => {
          const { kind, fields } = readControl(frame, 0, frame.length)!;
          if (kind !== FrameKind.hello || from !== side) return [frame];
          return [packed(kind, [min, max, ...fields.slice(2, 5), [...features], ...fields.slice(6)])];
        });
      expect(await open(all)).toBe("WRONG_TOKEN");
      expectApart(all);
    },
  ],
  [
    "plays the opener again",
    async (_, all) => {
      const kept = await recorded(all);
      all.middle.call().give(...kept.opener);
      await all.middle.settle();
      expectApart(all);
    },
  ],
  [
    "plays the opener again, answer by answer",
    async (_, all) => {
      const kept = await recorded(all);
      const link = all.middle.call();
      for (const frame of kept.opener) {
        link.give(frame);
        await all.middle.settle();
      }
      expectApart(all);
    },
  ],
  [
    "plays the listener again",
    async (_, all) => {
      const kept = await recorded(all);
      all.middle.onOpened = (link) => link.give(...kept.listener);
      expect(await open(all)).toBe("WRONG_TOKEN");
      expectApart(all);
    },
  ],
  [
    "says to the opener what it says",
    async (_, all) => {
      all.middle.onOpened = mirrored;
      expect(await open(all)).toBe("SELF_CONNECTION");
      expectApart(all);
    },
  ],
  [
    "says to the opener what it says, under another name",
    async (chance, all) => {
      all.middle.onOpened = (link) => {
        link.onFrame = (frame) => {
          const { kind, fields } = readControl(frame, 0, frame.length)!;
          const nonce = chance.flip() ? fields[6]! : chance.bytes(32);
          const hello = [...fields.slice(0, 2), "another", "e".repeat(32), ...fields.slice(4, 6), nonce, true];
          link.give(kind === FrameKind.hello ? packed(kind, hello) : frame);
        };
      };
      expect(await open(all)).toBe("WRONG_TOKEN");
      expectApart(all);
    },
  ],
  [
    "joins two openers",
    async (_, all) => {
      const { middle } = all;
      const [one, other] = await twoOpenings(all);
      middle.join(one, other, (frame) => [frame]);
      await middle.settle();
      expect(middle.opened.map(({ isClosed }) => isClosed)).toEqual([true, true]);
      expectApart(all);
    },
  ],
  [
    "joins the listener with itself",
    async (_, all) => {
      const { middle } = all;
      const [one, other] = [middle.call(), middle.call()];
      middle.join(one, other, (frame) => [frame]);
      await middle.settle();
      expect([one.isClosed, other.isClosed]).toEqual([true, true]);
      expectApart(all);
    },
  ],
  [
    "crosses two handshakes",
    async (_, all) => {
      const { middle } = all;
      const [one, other] = await twoOpenings(all);
      const [atOne, atOther] = [middle.call(), middle.call()];
      for (const [opened, accepted, others] of [
        [one, atOne, atOther],
        [other, atOther, atOne],
      ] as const) {
        accepted.give(opened.sent[0]!); // hello to one, proof to the other
        opened.give(accepted.sent[0]!);
        opened.onFrame = (frame) => others.give(frame);
        accepted.onFrame = (frame) => (opened === one ? other : one).give(frame);
      }
      await middle.settle();
      expectApart(all);
    },
  ],
  [
    "asks another node for its proof",
    async (_, all) => {
      // Knows no token: has the listener's hello answered by the opener, under a nonce of its own choice.
      const { middle } = all;
      const link = middle.call();
      const { fields } = readControl(link.sent[0]!, 0, link.sent[0]!.length)!;
      middle.onOpened = (opened) => {
        opened.give(packed(FrameKind.hello, fields)); // as if it were the listener
        opened.onFrame = (frame) => {
          if (frame[0] !== FrameKind.hello) link.give(frame);
          else link.give(packed(FrameKind.hello, [1, 1, "mallory", "f".repeat(32), "", [], new Uint8Array(32), true]));
        };
      };
      await open(all);
      expectApart(all);
    },
  ],
];

describe("T18, X3: somebody in the middle", () => {
  const rounds = Math.ceil(repeats(200, 10_000) / attacks.length);

  it.each(attacks)("who %s is not let in, nor lets them meet under what was not said", async (name, attack) => {
    for (let round = 0; round < rounds; round++) {
      const seed = 1000 * round + name.length;
      await attack(new SeededChance(seed), await scene(seed));
    }
  });

  it("who does nothing lets them meet", async () => {
    const all = await scene(1);
    expect(await open(all)).toBeUndefined();
    expect(all.middle.up()).toEqual([
      `opener with listener ${all.listener.id}`,
      `listener with opener ${all.opener.id}`,
    ]);
  });
});

describe("T18, M3: somebody in the middle who says messages again", () => {
  it("is heard once of each, in order, whatever is said again", async () => {
    for (let round = 0; round < repeats(20, 500); round++) {
      const chance = new SeededChance(round);
      const all = await scene(round);
      const { middle, opener, listener } = all;
      const heard: number[] = [];
      void listener.events.on("*", ({ args: [number] }) => heard.push(Number(number)));
      const said: Uint8Array[] = [];
      middle.onOpened = (link) =>
        middle.join(link, middle.call(), (frame, from) => {
          const isOfStream = isMessageKind(frame[0]!) || frame[0] === FrameKind.stream || frame[0] === FrameKind.shape;
          if (from !== "opener" || !isOfStream) return [frame];
          said.push(frame);
          return [frame, ...chance.some(said, 0.2)];
        });
      expect(await open(all)).toBeUndefined();
      for (let i = 0; i < 50; i++) {
        opener.events.raise(chance.pick(["a", "b"]), event("said", [i]));
        if (chance.flip(0.3)) await middle.settle();
      }
      await middle.settle();
      expect([...heard].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
      expect(listener.stats().repeated).toBeGreaterThan(0);
    }
  });
});
