/** Names travel in frames: what would not arrive as it is, is refused where it is given. */
import { afterEach, describe, expect, it } from "vitest";
import { Context, event, inproc, SwitchyardError } from "../../../library/index.ts";
import { readShapeFields, shapeFields } from "../../../library/wire/shape.ts";

const contexts: Context[] = [];
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

function node(): Context {
  const context = new Context({ transports: [inproc(new Map())] });
  contexts.push(context);
  return context;
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof SwitchyardError ? error.code : String(error);
  }
}

const unfit = [
  ["empty", ""],
  ["half a surrogate pair", "a\ud800b"],
  ["behind a byte order mark", "\uFEFFname"],
  ["too long in UTF-8", "é".repeat(513)],
] as const;

describe.each(unfit)("a name that is %s", (_, name) => {
  it("is refused for an event", () => expect(codeOf(() => event(name))).toBe("BAD_ARGUMENT"));

  it("is refused for a log, its writer and its columns", () => {
    const { logs } = node();
    expect(codeOf(() => logs.open("topic", name))).toBe("BAD_ARGUMENT");
    expect(codeOf(() => logs.open("topic", "id", name))).toBe("BAD_ARGUMENT");
    const columns = [{ name, type: "string" }];
    expect(codeOf(() => logs.open("topic", "id", "writer", { columns }))).toBe("BAD_ARGUMENT");
  });

  it("is refused as a topic and as a pattern", async () => {
    const { events } = node();
    expect(codeOf(() => events.raise(name, event("fine")))).toBe("BAD_TOPIC");
    await expect(async () => events.on(name, () => {})).rejects.toMatchObject({ code: "BAD_PATTERN" });
  });
});

it("takes names of 1024 bytes", () => {
  expect(codeOf(() => event("é".repeat(512)))).toBeUndefined();
});

it("takes as many values as a message may have, and no more", () => {
  const { logs } = node();
  const columns = Array.from({ length: 1024 }, (_, i) => ({ name: `c${i}`, type: "vector[string]" }));
  const log = logs.open("topic", "wide", "writer", { columns });
  expect(codeOf(() => log.write(columns.map(() => null)))).toBeUndefined();
  expect(codeOf(() => logs.open("topic", "wide", "writer", { columns: [...columns, columns[0]!] }))).toBe("TOO_MANY");
  expect(
    codeOf(() =>
      event(
        "wide",
        Array.from({ length: 1024 }, () => 1),
      ),
    ),
  ).toBeUndefined();
  expect(
    codeOf(() =>
      event(
        "wide",
        Array.from({ length: 1025 }, () => 1),
      ),
    ),
  ).toBe("TOO_MANY");
});

it("refuses announced names that are longer than one may be", () => {
  const definition = { kind: 33, name: "id", signature: "s", writer: "w", columns: [{ name: "c", type: "string" }] };
  expect(readShapeFields(shapeFields(0, 0, definition))).toEqual(definition);
  for (const wrong of [{ name: "x".repeat(1025) }, { writer: "x".repeat(1025) }]) {
    expect(codeOf(() => readShapeFields(shapeFields(0, 0, { ...definition, ...wrong })))).toBe("BAD_FRAME");
  }
  const columns = [{ name: "x".repeat(1025), type: "string" }];
  expect(codeOf(() => readShapeFields(shapeFields(0, 0, { ...definition, columns })))).toBe("BAD_FRAME");
});
