/** X8: whatever a node can be made to say, a token is not in it. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { SwitchyardError } from "../../library/core/errors.ts";
import { Token } from "../../library/token.ts";
import { Company } from "./company.ts";

const secret = "hush-this-is-a-secret-0123456789";

/** As it is, and as bytes in the ways that they are shown. */
const forms = [
  secret,
  Buffer.from(secret).toString("hex"),
  Buffer.from(secret).toString("base64"),
  [...Buffer.from(secret)].join(","),
  [...Buffer.from(secret)].map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
];

/** All ways in which something may be shown. */
function shown(what: unknown): string {
  const seen = new Set<unknown>();
  const json = JSON.stringify(what, (_, value: unknown) => {
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return "[again]";
    seen.add(value);
    return value;
  });
  const deep = inspect(what, {
    depth: 20,
    showHidden: true,
    getters: true,
    maxArrayLength: null,
    maxStringLength: null,
  });
  return `${json}\n${deep}\n${String(what)}`;
}

function expectHushed(...all: readonly unknown[]): void {
  for (const each of all) for (const form of forms) expect(shown(each)).not.toContain(form);
}

describe("X8: a token", () => {
  it("shows nothing of itself", () => {
    const token = new Token(secret);
    expectHushed(token, { options: { token } }, [token], Object.entries(token), structuredCloneOf(token));
    expect(JSON.stringify({ token })).toBe('{"token":"[token]"}');
    expect(inspect(token)).toBe("[token]");
    expect(() => expectHushed({ token: secret })).toThrow(); // the test can fail
    expect(() => expectHushed({ token: Buffer.from(secret) })).toThrow();
  });

  it("is in nothing that nodes say while it is right, wrong, or on one side only", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const errors: SwitchyardError[] = [];
    for (const node of [a, b]) node.on("error", (error) => errors.push(error));
    const listener = await b.connections.listen("tcp://127.0.0.1:0", { token: secret });
    const connection = await a.connections.open(listener.location, { token: secret });
    for (const wrong of [{ token: `${secret}!` }, {}, { token: secret.slice(0, 5) }]) {
      await a.connections.open(listener.location, wrong).catch((error: SwitchyardError) => errors.push(error));
    }
    await a.connections
      .listen("tcp://0.0.0.0:0", { token: secret })
      .catch((error: SwitchyardError) => errors.push(error));
    expect(errors.length).toBeGreaterThanOrEqual(4);
    expectHushed(...errors, ...errors.map(({ stack, cause }) => [stack, cause]));
    const reports = await a.cluster.nodes();
    expectHushed(a, b, connection, listener, reports, a.stats(), connection.stats(), connection.peer);
    expectHushed(a.connections, b.connections, b.connections.all(), a.lastError);
  });
});

/** What a structured clone of it has, if it can be cloned. */
function structuredCloneOf(what: unknown): unknown {
  try {
    return structuredClone(what);
  } catch (error) {
    return error;
  }
}
