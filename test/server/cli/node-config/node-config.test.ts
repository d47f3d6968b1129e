/** The configuration of a node: what the reader takes, what it refuses, and that the published schema says the same. */
import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeProgram } from "../../../../server/cli/command-line.ts";
import { emptyConfig, mergeNodeConfig, parseNodeConfig } from "../../../../server/cli/node-config/node-config.ts";
import { nodeConfigSchema, type Schema, schemaText } from "../../../../server/cli/node-config/schema.ts";
import { faultOf } from "../../../../server/cli/node-config/validate.ts";
import { ProcessShell } from "../../../../server/cli/shell.ts";

const published = fileURLToPath(new URL("../../../../docs/schemas/node-config.schema.json", import.meta.url));
const validate = new Ajv2020({ allErrors: false }).compile(nodeConfigSchema);

const good: readonly unknown[] = [
  {},
  ...(nodeConfigSchema.examples ?? []),
  { $schema: "x", listen: "tcp://127.0.0.1:1", connect: "@lab", forward: "*" },
  { listen: ["a", { location: "b", tls: { cert: "c", key: "k", ca: "a", requireClientCert: true } }] },
  { listen: [{ location: "b", tokenFile: "t", origins: "https://x", hosts: ["h"], insecure: true }] },
  { listen: [{ location: "b", access: [{ identity: "*", publish: { allow: ["a.*"], deny: ["b"] } }] }] },
  { connect: [{ location: "b", access: [{ identity: { certificateName: "a" }, own: { deny: [] } }] }] },
  { listen: [{ location: "b", limits: { connections: 5, handshakeMs: 100 } }] },
  { connect: [{ location: "b", tls: { serverName: "n", pins: ["ab"], minVersion: "TLSv1.2" } }] },
  { store: "a", standby: ["b,persistent=x", { topic: "c", persistent: "d", durability: "disk", heir: "e" }] },
  { forward: ["a", { pattern: "b", from: "left", to: "tcp://127.0.0.1:1" }] },
  { introspection: false, queueMessages: 1, queueBytes: 2, onOverflow: "disconnect", name: "n", insecure: false },
  { tls: { ca: "a", insecureSkipVerify: true, pins: "ab" }, tokenFile: "t" },
];

const bad: readonly (readonly [document: unknown, why: string])[] = [
  [[], "expected an object, found a list"],
  [null, "expected an object, found nothing"],
  [{ name: 1 }, "name: expected a text, found 1"],
  [{ name: "" }, "name: expected a text, found an empty one"],
  [{ lisen: [] }, 'unknown key "lisen"; did you mean listen?'],
  [{ zzz: 1 }, 'unknown key "zzz"; known are $schema, name, listen, connect'],
  [{ listen: 5 }, "listen: expected a text or a list, found 5"],
  [{ listen: {} }, "listen: expected a text or a list, found an object"],
  [{ listen: [1] }, "listen[0]: expected a text or an object, found 1"],
  [{ listen: ["a", {}] }, "listen[1]: the key location is missing: Where: tcp://host:port"],
  [{ listen: [{ location: "a", tls: { crt: "x" } }] }, 'listen[0].tls: unknown key "crt"; did you mean cert?'],
  [{ listen: [{ location: "a", tls: { serverName: "x" } }] }, 'listen[0].tls: unknown key "serverName"; known are ca,'],
  [{ connect: [{ location: "a", hosts: [] }] }, 'connect[0]: unknown key "hosts"'],
  [{ listen: [{ location: "a", access: [{}] }] }, "listen[0].access[0]: the key identity is missing: Whom the rule"],
  [
    { listen: [{ location: "a", access: [{ identity: "*", publsh: {} }] }] },
    'listen[0].access[0]: unknown key "publsh"; did you mean publish?',
  ],
  [{ forward: [{ from: "a" }] }, "forward[0]: the key pattern is missing: The pattern."],
  [{ forward: [null] }, "forward[0]: expected a text or an object, found nothing"],
  [{ introspection: "no" }, 'introspection: expected true or false, found "no"'],
  [{ queueMessages: 0 }, "queueMessages: expected a whole number of 1 or more, found 0"],
  [{ queueMessages: 1.5 }, "queueMessages: expected a whole number of 1 or more, found 1.5"],
  [
    { onOverflow: "drop-odlest" },
    'onOverflow: expected drop-oldest or drop-newest or disconnect, found "drop-odlest"; did you mean drop-oldest?',
  ],
  [{ tls: { minVersion: "TLSv1.1" } }, "tls.minVersion: expected TLSv1.2 or TLSv1.3, found"],
];

describe("the schema", () => {
  it("is published as it is", () => {
    expect(JSON.parse(readFileSync(published, "utf8"))).toEqual(JSON.parse(schemaText()));
  });

  it("describes every key", () => {
    const keys = propertiesOf(nodeConfigSchema);
    expect(keys.length).toBeGreaterThan(30);
    expect(keys.filter(([, { description }]) => description === undefined).map(([key]) => key)).toEqual([]);
  });

  it("has a place for every option of `switchyard node`", async () => {
    const shell = new ProcessShell({ stdout: new PassThrough(), stderr: new PassThrough(), env: {} });
    const node = (await makeProgram("node", shell)).commands.find((command) => command.name() === "node")!;
    const ofTheRun = ["config", "check", "printSchema", "json"];
    const options = node.options.map((option) => option.attributeName()).filter((name) => !ofTheRun.includes(name));
    const { tls, ...top } = nodeConfigSchema.properties!;
    const homeless = options.filter((name) => {
      const ofTls = name === "pin" ? "pins" : name.replace(/^tls[A-Z]/, (start) => start.slice(3).toLowerCase());
      return !(name in top) && !(ofTls in tls!.properties!);
    });
    expect(options.length).toBeGreaterThan(15);
    expect(homeless).toEqual([]);
  });

  it.each(good)("takes %j", (document) => {
    expect(validate(document)).toBe(true);
    expect(faultOf(document, nodeConfigSchema)).toBeUndefined();
    expect(() => parseNodeConfig(JSON.stringify(document), "f")).not.toThrow();
  });

  it.each(bad)("refuses %j, and says %s", (document, why) => {
    expect(validate(document)).toBe(false);
    expect(faultOf(document, nodeConfigSchema)).toContain(why);
    expect(() => parseNodeConfig(JSON.stringify(document), "dir/f.json")).toThrow(`dir/f.json: ${why.slice(0, 10)}`);
  });

  it("is followed to the letter, whatever the document", () => {
    const keys = [...new Set(propertiesOf(nodeConfigSchema).map(([key]) => key))];
    const { document } = fc.letrec<{ document: unknown }>((tie) => ({
      document: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.constantFrom<unknown>("", "a", "*", "TLSv1.3", "drop-oldest", 0, 1, -1, 1.5, true, false, null),
        fc.dictionary(fc.constantFrom(...keys, "strange"), tie("document"), { maxKeys: 3 }),
        fc.array(tie("document"), { maxLength: 3 }),
      ),
    }));
    // Mostly documents that are wrong in one place only, which says more than noise does.
    const nearlyGood = fc
      .tuple(fc.constantFrom(...good), fc.constantFrom(...keys), document)
      .map(([base, key, part]) => ({ ...(base as object), [key]: part }));
    fc.assert(
      fc.property(fc.oneof(document, nearlyGood), (each) => {
        expect(faultOf(each, nodeConfigSchema) === undefined).toBe(validate(each));
      }),
      { numRuns: 1_000, seed: 1 },
    );
  });
});

describe("a configuration file", () => {
  it("is documented by an example that is good", () => {
    const page = readFileSync(fileURLToPath(new URL("../../../../docs/cli.md", import.meta.url)), "utf8");
    const [, example = ""] = /```yaml\n([^`]*)```/.exec(page) ?? [];
    const { listen, connect, forward, store, standby, witness } = parseNodeConfig(example, "docs/cli.md");
    expect([listen, connect, forward, store, standby, witness].map(({ length }) => length)).toEqual([3, 3, 2, 2, 1, 1]);
    expect(witness).toEqual([{ topic: "lab.hosts", persistent: expect.stringMatching(/\/lab-hosts$/) }]);
  });

  it("may be short or long, YAML or JSON", () => {
    expect(parseNodeConfig("# ours\nname: a\nlisten: tcp://127.0.0.1:1\nforward:\n  - x\n", "f")).toEqual({
      name: "a",
      listen: [{ location: "tcp://127.0.0.1:1" }],
      connect: [],
      forward: [{ pattern: "x" }],
      store: [],
      standby: [],
      witness: [],
    });
    expect(parseNodeConfig("{}", "f")).toEqual(emptyConfig);
  });

  it("has its paths from its own folder", () => {
    const text = JSON.stringify({
      tls: { ca: "ca.pem" },
      tokenFile: "token",
      listen: [{ location: "tls://h:1", tls: { cert: "/abs/c.pem", key: "../k.pem", pins: "ab" }, tokenFile: "t" }],
    });
    expect(parseNodeConfig(text, "/etc/node/config.json")).toEqual({
      tls: { ca: "/etc/node/ca.pem" },
      tokenFile: "/etc/node/token",
      listen: [
        {
          location: "tls://h:1",
          tls: { cert: "/abs/c.pem", key: "/etc/k.pem", pins: ["ab"] },
          tokenFile: "/etc/node/t",
        },
      ],
      connect: [],
      forward: [],
      store: [],
      standby: [],
      witness: [],
    });
  });

  it("names stores as the options do, with their folders from its own", () => {
    const text = JSON.stringify({
      store: ["a", "b,persistent=x,durability=disk"],
      standby: [{ topic: "c", persistent: "/y" }],
      witness: [],
    });
    const { store, standby } = parseNodeConfig(text, "/etc/node/config.json");
    expect(store).toEqual([{ topic: "a" }, { topic: "b", persistent: "/etc/node/x", durability: "disk" }]);
    expect(standby).toEqual([{ topic: "c", persistent: "/y" }]);
  });

  it.each([
    ["a,persistant=x", 'f: store a,persistant=x: unknown "persistant"; did you mean persistent=?'],
    ["a,persistent", "f: store a,persistent: persistent takes a value: persistent=…"],
    ["a,durability=safe", "f: store a,durability=safe: durability is memory or process or disk or replicated"],
    ["a*", "f: "],
  ])("refuses the store %s, and says why", (store, why) => {
    expect(() => parseNodeConfig(JSON.stringify({ store }), "f")).toThrow(why);
  });

  it("is added to by options, which win", () => {
    const file = parseNodeConfig('{"name":"a","listen":"tcp://h:1","queueBytes":5,"tls":{"ca":"/a"}}', "/f");
    const options = { ...emptyConfig, name: "b", listen: [{ location: "ipc:///s" }], tls: { serverName: "n" } };
    expect(mergeNodeConfig(file, options)).toEqual({
      name: "b",
      queueBytes: 5,
      tls: { ca: "/a", serverName: "n" },
      listen: [{ location: "tcp://h:1" }, { location: "ipc:///s" }],
      connect: [],
      forward: [],
      store: [],
      standby: [],
      witness: [],
    });
    expect(mergeNodeConfig(emptyConfig, emptyConfig)).toEqual(emptyConfig);
  });

  it.each([
    ['{"__proto__":1}', 'f: unknown key "__proto__"'],
    ["{", "f is neither YAML nor JSON ("],
    ["name: [a", "f is neither YAML nor JSON ("],
  ])("refuses %s, and says why", (text, why) => {
    expect(() => parseNodeConfig(text, "f")).toThrow(why);
  });
});

/** All keys anywhere, with what the schema says of each. */
function propertiesOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const own = Object.entries(schema.properties ?? {});
  const below = [...own.map(([, each]) => each), ...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  return [...own, ...below.flatMap(propertiesOf)];
}
