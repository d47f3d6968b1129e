import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Access,
  type AccessRule,
  accessOf,
  actions,
  checkAccessRules,
  fullAccess,
  mayUse,
  mayUseSome,
} from "../../../library/core/access.ts";
import type { Identity } from "../../../library/core/identity.ts";
import { matches } from "../../../library/core/pattern.ts";

const certificate: Identity = {
  kind: "certificate",
  subject: "CN=w",
  names: ["W1.lab.example", "192.0.2.1"],
  fingerprint: "ab".repeat(32),
};

const pattern = fc.constantFrom("*", "a.*", "a.b", "*.b", "b.*", "a.b.*", "*b*");
const topic = fc.constantFrom("a", "a.b", "a.b.c", "b.a", "c", "b");
const action = fc.constantFrom(...actions);
const patterns = fc.record({ allow: fc.array(pattern), deny: fc.array(pattern) }, { requiredKeys: [] });
const rule: fc.Arbitrary<AccessRule> = fc.record(
  { identity: fc.constantFrom("*", "w", "w*", "x"), publish: patterns, subscribe: patterns, forward: patterns },
  { requiredKeys: ["identity"] },
);

const name = "w";

describe("X4: what rules come to", () => {
  it("is all, where no rule speaks of it", () => {
    expect(accessOf([], { name })).toBe(fullAccess);
    expect(accessOf([{ identity: "x", publish: { allow: [] } }], { name })).toBe(fullAccess);
    fc.assert(fc.property(action, topic, (what, where) => mayUse(fullAccess, what, where)));
  });

  it("is as the page says: deny wins, then what is allowed by any, then all", () => {
    fc.assert(
      fc.property(fc.array(rule), action, topic, (rules, what, where) => {
        const own = rules.filter(({ identity }) => matches(identity as string, name)).map((each) => each[what] ?? {});
        const isDenied = own.some(({ deny = [] }) => deny.some((each) => matches(each, where)));
        const isLimited = own.some(({ allow }) => allow !== undefined);
        const isAllowed = own.some(({ allow = [] }) => allow.some((each) => matches(each, where)));
        expect(mayUse(accessOf(rules, { name }), what, where)).toBe(!isDenied && (!isLimited || isAllowed));
      }),
    );
  });

  it("does not depend on the order of rules", () => {
    fc.assert(
      fc.property(fc.array(rule), action, topic, (rules, what, where) => {
        const [there, back] = [accessOf(rules, { name }), accessOf([...rules].reverse(), { name })];
        expect(mayUse(there, what, where)).toBe(mayUse(back, what, where));
      }),
    );
  });

  it("lets a pattern be wanted wherever a topic of it may be had", () => {
    fc.assert(
      fc.property(fc.array(rule), pattern, topic, (rules, wanted, where) => {
        fc.pre(matches(wanted, where));
        const access = accessOf(rules, { name });
        if (mayUse(access, "subscribe", where)) expect(mayUseSome(access, "subscribe", wanted)).toBe(true);
      }),
    );
  });

  it.each<[string, AccessRule, boolean]>([
    ["denied as a whole", { identity: "*", subscribe: { deny: ["a.*"] } }, false],
    ["denied in part", { identity: "*", subscribe: { deny: ["a.b"] } }, true],
    ["allowed elsewhere", { identity: "*", subscribe: { allow: ["b.*"] } }, false],
    ["allowed in part", { identity: "*", subscribe: { allow: ["a.b.c"] } }, true],
    ["not allowed at all", { identity: "*", subscribe: { allow: [] } }, false],
  ])("says of interest in a.* that is %s", (_, each, isLetIn) => {
    expect(mayUseSome(accessOf([each], { name }), "subscribe", "a.*")).toBe(isLetIn);
  });
});

describe("X4: whom a rule is about", () => {
  const isAbout = (identity: AccessRule["identity"], peer: Parameters<typeof accessOf>[1]): boolean => {
    const access: Access = accessOf([{ identity, publish: { deny: ["*"] } }], peer);
    return !mayUse(access, "publish", "t");
  };

  it.each<[AccessRule["identity"], boolean, boolean]>([
    ["*", true, true],
    ["w", true, true],
    ["v*", false, false],
    [{ fingerprint: "ab".repeat(32) }, false, true],
    [{ fingerprint: `${"AB:".repeat(31)}AB` }, false, true],
    [{ fingerprint: "cd".repeat(32) }, false, false],
    [{ certificateName: "w1.lab.example" }, false, true],
    [{ certificateName: "*.LAB.example" }, false, true],
    [{ certificateName: "w" }, false, false],
  ])("%j: a name alone %s, with its certificate %s", (identity, byName, byCertificate) => {
    expect(isAbout(identity, { name })).toBe(byName);
    expect(isAbout(identity, { name, identity: { kind: "token" } })).toBe(byName);
    expect(isAbout(identity, { name, identity: certificate })).toBe(byCertificate);
  });
});

describe("rules that are none", () => {
  it.each<[unknown, string]>([
    [{}, "BAD_ARGUMENT"],
    [[1], "BAD_ARGUMENT"],
    [[{}], "BAD_ARGUMENT"],
    [[{ identity: 1 }], "BAD_ARGUMENT"],
    [[{ identity: "" }], "BAD_PATTERN"],
    [[{ identity: {} }], "BAD_ARGUMENT"],
    [[{ identity: { fingerprint: "12" } }], "BAD_ARGUMENT"],
    [[{ identity: { name: "x" } }], "BAD_ARGUMENT"],
    [[{ identity: { fingerprint: "ab".repeat(32), certificateName: "x" } }], "BAD_ARGUMENT"],
    [[{ identity: "*", write: {} }], "BAD_ARGUMENT"],
    [[{ identity: "*", publish: ["a"] }], "BAD_ARGUMENT"],
    [[{ identity: "*", publish: { alow: ["a"] } }], "BAD_ARGUMENT"],
    [[{ identity: "*", publish: { allow: "a" } }], "BAD_ARGUMENT"],
    [[{ identity: "*", publish: { allow: [7] } }], "BAD_PATTERN"],
    [[{ identity: "*", publish: { deny: ["*********"] } }], "BAD_PATTERN"],
    [new Array(1025).fill({ identity: "*" }), "TOO_MANY"],
  ])("%j: %s", (rules, code) => {
    expect(() => checkAccessRules(rules as readonly AccessRule[])).toThrow(expect.objectContaining({ code }));
  });

  it("are not these", () => {
    checkAccessRules([]);
    checkAccessRules([{ identity: { certificateName: "*.x" }, publish: { allow: ["a"] }, storeRead: {}, own: {} }]);
  });
});
